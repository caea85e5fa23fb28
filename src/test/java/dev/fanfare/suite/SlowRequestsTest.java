package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.PemFiles;
import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request may be in size and time, and that those who take all of both hold up nobody else. */
@Timeout(600)
class SlowRequestsTest {
    private static final String GET = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";
    private static final String POST =
            "POST " + HubSubject.HUB + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + HubSubject.FORM + "\r\n";

    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.http.port", "0",
            "fanfare.history.store", "memory",
            "fanfare.auth.anonymous-publish", "true"));
    private final List<AutoCloseable> closing = new ArrayList<>();
    private GrizzlyHost host;

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
        if (host != null) {
            host.close();
        }
    }

    private void start() throws IOException {
        host = GrizzlyHost.standalone(settings);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
        socket.setSoTimeout(60_000);
        closing.add(socket);
        return socket;
    }

    private static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {9_000, 60_000})
    void aHeadMayHave64KiB(int bytes) throws IOException {
        start();
        RawHttp.Answer answer = RawHttp.request(
                host.port(),
                "GET",
                "/health/live?" + "a".repeat(bytes / 2),
                "Cookie: a=" + "b".repeat(bytes / 2 - 500));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(RawHttp.request(
                                host.port(),
                                "HEAD",
                                HubSubject.HUB + "?topic=a" + ("&topic=" + "b".repeat(90)).repeat(bytes / 120),
                                "Last-Event-ID: " + "c".repeat(bytes / 8))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aHeadThatComesInPiecesIsReadLikeOneThatComesAtOnce() throws IOException {
        start();
        byte[] head = (GET + "Cookie: a=" + "b".repeat(3000) + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        Socket socket = connect();
        socket.setTcpNoDelay(true);
        for (byte each : head) {
            socket.getOutputStream().write(each);
        }
        assertThat(rest(socket)).startsWith("HTTP/1.1 200");
    }

    @Test
    void aLargerHeadIsRefusedInWords() throws IOException {
        settings.put("fanfare.limits.head", "16KiB");
        start();
        RawHttp.Answer head = RawHttp.request(host.port(), "GET", "/health/live", "Cookie: a=" + "b".repeat(17_000));
        assertThat(head.status()).isEqualTo(431);
        assertThat(head.body()).contains("16384 bytes");
        assertThat(RawHttp.request(host.port(), "GET", "/" + "b".repeat(17_000)).status())
                .isEqualTo(414);
    }

    @ParameterizedTest
    @CsvSource({
        "'GET /health/live HTT',head",
        "'GET /health/live HTTP/1.1\r\nHost: a\r\nA: ',head",
        "'POST /.well-known/mercure HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntopic=a&data=',body",
        "'POST /.well-known/mercure HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ntopic=',body"
    })
    void whatDoesNotArriveInTimeIsAnsweredAndEnds(String beginning, String part) throws IOException {
        settings.put("fanfare.http.request-timeout", "1s");
        start();
        Socket socket = connect();
        socket.getOutputStream().write(beginning.replace("\\r\\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(rest(socket)).startsWith("HTTP/1.1 408").contains("The " + part, "fanfare.http.request-timeout");
    }

    @Test
    void bodiesThatComeInPartsArePublishedOnceAndWhole() throws IOException {
        start();
        Socket socket = connect();
        socket.setTcpNoDelay(true);
        for (int i = 0; i < 20; i++) {
            String body = "topic=t&data=" + "x".repeat(i * 3000);
            String head = i % 2 == 0
                    ? POST + "Content-Length: " + body.length() + "\r\n\r\n"
                    : POST + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body.substring(0, 9).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body.substring(9).getBytes(StandardCharsets.US_ASCII));
            if (i % 2 == 1) {
                socket.getOutputStream().write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(answer(socket)).startsWith("HTTP/1.1 200");
        }
        RawHttp.Answer live = RawHttp.request(host.port(), "GET", "/health/live");
        assertThat(live.status()).isEqualTo(200);
    }

    /** Grizzly takes a connection for idle after 30 s on which no request is complete. */
    @Test
    void aBodyThatComesFastEnoughMayTakeLongerThanAConnectionMayBeIdle() throws Exception {
        start();
        Socket socket = connect();
        String part = "x".repeat(6000);
        int parts = 33;
        socket.getOutputStream()
                .write((POST + "Connection: close\r\nContent-Length: "
                                + ("topic=a&data=".length() + parts * part.length()) + "\r\n\r\ntopic=a&data=")
                        .getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < parts; i++) {
            TimeUnit.SECONDS.sleep(1); // what is tested is the time that passes
            socket.getOutputStream().write(part.getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(rest(socket)).startsWith("HTTP/1.1 200");
    }

    /** The head and as many bytes as it says. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int sign = socket.getInputStream().read();
            assertThat(sign).as(answer.toString()).isNotNegative();
            answer.append((char) sign);
        }
        int at = answer.indexOf("Content-Length: ") + 16;
        int length = Integer.parseInt(answer.substring(at, answer.indexOf("\r\n", at)));
        return answer + new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    @Test
    void twoThousandClientsThatDripHeadsAndBodiesHoldUpNobody() throws Exception {
        start();
        List<Drip> drips = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            SocketChannel channel =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), host.port()));
            closing.add(channel);
            drips.add(bytes -> channel.write(ByteBuffer.wrap(bytes)));
            drips.get(i).send(dripping(i));
        }
        assertOthersAreServedDuring(drips, null);
    }

    @Test
    void twoThousandClientsThatDripHeadsAndBodiesOverTlsHoldUpNobody(@TempDir Path folder) throws Exception {
        PemFiles pem = new PemFiles(folder).pair("a");
        settings.put("fanfare.http.tls.certificate", pem.file("a.crt").toString());
        settings.put("fanfare.http.tls.key", pem.file("a.key").toString());
        settings.put("fanfare.http.request-timeout", "600s"); // two thousand handshakes take a while
        start();
        SSLContext context = pem.trusting("a.crt");
        List<Drip> drips = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Socket socket = context.getSocketFactory().createSocket("localhost", host.port());
            closing.add(socket);
            drips.add(bytes -> socket.getOutputStream().write(bytes));
            drips.get(i).send(dripping(i));
        }
        assertOthersAreServedDuring(drips, context);
    }

    /** A client's way to the server. */
    private interface Drip {
        void send(byte[] bytes) throws IOException;
    }

    private static byte[] dripping(int client) {
        String beginning = client % 2 == 0 ? GET + "A: b" : POST + "Content-Length: 1000\r\n\r\ntopic=a&data=";
        return beginning.getBytes(StandardCharsets.US_ASCII);
    }

    private void assertOthersAreServedDuring(List<Drip> drips, @Nullable SSLContext context) throws IOException {
        for (int round = 0; round < 10; round++) {
            for (int i = round; i < drips.size(); i += 10) {
                try {
                    drips.get(i).send(new byte[] {'x'});
                } catch (IOException e) {
                    assertThat(e).as("its time was up").hasMessageMatching(".*(reset|[Bb]roken pipe).*");
                }
            }
            assertThat(exchange(context, GET + "Connection: close\r\n\r\n", "")).startsWith("HTTP/1.1 200");
            assertThat(exchange(
                            context, POST + "Content-Length: 18\r\nConnection: close\r\n\r\n", "topic=a&data=hello"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private String exchange(@Nullable SSLContext context, String head, String body) throws IOException {
        Socket socket = connect();
        Socket speaking = context == null
                ? socket
                : context.getSocketFactory().createSocket(socket, "localhost", host.port(), true);
        socket.setTcpNoDelay(true);
        speaking.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        speaking.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
        return rest(speaking);
    }

    @Test
    void handshakesThatAreHalfOpenEnd(@TempDir Path folder) throws IOException {
        PemFiles pem = new PemFiles(folder).pair("a");
        settings.put("fanfare.http.tls.certificate", pem.file("a.crt").toString());
        settings.put("fanfare.http.tls.key", pem.file("a.key").toString());
        settings.put("fanfare.http.request-timeout", "2s");
        start();
        List<Socket> half = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Socket socket = connect();
            if (i % 2 == 0) { // the beginning of a record of a ClientHello
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0});
            }
            half.add(socket);
        }
        for (Socket socket : half) {
            try {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
    }

    @Test
    void streamsAreCountedByTheAddressThatATrustedProxyNames() throws IOException {
        settings.put("fanfare.http.trusted-proxies", "10.0.0.0/8, 127.0.0.1");
        settings.put("fanfare.limits.connections-per-address", "1");
        start();
        assertStream("X-Forwarded-For: 192.0.2.1", true);
        assertStream("X-Forwarded-For: 192.0.2.1", false);
        assertStream("X-Forwarded-For: 192.0.2.99, 192.0.2.1, 10.1.2.3", false); // the first was said by the client
        assertStream("X-Forwarded-For: 192.0.2.2", true);
        assertStream("Forwarded: for=192.0.2.3;proto=https, for=10.1.1.1", true);
        assertStream("Forwarded: proto=https;For=\"192.0.2.3:4711\"", false);
        assertStream("Forwarded: for=\"[2001:db8::1]:80\"", true);
        assertStream("X-Forwarded-For: 2001:DB8:0::1", false);
        assertStream("X-Forwarded-For: 2001:db8::ffff:2", false); // whoever has the first has this one
        assertStream("Forwarded: for=\"[2001:db8:0:1::1]\"", true);
        assertStream("X-Forwarded-For: ::ffff:192.0.2.2", false);
        assertStream("X-Forwarded-For: ::ffff:192.0.2.4", true);
        assertStream("Forwarded: for=192.0.2.77\r\nX-Forwarded-For: 192.0.2.78", true); // as the proxy itself
        assertStream("Forwarded: for=unknown", false);
        assertStream("Forwarded: for=192.0.2.88\r\nX-Forwarded-For: 192.0.2.89", false);
    }

    private void assertStream(String header, boolean opens) throws IOException {
        Socket socket = connect();
        socket.getOutputStream()
                .write(("GET " + HubSubject.HUB
                                + "?topic=t HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" + header
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        byte[] head = socket.getInputStream().readNBytes(12);
        assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
        StringBuilder more = new StringBuilder();
        while (more.indexOf("\r\n\r\n") < 0) {
            more.append((char) socket.getInputStream().read());
        }
        assertThat(more.indexOf("Fanfare-Refused: full-for-address") < 0)
                .as(header + more)
                .isEqualTo(opens);
    }

    @Test
    void nobodyElseIsBelievedWhoNamesAnAddress() throws IOException {
        settings.put("fanfare.limits.connections-per-address", "1");
        start();
        assertStream("X-Forwarded-For: 192.0.2.1", true);
        assertStream("X-Forwarded-For: 192.0.2.2", false);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RawHttp.request(host.port(), "GET", "/health/live").status() == 200);
    }
}
