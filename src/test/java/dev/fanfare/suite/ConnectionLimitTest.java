package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Above its limit of connections the server is full, not gone. */
@Timeout(240)
class ConnectionLimitTest {
    private static final int PLACES = 8;
    private static final String STREAM =
            "GET " + HubSubject.HUB + "?topic=a HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<Socket> sockets = new ArrayList<>();
    private GrizzlyHost host;

    @BeforeEach
    void start() throws IOException {
        host = GrizzlyHost.start(Map.of(
                "fanfare.auth.anonymous-publish", "true",
                "fanfare.demo.enabled", "false",
                "fanfare.limits.connections", String.valueOf(PLACES)));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        host.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
        socket.setSoTimeout((int) LONG.toMillis());
        sockets.add(socket);
        return socket;
    }

    private Socket send(String request) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static boolean isClosed(Socket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private int status(String path) {
        return RawHttp.request(host.port(), "GET", path).status();
    }

    @Test
    void threeTimesAsManyStreamsAsTheLimitGetAnAnswerEach() throws IOException {
        int served = 0;
        for (int i = 0; i < PLACES; i++) {
            // One whose head the server has not read for a second would make room for another.
            assertThat(RawHttp.head(send(STREAM))).startsWith("HTTP/1.1 200 ").doesNotContain("Fanfare-Refused");
            served++;
        }
        List<Socket> more = new ArrayList<>();
        for (int i = PLACES; i < 3 * PLACES; i++) {
            more.add(send(STREAM));
        }

        for (Socket socket : more) {
            String head = RawHttp.head(socket);
            assertThat(head).startsWith("HTTP/1.1 200 ");
            if (head.contains("Fanfare-Refused: full")) {
                assertThat(head).contains("Connection: close");
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .contains("retry: ");
            } else {
                served++;
            }
        }

        assertThat(served).isEqualTo(PLACES);
        assertThat(status("/health/live")).isEqualTo(200);
        assertThat(status("/health/ready")).isEqualTo(200);
        String form = HubSubject.form("topic", "b", "data", "x");
        assertThat(RawHttp.request(
                                host.port(), "POST", HubSubject.HUB, List.of("Content-Type: " + HubSubject.FORM), form)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anAnswerToAConnectionWithoutAPlaceEndsIt() throws IOException {
        for (int i = 0; i < PLACES; i++) {
            RawHttp.head(send(STREAM));
        }

        Socket health = send(LIVE);

        assertThat(RawHttp.head(health)).startsWith("HTTP/1.1 200 ").contains("Connection: close");
    }

    @Test
    void whoLeavesMakesRoomForTheNextStream() throws IOException {
        for (int i = 0; i < PLACES; i++) {
            RawHttp.head(send(STREAM));
        }
        sockets.get(3).close();

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(RawHttp.head(send(STREAM))).doesNotContain("Fanfare-Refused"));
    }

    @Test
    void idleConnectionsMakeRoomAndStreamsDoNot() throws IOException {
        List<Socket> streams = new ArrayList<>();
        for (int i = 0; i < PLACES / 2; i++) {
            streams.add(send(STREAM));
            RawHttp.head(streams.get(i));
        }
        List<Socket> idle = new ArrayList<>();
        while (idle.size() < PLACES / 2) {
            Socket socket = send(LIVE);
            RawHttp.head(socket);
            idle.add(socket);
        }

        List<Socket> more = new ArrayList<>();
        await().atMost(LONG).until(() -> {
            Socket socket = send(STREAM);
            if (!RawHttp.head(socket).contains("Fanfare-Refused")) {
                more.add(socket);
            }
            return more.size() == PLACES / 2;
        });

        assertThat(idle).allSatisfy(socket -> {
            socket.getInputStream().readAllBytes(); // the rest of its answer, and the end
            assertThat(isClosed(socket)).isTrue();
        });
        String form = HubSubject.form("topic", "a", "data", "to all of them");
        RawHttp.request(host.port(), "POST", HubSubject.HUB, List.of("Content-Type: " + HubSubject.FORM), form);
        for (Socket stream : streams) {
            StringBuilder text = new StringBuilder();
            while (text.indexOf("to all of them") < 0) {
                int sign = stream.getInputStream().read();
                assertThat(sign).isNotNegative();
                text.append((char) sign);
            }
        }
    }

    @Test
    void connectionsThatSayNothingKeepNobodyOut() throws IOException {
        for (int i = 0; i < 200; i++) {
            connect();
        }

        // The server may be accepting them yet, in several threads, and take this one for one of them.
        await().atMost(LONG)
                .ignoreExceptions() // it may be reset
                .untilAsserted(() -> assertThat(status("/health/live")).isEqualTo(200));
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(RawHttp.head(send(STREAM))).doesNotContain("Fanfare-Refused"));
        assertThat(status("/health/live")).isEqualTo(200);
    }

    @Test
    void aPlaceIsFreeAgainWhenItsConnectionHasClosed() throws IOException {
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 2 * PLACES; i++) {
                send(STREAM).close();
                send("GET / HT").close();
                assertThat(status("/health/live")).isEqualTo(200);
            }
        }

        await().atMost(LONG).untilAsserted(() -> {
            List<Socket> streams = new ArrayList<>();
            for (int i = 0; i < PLACES; i++) {
                streams.add(send(STREAM));
            }
            try {
                for (Socket stream : streams) {
                    assertThat(RawHttp.head(stream)).doesNotContain("Fanfare-Refused");
                }
            } finally {
                for (Socket stream : streams) {
                    stream.close();
                }
            }
        });
    }
}
