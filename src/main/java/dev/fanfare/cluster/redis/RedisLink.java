package dev.fanfare.cluster.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection to a Redis. One thread at a time calls it; {@link #close} may come from any thread, and ends what is under way.
 * Made by {@link RedisConnector#open}.
 */
final class RedisLink implements AutoCloseable {
    /** How long an answer may take; longer than any disk should, and short enough for a half-open connection to be noticed. */
    static final int ANSWER_MS = 3000;

    private final Connection connection;
    private volatile boolean broken;

    RedisLink(Connection connection) {
        this.connection = connection;
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param arguments byte arrays, texts and whole numbers
     * @return bytes, a {@link Long}, a list of these, or null
     * @throws RedisError if Redis refused
     * @throws RedisAway if there is no answer; nobody knows whether it was done
     */
    @Nullable
    Object call(String command, List<?> arguments) {
        return call(ANSWER_MS, command, arguments);
    }

    /** Like {@link #call(String, List)}, with few arguments. */
    @Nullable
    Object call(String command, Object... arguments) {
        return call(ANSWER_MS, command, List.of(arguments));
    }

    /** Like {@link #call(String, List)}, for a command that waits for something: a silent connection fails after the time. */
    @Nullable
    Object call(int answerMs, String command, List<?> arguments) {
        byte[] verb = command.getBytes(StandardCharsets.US_ASCII);
        ProtocolCommand named = () -> verb;
        CommandArguments sent = new CommandArguments(named);
        for (Object each : arguments) {
            sent.add(each instanceof byte[] bytes ? bytes : each.toString().getBytes(StandardCharsets.UTF_8));
        }
        try {
            if (connection.getSoTimeout() != answerMs) {
                connection.setSoTimeout(answerMs);
            }
            return connection.executeCommand(sent);
        } catch (JedisConnectionException e) {
            broken = true;
            throw RedisAway.broken(e);
        } catch (JedisDataException e) {
            RedisError error = new RedisError(String.valueOf(e.getMessage()), e);
            broken |= error.endsConnection();
            throw error;
        } catch (JedisException e) {
            broken = true;
            throw RedisAway.broken(e);
        }
    }

    /** Whether it can be called again. */
    boolean isUsable() {
        return !broken && connection.isConnected() && !connection.isBroken();
    }

    @Override
    public void close() {
        broken = true;
        try {
            connection.forceDisconnect();
        } catch (java.io.IOException | JedisException e) {
            System.getLogger(RedisLink.class.getName())
                    .log(System.Logger.Level.DEBUG, "A connection to Redis could not be closed well", e);
        }
    }

    /** The text of an answer. */
    static String text(@Nullable Object answer) {
        return answer instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(answer);
    }

    /** The number of an answer. */
    static long number(@Nullable Object answer) {
        return answer instanceof Long number ? number : Long.parseLong(text(answer));
    }

    /** The list of an answer. */
    static List<?> list(@Nullable Object answer) {
        return answer instanceof List<?> list ? list : List.of();
    }
}
