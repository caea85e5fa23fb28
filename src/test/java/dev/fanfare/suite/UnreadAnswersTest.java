package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that ask a lot and read nothing: no thread of the server waits for them, and they are closed in the end. */
@Timeout(240)
class UnreadAnswersTest {
    private static final int REQUESTS = 2_000;

    /** Much, for a machine that is busy; whoever is held up by a client that does not read waits for longer. */
    private static final Duration PROMPT = Duration.ofSeconds(60);

    private final List<Socket> sockets = new ArrayList<>();
    private final ExecutorService senders = Executors.newCachedThreadPool();
    private GrizzlyHost host;

    private void start(String writeTimeout) throws IOException {
        host = GrizzlyHost.start(
                Map.of("fanfare.auth.anonymous-publish", "true", "fanfare.stream.write-timeout", writeTimeout));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        senders.shutdownNow();
        if (host != null) {
            host.close();
        }
    }

    private Socket pipeline(String request) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), host.port()));
        sockets.add(socket);
        byte[] requests = request.repeat(REQUESTS).getBytes(StandardCharsets.US_ASCII);
        // The server stops reading at some point, so this does not end before the connection does.
        senders.execute(() -> {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(requests);
            } catch (IOException e) {
                // The server has closed, which is what it is tested for.
            }
        });
        return socket;
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private void assertAnswersPromptly() {
        long begin = System.nanoTime();
        assertThat(RawHttp.request(host.port(), "GET", "/health/live").status()).isEqualTo(200);
        RawHttp.Answer published = RawHttp.request(
                host.port(),
                "POST",
                HubSubject.HUB,
                List.of("Content-Type: " + HubSubject.FORM),
                HubSubject.form("topic", "a", "data", "x"));
        assertThat(published.status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PROMPT);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 60})
    void clientsThatPipelineAndDoNotReadHoldNobodyUp(int clients) throws IOException {
        start("1h");
        for (int i = 0; i < clients; i++) {
            pipeline(get(i % 3 == 0 ? "/openapi.yaml" : i % 3 == 1 ? "/" : "/nope"));
        }

        for (int i = 0; i < 5; i++) {
            assertAnswersPromptly();
        }
    }

    @Test
    void aClientThatReadsNothingIsClosedAfterTheWriteTimeout() throws Exception {
        start("500ms");
        Socket socket = pipeline(get("/openapi.yaml"));

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(isReset(socket)).isTrue());
        assertAnswersPromptly();
    }

    @Test
    void clientsThatPipelineAndResetLeaveNoLineInTheLog() throws Exception {
        start("10s");
        try (RecordedLog log = new RecordedLog("")) {
            for (int i = 0; i < 20; i++) {
                Socket socket = pipeline(get(i % 2 == 0 ? "/" : "/status"));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                socket.setSoLinger(true, 0);
                socket.close();
            }

            for (int i = 0; i < 5; i++) {
                assertAnswersPromptly();
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    /** Whether the server has cut the connection; what was sent before lies in the buffers, unread. */
    private static boolean isReset(Socket socket) {
        try {
            socket.getOutputStream().write('\n');
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aSlowReaderGetsAllAnswersInOrder() throws Exception {
        start("30s");
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), host.port()));
        sockets.add(socket);
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            requests.append(get("/nope/" + i)).append(get("/openapi.yaml"));
        }
        senders.submit(() -> {
            socket.getOutputStream()
                    .write((requests + get("/last").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                            .getBytes(StandardCharsets.US_ASCII));
            return null;
        });

        socket.setSoTimeout(60_000);
        String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        int at = 0;
        for (int i = 0; i < 100; i++) {
            at = all.indexOf("/nope/" + i + ":", at);
            assertThat(at).as("answer %d", i).isPositive();
        }
        assertThat(all.substring(at)).contains("HTTP/1.1 200", "/last:");
    }
}
