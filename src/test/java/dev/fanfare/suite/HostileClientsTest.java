package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Parts;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that mean harm, on the standalone server: whatever they do, others are served as before. */
class HostileClientsTest {
    private static final String HUB = "/.well-known/mercure";
    private static final String NEXT = "GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final int HEAP_LEEWAY = 24 << 20;

    /** Longer than an answer is late for, and shorter than the server keeps a connection that is idle. */
    private static final int SILENCE_MS = 25_000;

    private final List<Socket> sockets = new ArrayList<>();
    private GrizzlyHost host;

    @BeforeEach
    void start() throws IOException {
        host = GrizzlyHost.start(Map.of(
                "fanfare.auth.key", Tokens.SECRET,
                "fanfare.demo.enabled", "false",
                "fanfare.http.request-timeout", "1h",
                "fanfare.limits.connections", "1000",
                "fanfare.stream.write-timeout", "1s",
                "fanfare.stream.send-buffer", "8KiB"));
    }

    @AfterEach
    void stop() {
        sockets.forEach(HostileClientsTest::close);
        host.close();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
        socket.setSoTimeout((int) RawHttp.DEADLINE.toMillis());
        sockets.add(socket);
        return socket;
    }

    private Socket send(String bytes) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String post(String... headers) {
        return "POST " + HUB + " HTTP/1.1\r\nHost: localhost\r\n" + Tokens.header(Tokens.publisher("*"))
                + "\r\nContent-Type: application/x-www-form-urlencoded\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    /** All that comes until the server closes, or is silent for long though it keeps the connection. */
    private static String read(Socket socket) throws IOException {
        socket.setSoTimeout(SILENCE_MS);
        StringBuilder read = new StringBuilder();
        InputStream in = socket.getInputStream();
        try {
            for (int sign = in.read(); sign >= 0; sign = in.read()) {
                read.append((char) sign);
            }
        } catch (SocketTimeoutException e) {
            read.append("[silence]");
        }
        return read.toString();
    }

    private void assertServesAsBefore() {
        try (EventStream stream = EventStream.open(host.port(), HUB + "?topic=good")) {
            stream.awaitText("retry: ");
            RawHttp.Answer answer = publish("topic=good&data=x");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(stream.next().id()).isEqualTo(answer.body());
        }
        assertThat(RawHttp.request(host.port(), "GET", "/health/ready").status())
                .isEqualTo(200);
    }

    private RawHttp.Answer publish(String form) {
        return RawHttp.request(
                host.port(),
                "POST",
                HUB,
                List.of(Tokens.header(Tokens.publisher("*")), "Content-Type: application/x-www-form-urlencoded"),
                form);
    }

    private int openStreams() {
        return Parts.of(host.server().service().fanfare()).loops().openStreams();
    }

    @Test
    void clientsThatSendTheirBodiesSlowlyHoldNobodyUp() throws IOException {
        for (int i = 0; i < 80; i++) {
            send(post(i % 2 == 0 ? "Content-Length: 1000" : "Transfer-Encoding: chunked")
                    + (i % 2 == 0 ? "topic=slow" : "5\r\ntopic\r\n"));
        }

        assertServesAsBefore();

        for (Socket socket : sockets) {
            socket.getOutputStream().write('x');
        }
        assertServesAsBefore();
    }

    @Test
    void aSlowBodyIsPublishedOnceItIsWhole() throws IOException {
        try (EventStream stream = EventStream.open(host.port(), HUB + "?topic=slow")) {
            stream.awaitText("retry: ");
            Socket socket = send(post("Content-Length: 17", "Connection: close") + "topic=slo");
            OutputStream out = socket.getOutputStream();
            assertServesAsBefore();
            for (char sign : "w&data=x".toCharArray()) {
                out.write(sign);
                out.flush();
            }

            assertThat(stream.next().data()).isEqualTo("x");
            assertThat(read(socket)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void clientsThatNeverReadAreClosedAndTheOthersGetAll() throws IOException {
        List<Socket> stalled = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            stalled.add(EventStream.openStalled(host.port(), HUB + "?topic=loud"));
        }
        await().until(() -> openStreams() == 150);
        String data = "x".repeat(10_000);
        try (EventStream reader = EventStream.open(host.port(), HUB + "?topic=loud")) {
            reader.awaitText("retry: ");

            // One at a time, so that this reader never seems to stall, however late its thread reads.
            for (int i = 0; i < 100; i++) {
                assertThat(publish("topic=loud&data=" + i + data).status()).isEqualTo(200);
                assertThat(reader.next().data()).isEqualTo(i + data);
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> openStreams() == 1);
        }
        stalled.forEach(HostileClientsTest::close);
        assertServesAsBefore();
    }

    @Test
    void resetsInMidRequestLeaveNothingBehind() throws IOException {
        String[] pieces = {
            "",
            "POST",
            "POST " + HUB + " HTTP/1.1\r\nHo",
            post("Content-Length: 100"),
            post("Content-Length: 100") + "topic=a",
            post("Transfer-Encoding: chunked") + "40\r\ntopic",
            "GET " + HUB + "?topic=a HTTP/1.1\r\nHost: a\r\n\r\n"
        };
        for (int i = 0; i < 140; i++) {
            Socket socket = send(pieces[i % pieces.length]);
            socket.setSoLinger(true, 0);
            socket.close();
        }

        await().until(() -> openStreams() == 0);
        assertServesAsBefore();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding : chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5, 6",
                "Content-Length: +5",
                "Content-Length: -5",
                "Content-Length: 0x5",
                "Content-Length: 99999999999999999999"
            })
    void noRequestIsSmuggledInABody(String headers) throws IOException {
        Socket socket = send(post(headers) + "0\r\n\r\n" + NEXT + NEXT);

        String answers = read(socket);

        assertThat(answers).startsWith("HTTP/1.1 400 ").doesNotContain("/nope", "404", "[silence]");
        assertServesAsBefore();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "5;" + "x\r\n12345X"})
    void chunksThatAreNoneEndTheConnection(String chunk) throws IOException {
        Socket socket = send(post("Transfer-Encoding: chunked") + chunk + NEXT);

        assertThat(read(socket)).doesNotContain("/nope", "HTTP/1.1 200", "[silence]");
        assertServesAsBefore();
    }

    @Test
    void headersWithoutEndAreCutOff() throws IOException {
        for (String piece : new String[] {"X: " + "a".repeat(1000) + "\r\n", "a".repeat(1000)}) {
            Socket socket = send("GET / HTTP/1.1\r\nHost: localhost\r\n");
            boolean cutOff = false;
            try {
                for (int i = 0; i < 10_000 && !cutOff; i++) {
                    socket.getOutputStream().write(piece.getBytes(StandardCharsets.US_ASCII));
                    cutOff = socket.getInputStream().available() > 0;
                }
            } catch (IOException e) { // the server has closed
                cutOff = true;
            }
            assertThat(cutOff).isTrue();
        }
        assertServesAsBefore();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 2000000000", "Content-Length: 2000000000\r\nExpect: 100-continue"})
    void aBodyThatIsDeclaredTooLargeIsRefusedUnread(String headers) throws IOException {
        String answer = read(send(post(headers)));

        assertThat(answer)
                .startsWith("HTTP/1.1 413 ")
                .contains("Connection: close")
                .doesNotContain("[silence]");
        assertServesAsBefore();
    }

    @Test
    void aBodyThatTurnsOutTooLargeIsNotReadOn() throws IOException {
        Socket socket = send(post("Transfer-Encoding: chunked"));
        byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        long sent = 0;
        try {
            while (sent < 400_000_000) {
                socket.getOutputStream().write(chunk);
                sent += chunk.length;
            }
        } catch (IOException e) { // the server has closed
            assertThat(sent).isLessThan(100_000_000);
        }
        assertThat(sent).isLessThan(100_000_000);
        assertServesAsBefore();
    }

    @Test
    void templatesThatWouldBeSlowAreAnsweredInTime() {
        String slow = "%7Ba%7D".repeat(60);
        List<EventStream> streams = new ArrayList<>();
        for (String template : List.of(slow, "%7B%2Ba%7D".repeat(60) + "x", "%7B%3Fa,b,c,d,e%2A%7D".repeat(40))) {
            try {
                streams.add(EventStream.open(host.port(), HUB + "?topic=good&topic=" + template));
            } finally {
                assertServesAsBefore();
            }
        }
        long begin = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThat(publish("topic=" + "a".repeat(4000) + i + "&data=x").status())
                    .isEqualTo(200);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(2));
        assertServesAsBefore();
        streams.forEach(EventStream::close);
    }

    @Test
    void whatTheyHeldIsFreeAfterwards() throws IOException {
        assertServesAsBefore();
        long before = usedHeap();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 40; i++) {
                send(post("Content-Length: 1000000") + "topic=a&data=" + "x".repeat(50_000));
                send("GET " + HUB + "?topic=" + "t".repeat(1000) + round + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            assertServesAsBefore();
            sockets.forEach(HostileClientsTest::close);
            sockets.clear();
        }

        await().until(() -> openStreams() == 0);
        await().untilAsserted(() -> assertThat(usedHeap()).isLessThan(before + HEAP_LEEWAY));
        assertServesAsBefore();
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
