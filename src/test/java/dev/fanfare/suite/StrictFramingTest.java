package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 where servers differ: a request whose framing is doubtful is refused, and nothing behind it is served. */
@Timeout(240)
class StrictFramingTest {
    private static final String HOST = "Host: localhost\r\n";
    private static final String NEXT = "GET /smuggled HTTP/1.1\r\n" + HOST + "\r\n";
    private static final String POST =
            "POST " + HubSubject.HUB + " HTTP/1.1\r\n" + HOST + "Content-Type: " + HubSubject.FORM + "\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n";

    private static GrizzlyHost host;

    @BeforeAll
    static void start() throws IOException {
        host = GrizzlyHost.start(Map.of("fanfare.auth.anonymous-publish", "true"));
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    /** Everything that comes until the server closes. */
    private static String exchange(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            try {
                in.transferTo(all);
            } catch (SocketTimeoutException e) {
                throw new AssertionError("not closed, so far: " + all, e);
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }

    private static void assertRefused(String request, int status) throws IOException {
        String answers = exchange(request + NEXT);

        assertThat(answers).startsWith("HTTP/1.1 " + status + " ").containsOnlyOnce("HTTP/1.1 " + status + " ");
        assertThat(answers)
                .contains("Content-Type: application/problem+json", "Connection: close", "\"detail\":")
                .doesNotContain("smuggled");
    }

    private static Stream<Arguments> aHeadThatTwoServersReadDifferentlyIsRefusedCases() {
        return Stream.of(
                Arguments.of(
                        "9112, 6.3, Content-Length beside Transfer-Encoding",
                        "Content-Length: 5\r\nTransfer-Encoding: chunked"),
                Arguments.of(
                        "9112, 6.3, Content-Length beside Transfer-Encoding",
                        "Transfer-Encoding: chunked\r\nContent-Length: 5"),
                Arguments.of("9112, 5.2, a folded line", "Transfer-Encoding:\r\n chunked"),
                Arguments.of("9112, 5.2, a folded line", "Transfer-Encoding: chunked\r\n , identity"),
                Arguments.of("9110, 5.5, a control character", "Transfer-Encoding: \u000bchunked"),
                Arguments.of("9110, 5.5, a control character", "Transfer-Encoding:\u000bchunked"),
                Arguments.of("9110, 5.5, a control character", "Transfer-Encoding: chunked\u000c"),
                Arguments.of("9112, 6.1, a coding other than chunked", "Transfer-Encoding: "),
                Arguments.of("9112, 6.1, a coding other than chunked", "Transfer-Encoding: gzip, chunked"),
                Arguments.of(
                        "9112, 6.1, a coding other than chunked",
                        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                Arguments.of("9112, 5.1, a blank before the colon", "Transfer-Encoding : chunked"),
                Arguments.of("9112, 5.1, a blank before the colon", "Transfer-Encoding\t: chunked"),
                Arguments.of("9112, 2.2, a blank before the first field", " Transfer-Encoding: chunked"),
                Arguments.of("9112, 6.3, no valid Content-Length", "Content-Length: "),
                Arguments.of("9112, 6.3, no valid Content-Length", "Content-Length: 5 5"),
                Arguments.of("9112, 5.2, a folded line", "Content-Length: 5\r\n 5"),
                Arguments.of("9112, 6.3, no valid Content-Length", "Content-Length: 00000000000000000005"),
                Arguments.of("9112, 3.2, more than one Host", "Host: other"),
                Arguments.of("9112, 2.2, a line end that is none", "X-A: a\rb"),
                Arguments.of("9112, 2.2, a line end that is none", "X-A: a\nX-B: b"),
                Arguments.of("9110, 5.5, a control character", "X-A: a\u0000b"),
                Arguments.of("9110, 5.5, a control character", "X-A: a\u0001b"),
                Arguments.of("9110, 5.5, a control character", "X-A: a\u007fb"),
                Arguments.of("9112, 5, a line without a colon", "X-A"),
                Arguments.of("9112, 5.1, a blank before the colon", "X A: b"),
                Arguments.of("9110, 5.1, a name that is no token", ": b"),
                Arguments.of("9110, 5.1, a name that is no token", "X-\u00e4: b"),
                Arguments.of("9112, 2.2, a blank before the first field", "\tX-A: b"));
    }

    @ParameterizedTest(name = "RFC {0}: {1}")
    @MethodSource("aHeadThatTwoServersReadDifferentlyIsRefusedCases")
    void aHeadThatTwoServersReadDifferentlyIsRefused(String section, String line) throws IOException {
        assertRefused(POST + line + "\r\n\r\n0\r\n\r\n", 400);
    }

    private static Stream<Arguments> aHostThatIsNoneIsRefusedCases() {
        return Stream.of(
                Arguments.of("9110, 7.2", "a/b"),
                Arguments.of("9110, 7.2", "a@b"),
                Arguments.of("9110, 7.2", "a b"),
                Arguments.of("9110, 7.2", "a:+80"),
                Arguments.of("9110, 7.2", "a:-1"),
                Arguments.of("9110, 7.2", "a:b"),
                Arguments.of("9110, 7.2", "a:99999"),
                Arguments.of("9110, 7.2", "a:80:80"),
                Arguments.of("9110, 7.2", ""),
                Arguments.of("9110, 7.2", "[::1"),
                Arguments.of("9110, 7.2", "["),
                Arguments.of("9110, 7.2", "a?b"),
                Arguments.of("9110, 7.2", "a#b"),
                Arguments.of("9110, 7.2", "a\\b"),
                Arguments.of("9110, 7.2", "<a>"));
    }

    @ParameterizedTest(name = "RFC {0}: {1}")
    @MethodSource("aHostThatIsNoneIsRefusedCases")
    void aHostThatIsNoneIsRefused(String section, String value) throws IOException {
        assertRefused("GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n", 400);
        if (!value.matches(".*[ ].*|.*[/?#].*")) {
            assertRefused("GET http://" + value + "/ HTTP/1.1\r\n" + HOST + "\r\n", 400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:", "localhost:80", "127.0.0.1:8080", "[::1]:8080", "a.b-c.example"})
    void aHostIsANameOrAddressAndAPort(String value) throws IOException {
        String request = "GET /health/live HTTP/1.1\r\nConnection: close\r\nHost: " + value + "\r\n\r\n";

        assertThat(exchange(request)).startsWith("HTTP/1.1 200 ");
    }

    /** RFC 9112, 3.2. */
    @Test
    void http11NeedsAHostAndHttp10DoesNot() throws IOException {
        assertRefused("GET /health/live HTTP/1.1\r\n\r\n", 400);
        assertThat(exchange("GET /health/live HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    /** RFC 9112, 6.1. */
    @Test
    void http10HasNoTransferEncoding() throws IOException {
        assertRefused(CHUNKED.replace("HTTP/1.1", "HTTP/1.0") + "\r\n0\r\n\r\n", 400);
    }

    private static Stream<Arguments> aRequestLineThatIsNoneIsRefusedCases() {
        return Stream.of(
                Arguments.of("9112, 3", "GET /\r\n"),
                Arguments.of("9112, 3", "GET  / HTTP/1.1\r\n"),
                Arguments.of("9112, 3", "GET / HTTP/1.1 \r\n"),
                Arguments.of("9112, 3", "GET /a b HTTP/1.1\r\n"),
                Arguments.of("9112, 3", "GET\t/ HTTP/1.1\r\n"),
                Arguments.of("9112, 3", "GET / HTTP/1.1\n"),
                Arguments.of("9112, 3", "GET / http/1.1\r\n"),
                Arguments.of("9112, 3", "GET nope HTTP/1.1\r\n"),
                Arguments.of("9112, 3", "GET * HTTP/1.1\r\n"),
                Arguments.of("9112, 3", "CONNECT localhost:80 HTTP/1.1\r\n"),
                Arguments.of("9112, 3", "G(T / HTTP/1.1\r\n"),
                Arguments.of("9112, 3", " GET / HTTP/1.1\r\n"));
    }

    @ParameterizedTest(name = "RFC {0}: {1}")
    @MethodSource("aRequestLineThatIsNoneIsRefusedCases")
    void aRequestLineThatIsNoneIsRefused(String section, String line) throws IOException {
        assertRefused(line + HOST + "\r\n", 400);
    }

    /** RFC 9112, 2.3; RFC 9110, 15.6.6. */
    @Test
    void anotherVersionIsRefusedAsSuch() throws IOException {
        assertRefused("GET / HTTP/2.0\r\n" + HOST + "\r\n", 505);
        assertRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
        assertRefused("GET / HTTP/1.2\r\n" + HOST + "\r\n", 505);
    }

    /** RFC 9112, 2.2: a line that is no request line. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0016\u0003\u0001\u0002\u0000",
                "SSH-2.0-OpenSSH_9.6\r\n",
                "\u0000\u0000\u0000\u0085\u00ffSMB",
                "{\"a\":1}"
            })
    void bytesThatAreNoHttpAreRefusedAtOnceAndWithoutALine(String bytes) throws IOException {
        try (RecordedLog log = new RecordedLog("")) {
            assertThat(exchange(bytes)).startsWith("HTTP/1.1 400 ");
            assertThat(log.warnings()).isEmpty();
        }
    }

    /** RFC 9110, 15.5.15; RFC 6585, 5. */
    @Test
    void aHeadThatIsTooLargeIsToldSo() throws IOException {
        assertRefused("GET / HTTP/1.1\r\n" + HOST + "X: " + "x".repeat(70_000) + "\r\n\r\n", 431);
        assertRefused("GET /" + "x".repeat(70_000) + " HTTP/1.1\r\n" + HOST + "\r\n", 414);
        assertRefused("GET / HTTP/1.1\r\n" + HOST + "X: x\r\n".repeat(200) + "\r\n", 431);
    }

    private static Stream<Arguments> aChunkThatIsNoneEndsTheConnectionCases() {
        return Stream.of(
                Arguments.of("9112, 7.1", "5\r\ntopicX0\r\n\r\n"),
                Arguments.of("9112, 7.1", "5\r\ntopic0\r\n\r\n"),
                Arguments.of("9112, 7.1", "5\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1", "5\r\ntopic\n0\r\n\r\n"),
                Arguments.of("9112, 7.1", "5\r\ntopic\r\n0\n\r\n"),
                Arguments.of("9112, 7.1", " 5\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1", "\r\n5\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1", "0x5\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1", "+5\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1.1", "5;a\nb\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1.1", "5;a\u0000\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1", "10000000000000005\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1.1", ";a\r\n\r\n"),
                Arguments.of("9112, 7.1.1", "5 6\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1.1", "5 x\r\ntopic\r\n0\r\n\r\n"),
                Arguments.of("9112, 7.1.1", "5,a\r\ntopic\r\n0\r\n\r\n"));
    }

    @ParameterizedTest(name = "RFC {0}: {1}")
    @MethodSource("aChunkThatIsNoneEndsTheConnectionCases")
    void aChunkThatIsNoneEndsTheConnection(String section, String chunks) throws IOException {
        String answers = exchange(CHUNKED + "\r\n" + chunks + NEXT);

        assertThat(answers)
                .startsWith("HTTP/1.1 400 ")
                .doesNotContain("HTTP/1.1 2", "HTTP/1.1 404")
                .doesNotContain("smuggled");
    }

    /** RFC 9112, 7.1.1 and 7.1.2. */
    @Test
    void extensionsAreIgnoredTrailersPassedOverAndTheConnectionGoesOn() throws IOException {
        String body =
                "6;a=\"b;c\"\r\ntopic=\r\n7 ; x\r\na&data=\r\n1\r\nx\r\n000;last\r\nX-Trailer: t\r\nOther: u\r\n\r\n";

        String answers = exchange(
                CHUNKED + "\r\n" + body + "GET /health/live HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");

        assertThat(answers.split("HTTP/1.1 200 ", -1)).hasSize(3);
    }

    @Test
    void aChunkedBodyThatComesByteByByteIsRead() throws IOException {
        String request =
                "\r\n" + CHUNKED + "Connection: close\r\n\r\n" + "8;x\r\ntopic=a&\r\n6\r\ndata=x\r\n0\r\nX: y\r\n\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            for (byte sign : request.getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(sign);
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    /** RFC 9112, 2.2. */
    @Test
    void anEmptyLineBeforeARequestIsPassedOver() throws IOException {
        String request = "\r\nGET /health/live HTTP/1.1\r\n" + HOST + "\r\n" + "\r\n\r\nGET /health/live HTTP/1.1\r\n"
                + HOST + "Connection: close\r\n\r\n";

        assertThat(exchange(request).split("HTTP/1.1 200 ", -1)).hasSize(3);
        assertThat(exchange("\r\n".repeat(30))).startsWith("HTTP/1.1 400 ");
    }

    /** RFC 9110, 7.6.1. */
    @ParameterizedTest
    @ValueSource(strings = {"close", "TE, close", "Close", "keep-alive,close", "TE\r\nConnection: close"})
    void closeIsHeededWhereverItStands(String value) throws IOException {
        String request = "GET /health/live HTTP/1.1\r\n" + HOST + "TE: trailers\r\nConnection: " + value + "\r\n\r\n";

        assertThat(exchange(request)).startsWith("HTTP/1.1 200 ").contains("Connection: close");
    }

    /** RFC 9110, 9.3.2. */
    @Test
    void aRefusalOfHeadHasNoBody() throws IOException {
        String answer = exchange("HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400 ").endsWith("\r\n\r\n");
    }

    @Test
    void othersAreServedAfterwards() {
        assertThat(RawHttp.request(host.port(), "GET", "/health/live").status()).isEqualTo(200);
    }

    /** RFC 9110, 9.3.6 and 9.3.8. */
    @ParameterizedTest
    @ValueSource(strings = {"TRACE / ", "TRACE /nope ", "CONNECT / "})
    void aBodyThatIsNoneByItsMethodIsNotServedAsTheNextRequest(String line) throws IOException {
        assertRefused(line + "HTTP/1.1\r\n" + HOST + "Content-Length: " + NEXT.length() + "\r\n\r\n", 400);
        assertRefused(line + "HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    }

    /** RFC 9110, 10.1.1. */
    @Test
    void aClientThatWaitsWithItsBodyHearsContinueAndThenTheAnswer() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write((POST + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 ".length());
            assertThat(new String(interim, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 ");

            socket.getOutputStream().write("topic=a&data=123".getBytes(StandardCharsets.US_ASCII));
            String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(rest).contains("\r\n\r\nHTTP/1.1 200 ");
        }
    }
}
