package dev.fanfare.cluster;

import static dev.fanfare.cluster.SharedLogContract.get;
import static dev.fanfare.cluster.SharedLogContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.redis.RedisSharedLog;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.testing.PemFiles;
import dev.fanfare.testing.RedisServer;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS, with a certificate that this JVM trusts, or not. Skipped where Redis or openssl can't do it. */
class RedisTlsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<AutoCloseable> open = new ArrayList<>();
    private SSLContext before;

    @TempDir
    Path folder;

    private PemFiles files;

    @BeforeEach
    void makeCertificate() throws NoSuchAlgorithmException {
        before = SSLContext.getDefault();
        files = new PemFiles(folder).pair("redis");
    }

    @AfterEach
    void closeAll() throws Exception {
        SSLContext.setDefault(before);
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private RedisServer server(String... options) throws Exception {
        RedisServer server = RedisServer.startWithTls(files, "redis", options);
        open.add(server);
        return server;
    }

    private SharedLog node(String url) {
        SharedLog node = new RedisSharedLog(ClusterSettings.at(url), HistorySettings.DEFAULTS);
        open.add(0, node);
        return node;
    }

    /** As a trust store does that the JVM is started with. */
    private void trust(String certificate) {
        SSLContext.setDefault(files.trusting(certificate));
    }

    private void assertRefusedForNow(String url, String... words) {
        assertThatThrownBy(() -> get(node(url).attach(Known.NOTHING)))
                .isInstanceOfSatisfying(
                        HistoryRefused.class,
                        refused -> assertThat(refused.mayPass()).isTrue())
                .hasMessageContaining("fanfare.cluster.url")
                .hasMessageContainingAll(words);
    }

    @Test
    void aNodeThatTrustsTheCertificateAppendsAndFollows() throws Exception {
        RedisServer server = server("--tls-auth-clients", "no");
        trust("redis.crt");
        SharedLog node = node("rediss://localhost:" + server.tlsPort());
        RecordingFollower follower = new RecordingFollower();

        get(node.attach(Known.NOTHING));
        open.add(0, node.follow(0, follower));

        assertThat(get(node.append(1, List.of(texts("a", "x".repeat(200_000))))))
                .containsExactly(new Appended(1));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).hasSize(2));
        assertThat(follower.faults()).isEmpty();
    }

    @Test
    void sentinelsThatSpeakTlsLeadToTheReplicaThatTakesOver() throws Exception {
        String[] options = {
            "--tls-auth-clients", "no",
            "--tls-ca-cert-file", "" + files.file("redis.crt"),
            "--tls-replication", "yes",
            "--replica-announce-ip", "localhost"
        };
        RedisServer master = server(options);
        List<String> following = new ArrayList<>(List.of(options));
        following.addAll(List.of("--replicaof", "localhost " + master.tlsPort()));
        RedisServer replica = server(following.toArray(new String[0]));
        await().atMost(LONG).until(() -> master.send("INFO", "replication").contains("state=online"));
        RedisServer sentinel = RedisServer.startSentinelWithTls(master, "shop", files, "redis");
        open.add(sentinel);
        sentinel.send("SENTINEL", "SET", "shop", "down-after-milliseconds", "120000"); // a slow one is not gone
        await().atMost(LONG)
                .until(() -> sentinel.send("SENTINEL", "master", "shop").contains("num-slaves\r\n$1\r\n1"));
        String url = "rediss-sentinel://localhost:1,localhost:" + sentinel.tlsPort() + "/shop";
        assertRefusedForNow(url, "does not trust the certificate", "localhost:" + sentinel.tlsPort());
        trust("redis.crt");
        SharedLog node = node(url);
        get(node.attach(Known.NOTHING));
        get(node.append(1, List.of(texts("a"))));
        assertThat(master.send("CLIENT", "LIST")).contains("laddr=127.0.0.1:" + master.tlsPort());
        await().atMost(LONG).until(() -> replica.send("XLEN", "{fanfare}:log").startsWith(":1"));

        sentinel.send("SENTINEL", "SET", "shop", "down-after-milliseconds", "1000");
        master.kill();

        await().atMost(LONG.multipliedBy(3)) // a sentinel that was slow itself does nothing for half a minute
                .ignoreExceptions() // no master is known for some seconds
                .untilAsserted(() ->
                        assertThat(get(node.append(2, List.of(texts("b"))))).hasSize(1));
        assertThat(replica.send("XLEN", "{fanfare}:log")).startsWith(":2");
    }

    @Test
    void aCertificateThatNobodyTrustsIsRefusedInWords() throws Exception {
        RedisServer server = server("--tls-auth-clients", "no");

        assertRefusedForNow(
                "rediss://localhost:" + server.tlsPort(), "does not trust the certificate", "javax.net.ssl.trustStore");
    }

    @Test
    void aTrustStoreWithoutAnAuthorityIsSaidToBeOne() throws Exception {
        RedisServer server = server("--tls-auth-clients", "no");
        KeyStore empty = KeyStore.getInstance("PKCS12");
        empty.load(null, null);
        TrustManagerFactory nobody = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        nobody.init(empty);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, nobody.getTrustManagers(), null);
        SSLContext.setDefault(context);

        assertRefusedForNow(
                "rediss://localhost:" + server.tlsPort(), "trusts no authority", "javax.net.ssl.trustStore");
    }

    @Test
    void aCertificateForAnotherHostIsRefusedInWords() throws Exception {
        files.openssl(
                "req",
                "-x509",
                "-key",
                "redis.key",
                "-out",
                "redis.crt",
                "-days",
                "30",
                "-subj",
                "/CN=redis",
                "-addext",
                "subjectAltName=DNS:localhost");
        RedisServer server = server("--tls-auth-clients", "no");
        trust("redis.crt");

        assertRefusedForNow(
                "rediss://127.0.0.1:" + server.tlsPort(), "127.0.0.1", "not for the host", "subjectAltName");
        get(node("rediss://localhost:" + server.tlsPort()).attach(Known.NOTHING));
    }

    @Test
    void aCertificateThatIsOverIsRefusedInWords() throws Exception {
        files.openssl("req", "-new", "-key", "redis.key", "-out", "redis.csr", "-subj", "/CN=localhost");
        files.openssl(
                "x509",
                "-req",
                "-in",
                "redis.csr",
                "-CA",
                "redis.crt",
                "-CAkey",
                "redis.key",
                "-CAcreateserial",
                "-days",
                "-1",
                "-out",
                "over.crt");
        files.openssl("pkey", "-in", "redis.key", "-out", "over.key");
        RedisServer server = RedisServer.startWithTls(files, "over", "--tls-auth-clients", "no");
        open.add(server);
        trust("redis.crt");

        assertRefusedForNow("rediss://localhost:" + server.tlsPort(), "not valid now", "renew it");
    }

    @Test
    void aRedisThatWantsACertificateOfTheNodeSaysSo() throws Exception {
        RedisServer server = server("--tls-ca-cert-file", "" + files.file("redis.crt"));
        trust("redis.crt");

        await().atMost(LONG)
                .untilAsserted(() -> assertRefusedForNow(
                        "rediss://localhost:" + server.tlsPort(), "javax.net.ssl.keyStore", "tls-auth-clients"));
    }

    @Test
    void aPortThatSpeaksNoTlsAndOneThatSpeaksNothingElseAreToldApart() throws Exception {
        RedisServer server = server("--tls-auth-clients", "no");

        assertThatThrownBy(() -> get(node("rediss://localhost:" + server.port()).attach(Known.NOTHING)))
                .hasMessageContaining("does that port speak TLS?");
        assertThatThrownBy(
                        () -> get(node("redis://localhost:" + server.tlsPort()).attach(Known.NOTHING)))
                .isInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("rediss://");
    }

    @Test
    void aNodeWhoseRedisShowsAnotherCertificateWaitsForTheRightOneAndSaysWhy() throws Exception {
        RedisServer server = server("--tls-auth-clients", "no");
        trust("redis.crt");
        SharedLog node = node("rediss://localhost:" + server.tlsPort());
        get(node.attach(Known.NOTHING));
        get(node.append(1, List.of(texts("a"))));
        new PemFiles(folder).pair("other");

        server.kill();
        trust("other.crt");
        server.restart();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(node.fault()).get().asString().contains("is refused"));
        trust("redis.crt");

        await().atMost(LONG).untilAsserted(() -> assertThat(node.fault()).isEmpty());
        await().atMost(LONG)
                .ignoreExceptions() // the connection that was there before has broken
                .untilAsserted(() ->
                        assertThat(get(node.append(2, List.of(texts("b"))))).containsExactly(new Appended(2)));
    }
}
