package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Parts;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.stream.WriterLoops;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client whose link is cut: no FIN, no reset, and the kernel goes on accepting what is written. */
@Timeout(240)
class VanishedClientTest {
    private static final String NAMESPACE = "fanfare-" + ProcessHandle.current().pid();
    private static final String NEAR = "ff" + ProcessHandle.current().pid() % 100_000 + "n";
    private static final String FAR = "ff" + ProcessHandle.current().pid() % 100_000 + "f";
    private static final String ADDRESS = "10.213.77.1";

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private static boolean link() throws InterruptedException {
        try {
            return run("ip", "netns", "add", NAMESPACE)
                    && run("ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR)
                    && run("ip", "link", "set", FAR, "netns", NAMESPACE)
                    && run("ip", "addr", "add", ADDRESS + "/30", "dev", NEAR)
                    && run("ip", "link", "set", NEAR, "up")
                    && run("ip", "-n", NAMESPACE, "addr", "add", "10.213.77.2/30", "dev", FAR)
                    && run("ip", "-n", NAMESPACE, "link", "set", FAR, "up");
        } catch (IOException e) { // no such command
            return false;
        }
    }

    @AfterEach
    void unlink() throws InterruptedException {
        try {
            run("ip", "link", "del", NEAR);
            run("ip", "netns", "del", NAMESPACE);
        } catch (IOException e) {
            // There is no such command, so nothing was made.
        }
    }

    @Test
    void aVanishedClientIsClosedByTheKernelsUserTimeout() throws IOException, InterruptedException {
        assumeThat(Runtime.version().feature())
                .as("TCP_USER_TIMEOUT takes Java 22 or newer")
                .isGreaterThanOrEqualTo(22);
        assumeThat(link())
                .as("this machine lets the test make network namespaces")
                .isTrue();
        Properties properties = new Properties();
        properties.put("fanfare.http.host", ADDRESS);
        properties.put("fanfare.http.port", "0");
        properties.put("fanfare.demo.enabled", "true");
        properties.put("fanfare.stream.heartbeat", "1s");
        properties.put("fanfare.stream.write-timeout", "5s");
        properties.put("fanfare.history.store", "memory");
        try (GrizzlyServer server = GrizzlyServer.start(SettingsLoader.of(List.of(), properties))) {
            WriterLoops loops = Parts.of(server.service().fanfare()).loops();
            String request = "exec 3<>/dev/tcp/" + ADDRESS + "/" + server.uri().getPort()
                    + "; printf 'GET /prices HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' >&3; cat <&3";
            Process client = new ProcessBuilder("ip", "netns", "exec", NAMESPACE, "bash", "-c", request)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                await().until(() -> loops.openStreams() == 1);
                assertThat(run("ip", "-n", NAMESPACE, "link", "set", FAR, "down"))
                        .isTrue();
                await().atMost(Duration.ofSeconds(40)).until(() -> loops.openStreams() == 0);
            } finally {
                client.destroyForcibly();
            }
        }
    }
}
