package dev.fanfare.cluster.redis;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.file.SmallFile;
import dev.fanfare.file.UnfitFile;
import dev.fanfare.history.HistoryRefused;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Opens connections to the Redis of a cluster; asks the sentinels first, where there are any. Thread-safe. */
final class RedisConnector {
    private static final int CONNECT_MS = 2000;
    private static final int PASSWORD_KIB = 64;
    private static final Set<String> SECRETS = Set.of("NOAUTH", "WRONGPASS", "ERR AUTH");

    private final RedisUrl url;
    private final @Nullable Path passwordFile;

    RedisConnector(ClusterSettings settings) {
        this.url = RedisUrl.parse(settings.url());
        this.passwordFile = settings.passwordFile();
    }

    RedisUrl url() {
        return url;
    }

    /**
     * A new connection, ready for commands.
     *
     * @throws RedisAway if there is nothing to connect to at present
     * @throws HistoryRefused if the password, the user or the database is not what the engine has, or if its certificate is not
     *     trusted
     */
    RedisLink open() {
        RedisUrl.Host server = url.master() == null ? url.hosts().get(0) : askSentinels(url.master());
        Connection connection = connect(server, password(), url.user(), url.tls());
        try {
            if (url.database() != 0) {
                connection.select(url.database());
            }
            return new RedisLink(connection);
        } catch (JedisDataException e) {
            connection.close();
            if (isSecret(e)) {
                throw wrongPassword(passwordFile != null, e);
            }
            throw new HistoryRefused(
                    "fanfare.cluster.url: the Redis at " + url + " has no database " + url.database()
                            + " (a Redis has 16 unless its configuration says otherwise, a Redis Cluster only 0)",
                    e);
        } catch (JedisException e) {
            connection.close();
            throw RedisAway.broken(e);
        }
    }

    private @Nullable String password() {
        if (passwordFile == null) {
            return null;
        }
        try {
            return SmallFile.text(passwordFile, PASSWORD_KIB).strip();
        } catch (UnfitFile e) {
            throw HistoryRefused.forNow("fanfare.cluster.password-file: " + passwordFile + " " + e.words(), e);
        } catch (CharacterCodingException e) {
            throw HistoryRefused.forNow(
                    "fanfare.cluster.password-file: the file " + passwordFile + " is not text in UTF-8", e);
        } catch (IOException e) {
            throw HistoryRefused.forNow(
                    "fanfare.cluster.password-file: the file " + passwordFile + " can't be read", e);
        }
    }

    private Connection connect(
            RedisUrl.Host server, @Nullable String password, @Nullable String user, boolean encrypted) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(CONNECT_MS)
                .socketTimeoutMillis(RedisLink.ANSWER_MS)
                .blockingSocketTimeoutMillis(RedisLink.ANSWER_MS)
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        if (encrypted) {
            encrypt(config);
        }
        if (password != null) {
            config.user(user).password(password);
        }
        try {
            Connection connection = new Connection(new HostAndPort(server.name(), server.port()), config.build());
            requireAnswer(connection);
            return connection;
        } catch (JedisDataException e) {
            throw refused(server, e);
        } catch (JedisException e) {
            throw TlsFaults.inWords(server, encrypted, e);
        }
    }

    @SuppressWarnings("deprecation") // what replaces it can't take the key store of the JVM
    private static void encrypt(DefaultJedisClientConfig.Builder config) {
        SSLParameters parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate has to have the host of the URL
        config.ssl(true).sslParameters(parameters).sslSocketFactory(encryption());
    }

    /** The trust store and the key store are those of the JVM, as for everything else that connects by TLS. */
    private static SSLSocketFactory encryption() {
        try {
            return SSLContext.getDefault().getSocketFactory();
        } catch (NoSuchAlgorithmException e) {
            throw new HistoryRefused(
                    "fanfare.cluster.url: this JVM can't speak TLS; its key store or trust store can't be read (the system"
                            + " properties javax.net.ssl.keyStore and javax.net.ssl.trustStore, and their passwords)",
                    e);
        }
    }

    /** A handshake runs with the first command, and whether the other side wants a certificate shows with the first answer. */
    private static void requireAnswer(Connection connection) {
        try {
            connection.ping();
        } catch (JedisDataException e) {
            if (isSecret(e)) {
                connection.close();
                throw e;
            }
            // whoever may not do this, or not yet, has answered
        } catch (JedisException e) {
            connection.close();
            throw e;
        }
    }

    private RuntimeException refused(RedisUrl.Host server, JedisDataException e) {
        if (isSecret(e)) {
            return wrongPassword(passwordFile != null, e);
        }
        return RedisAway.notReached("The Redis at " + server.name() + ":" + server.port() + " takes no commands", e);
    }

    private static boolean isSecret(JedisDataException e) {
        String message = String.valueOf(e.getMessage());
        return SECRETS.stream().anyMatch(message::startsWith);
    }

    /** What to say where Redis does not take the password. */
    static HistoryRefused wrongPassword(boolean isGiven, Throwable cause) {
        return new HistoryRefused(
                isGiven
                        ? "fanfare.cluster.password-file: Redis does not take the user or the password of this file"
                        : "fanfare.cluster.password-file: Redis wants a password; name a file that holds it",
                cause);
    }

    boolean hasPassword() {
        return passwordFile != null;
    }

    private RedisUrl.Host askSentinels(String master) {
        List<String> failures = new ArrayList<>();
        HistoryRefused refused = null;
        for (RedisUrl.Host sentinel : url.hosts()) {
            try (RedisLink link = new RedisLink(connect(sentinel, null, null, url.tls()))) {
                List<?> found = RedisLink.list(link.call("SENTINEL", "get-master-addr-by-name", master));
                if (found.size() == 2) {
                    return new RedisUrl.Host(RedisLink.text(found.get(0)), (int) RedisLink.number(found.get(1)));
                }
                failures.add(sentinel.name() + ":" + sentinel.port() + " knows no master \"" + master + "\"");
            } catch (RedisAway | RedisError e) {
                failures.add(sentinel.name() + ":" + sentinel.port() + ": " + e.getMessage());
            } catch (HistoryRefused e) { // by its certificate; another one may be in order
                refused = e;
            }
        }
        if (refused != null) {
            throw refused;
        }
        throw RedisAway.notReached(
                "No sentinel names a server: " + String.join("; ", failures), new IllegalStateException("no master"));
    }
}
