package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.server.Main;
import dev.fanfare.testing.PemFiles;
import dev.fanfare.testing.RedisServer;
import dev.fanfare.testing.TestClassPath;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The commands of {@code docs/reference/redis.md} for a Redis whose certificate, and those of the nodes, an operator's own authority
 * has signed. Skipped where Redis can't speak TLS, or openssl is missing.
 */
@Timeout(300)
class HowToRedisTlsTest {
    private static final Duration LONG = Duration.ofSeconds(120);

    private final Document page = Document.read("docs/reference/redis.md");
    private final Path directory = ChildProcess.directory("redis-tls");
    private final PemFiles files = new PemFiles(directory);

    private void makeAuthority() {
        files.openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "ca.key",
                "-out",
                "own-ca.pem",
                "-days",
                "30",
                "-subj",
                "/CN=Own");
    }

    private void sign(String name) {
        files.openssl(
                "req",
                "-new",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=DNS:localhost");
        files.openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "own-ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "30",
                "-copy_extensions",
                "copy",
                "-out",
                name + ".crt");
    }

    /** The lines for Redis, but for the ports, and those that {@link RedisServer#startWithTls} writes. */
    private String[] options() {
        return page.block("redis")
                .lines()
                .map(line -> line.split(" ", 2))
                .filter(words -> !words[0].endsWith("port")
                        && !List.of("tls-cert-file", "tls-key-file").contains(words[0]))
                .flatMap(
                        words -> Stream.of("--" + words[0], files.file(words[1]).toString()))
                .toArray(String[]::new);
    }

    private ChildProcess start(String command) {
        Map<String, String> path =
                Map.of("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH"));
        return ChildProcess.start(directory, List.of("bash", "-c", command), path);
    }

    /** The command of the page, for the server that this test was compiled with. */
    private String command(RedisServer redis, int port) {
        String command = page.blockWith("-jar fanfare.jar")
                .strip()
                .replace(
                        "-jar fanfare.jar",
                        "-cp '" + TestClassPath.absolute() + "' " + Main.class.getName() + " --dev --port " + port)
                .replaceFirst("^java ", "exec java -XX:TieredStopAtLevel=1 ")
                .replace("localhost:6380", "localhost:" + redis.tlsPort());
        assertThat(command).contains(Main.class.getName(), "" + redis.tlsPort());
        return command;
    }

    private void assertRefused(String command, String words) {
        try (ChildProcess node = start(command)) {
            assertThat(node.exited(LONG)).as(node.output()).isTrue();
            assertThat(node.process().exitValue()).isNotZero();
            assertThat(node.output()).contains(words);
        }
    }

    @Test
    void aNodeJoinsARedisOfAnOwnAuthorityByTheCommandsOfItsPage() throws Exception {
        makeAuthority();
        sign("redis");
        sign("node");
        int port = ChildProcess.freePort();
        try (RedisServer redis = RedisServer.startWithTls(files, "redis", options())) {
            try (ChildProcess stores = start("set -e\n" + page.blockWith("keytool"))) {
                assertThat(stores.exited(LONG)).isTrue();
                assertThat(stores.process().exitValue()).as(stores.output()).isZero();
            }
            String command = command(redis, port);

            try (ChildProcess node = start(command)) {
                node.awaitReady(URI.create("http://127.0.0.1:" + port + "/"));

                assertThat(redis.send("HGET", "{fanfare}:meta", "e")).startsWith("$13\r\n");
                assertThat(redis.send("CLIENT", "LIST")).contains("laddr=127.0.0.1:" + redis.tlsPort());
            }
            assertRefused(
                    command.replace("rustStorePassword=changeit", "rustStorePassword=wrong"),
                    "this JVM can't speak TLS");
            assertRefused(command.replace("trust.p12", "nowhere.p12"), "this JVM does not trust the certificate");
        }
    }
}
