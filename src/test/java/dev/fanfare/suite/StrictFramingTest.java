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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 where servers differ: a request whose framing is doubtful is refused, and nothing behind it is served. */
@Timeout(120)
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
            socket.setSoTimeout(10_000);
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Transfer-Encoding:\r\n chunked",
                "Transfer-Encoding: chunked\r\n , identity",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding:\u000bchunked",
                "Transfer-Encoding: chunked\u000c",
                "Transfer-Encoding: ",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding\t: chunked",
                " Transfer-Encoding: chunked",
                "Content-Length: ",
                "Content-Length: 5 5",
                "Content-Length: 5\r\n 5",
                "Content-Length: 00000000000000000005",
                "Host: other",
                "X-A: a\rb",
                "X-A: a\nX-B: b",
                "X-A: a\u0000b",
                "X-A: a\u0001b",
                "X-A: a\u007fb",
                "X-A",
                "X A: b",
                ": b",
                "X-\u00e4: b",
                "\tX-A: b"
            })
    void aHeadThatTwoServersReadDifferentlyIsRefused(String line) throws IOException {
        assertRefused(POST + line + "\r\n\r\n0\r\n\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b", "a@b", "a b", "a:+80", "a:-1", "a:b", "a:99999", "a:80:80", "", "[::1", "[", "a?b", "a#b",
                "a\\b", "<a>"
            })
    void aHostThatIsNoneIsRefused(String value) throws IOException {
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

    @Test
    void http11NeedsAHostAndHttp10DoesNot() throws IOException {
        assertRefused("GET /health/live HTTP/1.1\r\n\r\n", 400);
        assertThat(exchange("GET /health/live HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void http10HasNoTransferEncoding() throws IOException {
        assertRefused(CHUNKED.replace("HTTP/1.1", "HTTP/1.0") + "\r\n0\r\n\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /\r\n",
                "GET  / HTTP/1.1\r\n",
                "GET / HTTP/1.1 \r\n",
                "GET /a b HTTP/1.1\r\n",
                "GET\t/ HTTP/1.1\r\n",
                "GET / HTTP/1.1\n",
                "GET / http/1.1\r\n",
                "GET nope HTTP/1.1\r\n",
                "GET * HTTP/1.1\r\n",
                "CONNECT localhost:80 HTTP/1.1\r\n",
                "G(T / HTTP/1.1\r\n",
                " GET / HTTP/1.1\r\n"
            })
    void aRequestLineThatIsNoneIsRefused(String line) throws IOException {
        assertRefused(line + HOST + "\r\n", 400);
    }

    @Test
    void anotherVersionIsRefusedAsSuch() throws IOException {
        assertRefused("GET / HTTP/2.0\r\n" + HOST + "\r\n", 505);
        assertRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
        assertRefused("GET / HTTP/1.2\r\n" + HOST + "\r\n", 505);
    }

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

    @Test
    void aHeadThatIsTooLargeIsToldSo() throws IOException {
        assertRefused("GET / HTTP/1.1\r\n" + HOST + "X: " + "x".repeat(70_000) + "\r\n\r\n", 431);
        assertRefused("GET /" + "x".repeat(70_000) + " HTTP/1.1\r\n" + HOST + "\r\n", 414);
        assertRefused("GET / HTTP/1.1\r\n" + HOST + "X: x\r\n".repeat(200) + "\r\n", 431);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\r\ntopicX0\r\n\r\n",
                "5\r\ntopic0\r\n\r\n",
                "5\ntopic\r\n0\r\n\r\n",
                "5\r\ntopic\n0\r\n\r\n",
                "5\r\ntopic\r\n0\n\r\n",
                " 5\r\ntopic\r\n0\r\n\r\n",
                "\r\n5\r\ntopic\r\n0\r\n\r\n",
                "0x5\r\ntopic\r\n0\r\n\r\n",
                "+5\r\ntopic\r\n0\r\n\r\n",
                "5;a\nb\r\ntopic\r\n0\r\n\r\n",
                "5;a\u0000\r\ntopic\r\n0\r\n\r\n",
                "10000000000000005\r\ntopic\r\n0\r\n\r\n",
                ";a\r\n\r\n"
            })
    void aChunkThatIsNoneEndsTheConnection(String chunks) throws IOException {
        String answers = exchange(CHUNKED + "\r\n" + chunks + NEXT);

        assertThat(answers)
                .startsWith("HTTP/1.1 400 ")
                .doesNotContain("HTTP/1.1 2", "HTTP/1.1 404")
                .doesNotContain("smuggled");
    }

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
            socket.setSoTimeout(10_000);
            for (byte sign : request.getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(sign);
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void anEmptyLineBeforeARequestIsPassedOver() throws IOException {
        String request = "\r\nGET /health/live HTTP/1.1\r\n" + HOST + "\r\n" + "\r\n\r\nGET /health/live HTTP/1.1\r\n"
                + HOST + "Connection: close\r\n\r\n";

        assertThat(exchange(request).split("HTTP/1.1 200 ", -1)).hasSize(3);
        assertThat(exchange("\r\n".repeat(30))).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "TE, close", "Close", "keep-alive,close", "TE\r\nConnection: close"})
    void closeIsHeededWhereverItStands(String value) throws IOException {
        String request = "GET /health/live HTTP/1.1\r\n" + HOST + "TE: trailers\r\nConnection: " + value + "\r\n\r\n";

        assertThat(exchange(request)).startsWith("HTTP/1.1 200 ").contains("Connection: close");
    }

    @Test
    void aRefusalOfHeadHasNoBody() throws IOException {
        String answer = exchange("HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400 ").endsWith("\r\n\r\n");
    }

    @Test
    void othersAreServedAfterwards() {
        assertThat(RawHttp.request(host.port(), "GET", "/health/live").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE / ", "TRACE /nope ", "CONNECT / "})
    void aBodyThatIsNoneByItsMethodIsNotServedAsTheNextRequest(String line) throws IOException {
        assertRefused(line + "HTTP/1.1\r\n" + HOST + "Content-Length: " + NEXT.length() + "\r\n\r\n", 400);
        assertRefused(line + "HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    }

    @Test
    void aClientThatWaitsWithItsBodyHearsContinueAndThenTheAnswer() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port())) {
            socket.setSoTimeout(30_000);
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
