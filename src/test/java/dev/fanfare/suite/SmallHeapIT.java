package dev.fanfare.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The standalone jar in a heap of 128 MiB, which a JVM takes by itself in half a gibibyte. */
@Timeout(600)
class SmallHeapIT {
    private static final int CLIENTS = Integer.getInteger("test.slow-clients", 600);

    @Test
    void manyClientsThatDoNotReadALargeStatusDoNotStopTheService() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try (JobSource jobs = new JobSource()) {
            jobs.set("a", "{\"text\":\"" + "x".repeat(1_000_000) + "\"}");
            Path directory = ChildProcess.directory("small-heap");
            int port = ChildProcess.freePort();
            List<String> arguments = new ArrayList<>(List.of("-Xmx128m"));
            arguments.addAll(ChildProcess.systemProperties(Map.of(
                    "fanfare.status.jobs.url",
                    "http://127.0.0.1:" + jobs.port() + "/jobs/{job}",
                    "fanfare.limits.connections",
                    "10000")));
            arguments.addAll(List.of("-jar", System.getProperty("fanfare.jar"), "--port", String.valueOf(port)));
            URI base = URI.create("http://127.0.0.1:" + port + "/");
            try (ChildProcess server = ChildProcess.java(directory, arguments).awaitReady(base)) {
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(open(port));
                    if (i % 100 == 99) {
                        assertThat(live(base)).isEqualTo(200);
                    }
                }
                for (int i = 0; i < 10; i++) {
                    assertThat(live(base)).isEqualTo(200);
                }
                assertThat(server.process().isAlive()).isTrue();
                assertThat(Files.readString(directory.resolve("output.txt"))).doesNotContain("OutOfMemoryError");
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static Socket open(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream()
                .write(("GET /status/jobs/stream?job=a HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
        return socket;
    }

    /** Within the time that a supervisor gives a probe, and not after the 40 seconds that this once took. */
    private static int live(URI base) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/health/live"))
                .timeout(Duration.ofSeconds(20))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }
}
