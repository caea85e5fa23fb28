package dev.fanfare.cli.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What subscribers make of a server that does not keep its promises. */
@Timeout(240)
class CrowdTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private ServerSocket listening;

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
    }

    /** A subscriber of a server that answers so. */
    private Socket answer(Crowd crowd, String text) throws IOException {
        crowd.follow((InetSocketAddress) listening.getLocalSocketAddress(), "GET / HTTP/1.1\r\n\r\n", Crowd.Place.NONE);
        Socket socket = listening.accept();
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        return socket;
    }

    private static String events(long... numbers) {
        StringBuilder events = new StringBuilder();
        for (long number : numbers) {
            events.append("id: a\ndata: ")
                    .append(System.nanoTime())
                    .append(' ')
                    .append(number)
                    .append(" xx\n\n");
        }
        return events.toString();
    }

    @Test
    void countsWhatIsMissedAndWhatIsRepeated() throws Exception {
        try (Crowd crowd = new Crowd();
                Socket server = answer(crowd, HEAD + events(1, 2, 5, 4, 5, 6))) {
            crowd.awaitReceived(6);

            assertThat(crowd.missed()).isEqualTo(2);
            assertThat(crowd.repeated()).isEqualTo(2);
            assertThat(crowd.lacking(0, new long[] {9})).isEqualTo(3);
            assertThat(server.isConnected()).isTrue();
        }
    }

    @Test
    void theNumberTellsWhichOfSeveralPublishersAnEventIsFrom() throws Exception {
        try (Crowd crowd = new Crowd(3);
                Socket server = answer(crowd, HEAD + events(2, 1, 4, 5, 3, 7, 11))) {
            crowd.awaitReceived(7);

            assertThat(crowd.missed()).as("event 8 of the second").isEqualTo(1);
            assertThat(crowd.repeated()).isZero();
            assertThat(crowd.lacking(0, new long[] {10, 11, 3})).isEqualTo(1);
            assertThat(server.isConnected()).isTrue();
        }
    }

    @Test
    void aSubscriberThatIsRefusedIsLostForAReason() throws Exception {
        try (Crowd crowd = new Crowd();
                Socket first = answer(crowd, "HTTP/1.1 503 Service Unavailable\r\n\r\ndata: 1 1 x\n\n");
                Socket second = answer(crowd, "HTTP/1.1 200 OK\r\nFanfare-Refused: full\r\n\r\ndata: 1 1 x\n\n")) {
            await().atMost(LONG).until(() -> crowd.reasons().size() == 2); // told behind the number of the lost

            assertThat(crowd.lost()).isEqualTo(2);
            assertThat(crowd.reasons()).containsOnlyKeys("answered 503 Service Unavailable", "no room: full");
            assertThat(crowd.received()).isZero();
            assertThat(crowd.streams()).isZero();
            assertThat(first.isConnected() && second.isConnected()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "", "99999999999999999999 1 x", "1 99999999999999999999 x", "1", "1 "})
    void anEventThatNobodyPublishedLosesItsSubscriberAndNoOther(String data) throws Exception {
        try (Crowd crowd = new Crowd();
                Socket strange = answer(crowd, HEAD + "data: " + data + "\n\n")) {
            await().atMost(LONG).until(() -> crowd.lost() == 1);

            Socket other = answer(crowd, HEAD + events(1));
            crowd.awaitReceived(1);
            assertThat(crowd.reasons()).containsOnlyKeys("were sent an event that is none of this run's");
            assertThat(crowd.streams()).isEqualTo(1);
            assertThat(strange.isConnected()).isTrue();
            other.close();
        }
    }

    @Test
    void aStreamThatTheServerEndsIsLostOnce() throws Exception {
        try (Crowd crowd = new Crowd()) {
            answer(crowd, HEAD + events(1)).close();
            await().atMost(LONG).until(() -> crowd.lost() == 1);

            assertThat(crowd.heads()).isEqualTo(1);
            assertThat(crowd.streams()).isZero();
            assertThat(crowd.lacking(0, new long[] {7})).as("of a lost one").isZero();
        }
    }
}
