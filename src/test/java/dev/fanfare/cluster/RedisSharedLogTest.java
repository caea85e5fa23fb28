package dev.fanfare.cluster;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.redis.RedisSharedLog;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.SharedLog;
import dev.fanfare.testing.RedisServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The log on a real Redis keeps the contract. */
class RedisSharedLogTest extends SharedLogContract {
    private static RedisServer server;
    private static int names;

    /** Of its own for each test: a node of the one before may end late, and begins a life where it finds no log. */
    private final String name = "t" + names++;

    /** What is lost takes with it what was stored with it, as a replica that lacks the end would. */
    private static final String LOSE = """
            local kept = redis.call('XRANGE', KEYS[1], '-', '+')
            local h = redis.call('HGET', KEYS[2], 'h') - ARGV[1]
            redis.call('DEL', KEYS[1])
            for _, entry in ipairs(kept) do
              if tonumber(string.match(entry[1], '^%d+')) <= h then
                redis.call('XADD', KEYS[1], entry[1], unpack(entry[2]))
              end
            end
            redis.call('HSET', KEYS[2], 'h', string.format('%.0f', h))
            return h""";

    private static final String TRIM = """
            redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-0', ARGV[1] + 1))
            redis.call('HSET', KEYS[2], 'k', ARGV[1])
            return 1""";

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.start();
    }

    @AfterAll
    static void endServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected SharedLog newNode() {
        return new RedisSharedLog(
                new ClusterSettings(
                        server.url(),
                        null,
                        name,
                        Durability.ALWAYS,
                        0,
                        ClusterSettings.DEFAULT_TIMEOUT,
                        ClusterSettings.DEFAULT_LEASE),
                HistorySettings.DEFAULTS);
    }

    @Override
    protected void wipe() throws IOException {
        server.send("FLUSHALL");
    }

    @Override
    protected void lose(int newest) throws IOException {
        script(LOSE, newest);
    }

    @Override
    protected void trim(long upTo) throws IOException {
        script(TRIM, upTo);
    }

    private void script(String text, long argument) throws IOException {
        String answer = server.send("EVAL", text, "2", "{" + name + "}:log", "{" + name + "}:meta", "" + argument);
        if (!answer.startsWith(":")) {
            throw new AssertionError(answer);
        }
    }

    @Override
    protected void stop() throws InterruptedException {
        server.kill();
    }

    @Override
    protected void restart() throws Exception {
        server.restart();
    }
}
