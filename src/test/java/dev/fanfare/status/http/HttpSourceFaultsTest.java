package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a source makes of services that fail, hang, or answer with something else. */
class HttpSourceFaultsTest extends HttpSourceFixture {
    @ParameterizedTest
    @ValueSource(ints = {204, 206, 300, 400, 401, 403, 429, 500, 502, 503})
    void anyOtherStatusIsAFailure(int status) throws IOException {
        assertThat(failureOf(status(status, "")).reason()).isEqualTo("answers with status " + status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"a\":1",
                "{} {}",
                "[1]x",
                "nul",
                "{'a':1}",
                "01",
                "{\"a\":NaN}",
                "1e99999999999",
                "\"\\x\""
            })
    void whatIsNoJsonIsAFailure(String body) throws IOException {
        assertThat(failureOf(ok("Content-Type: application/json\r\n", body)).reason())
                .isEqualTo("answers with something that is not valid JSON");
    }

    @Test
    void bytesThatAreNoUtf8AreAFailure() throws IOException {
        assertThat(failureOf(ok("Content-Type: application/json\r\n", "\"\u00ff\u00fe\""))
                        .reason())
                .isEqualTo("answers with bytes that are not text");
    }

    @Test
    void htmlIsAFailureThatNamesItsTypeAndTheKeyThatMakesItJson() throws IOException {
        assertThat(failureOf(ok("Content-Type: Text/HTML; charset=utf-8\r\n", "<html>"))
                        .reason())
                .isEqualTo(
                        "answers with text/html, which is neither JSON nor plain text; if its body is JSON all the same,"
                                + " set fanfare.status.NAME.type=json");
        for (String none : List.of("<script>/x", "html", "a/" + "b".repeat(200))) {
            assertThat(failureOf(ok("Content-Type: " + none + "\r\n", "<html>")).reason())
                    .startsWith("answers with a Content-Type that is no media type, which is neither JSON");
        }
        assertThat(failureOf(ok("", "<html>")).reason()).isEqualTo("answers with something that is not valid JSON");
    }

    @Test
    void whatIsNestedTooDeepOrHasEndlessNumbersIsAFailure() throws IOException {
        assertThat(failureOf(ok("", "[".repeat(500_000))).reason()).contains("nested deeper than 100");
        assertThat(failureOf(ok("", "[".repeat(101) + "]".repeat(101))).reason())
                .contains("nested deeper");
        assertThat(failureOf(ok("", "1".repeat(100_000))).reason()).contains("number of more than 500");
        assertThat(readingOf(ok("", "[".repeat(100) + "\"[[[" + "1".repeat(1000) + "\"" + "]".repeat(100))))
                .isInstanceOf(Reading.Value.class);
        assertThat(readingOf(ok("", "1e999999999"))).isInstanceOf(Reading.Value.class);
    }

    @Test
    void aServerThatHangsIsLeftAfterTheTimeout() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (RawSource server = new RawSource(out -> never.await())) {
            assertLeftInTime(server);
        }
    }

    @Test
    void aServerThatDripsIsLeftAfterTheTimeout() throws Exception {
        try (RawSource server = new RawSource(out -> {
            out.write(ok("Content-Type: application/json\r\n", "[").getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("1,".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                Thread.sleep(20); // the behaviour under test, not a wait
            }
        })) {
            assertLeftInTimeAndBrokenOff(server);
        }
    }

    @Test
    void aServerThatDripsItsHeadIsLeftAfterTheTimeout() throws Exception {
        try (RawSource server = new RawSource(out -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("X: y\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                Thread.sleep(20); // the behaviour under test, not a wait
            }
        })) {
            assertLeftInTimeAndBrokenOff(server);
        }
    }

    private void assertLeftInTime(RawSource server) {
        HttpSource source = source(new HttpSourceSettings(server.url("/"), Map.of(), SHORT, 1 << 20));
        long begin = System.nanoTime();
        assertThat(failure(source).reason()).isEqualTo("does not answer in time");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(SHORT, LONG);
    }

    /** On a busy machine the time may be over before the server has been reached; then it is asked again. */
    private void assertLeftInTimeAndBrokenOff(RawSource server) {
        await().until(() -> {
            assertLeftInTime(server);
            return server.brokenOff().await(1, TimeUnit.SECONDS);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 10000000000\r\n", "", "Transfer-Encoding: chunked\r\n"})
    void aBodyWithoutEndIsBrokenOff(String header) throws Exception {
        AtomicLong sent = new AtomicLong();
        boolean chunked = header.startsWith("Transfer");
        byte[] chunk = ((chunked ? "10000\r\n" : "") + "1".repeat(0x10000) + (chunked ? "\r\n" : ""))
                .getBytes(StandardCharsets.US_ASCII);
        try (RawSource server = new RawSource(out -> {
            out.write(ok(header, "").getBytes(StandardCharsets.US_ASCII));
            for (long i = 0; i < 200_000; i++) {
                out.write(chunk);
                sent.addAndGet(chunk.length);
            }
        })) {
            assertThat(failure(source(server)).reason()).isEqualTo("answers more than 1048576 bytes");
            assertThat(server.brokenOff().await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(sent.get()).isLessThan(100L << 20);
        }
    }

    @Test
    void aBodyOfAnotherLengthThanAnnouncedIsAFailureOrCutThere() throws IOException {
        assertThat(failureOf(ok("Content-Length: 9\r\n", "[1]")).reason()).isEqualTo("can't be reached");
        assertThat(failureOf(ok("Transfer-Encoding: chunked\r\n", "9\r\n[1]")).reason())
                .isEqualTo("can't be reached");
        assertThat(readingOf(ok("Content-Length: 3\r\n", "[1],2]"))).isInstanceOf(Reading.Value.class);
    }

    @Test
    void aServerWhoseCertificateNobodyTrustsIsNotAsked(@TempDir Path folder) throws Exception {
        AtomicLong asked = new AtomicLong();
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext own = selfSigned(folder.resolve("keys.p12"), "dns:localhost");
        server.setHttpsConfigurator(new HttpsConfigurator(own));
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 1);
            exchange.getResponseBody().write('1');
            exchange.close();
        });
        server.start();
        try {
            HttpSourceSettings settings =
                    within(LONG, "https://localhost:" + server.getAddress().getPort() + "/");
            assertThat(failure(source(settings)).reason()).isEqualTo("can't be reached");
            assertThat(asked).hasValue(0);
            HttpClient trusting = HttpClient.newBuilder().sslContext(own).build();
            assertThat(read(new HttpSource(settings, trusting, ticker), null)).isInstanceOf(Reading.Value.class);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theBodyOfAnErrorDoesNotMatterHoweverLong() throws Exception {
        byte[] chunk = new byte[0x10000];
        try (RawSource server = new RawSource(out -> {
            out.write("HTTP/1.1 500 No\r\nRetry-After: 9\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            for (long i = 0; i < 200_000; i++) {
                out.write(chunk);
            }
        })) {
            SourceFailure failure = failure(source(server));
            assertThat(failure.reason()).isEqualTo("answers with status 500");
            assertThat(failure.notBefore()).hasSeconds(9);
        }
    }

    @Test
    void noServerIsAFailureThatTellsClientsNothingInside() throws IOException {
        RawSource closed = RawSource.sending("");
        closed.close();
        assertThat(failure(source(closed)).reason()).isEqualTo("can't be reached");
        assertThat(failure(source(closed))).hasMessage("nothing accepts connections at the host and port of its URL");
        assertThat(failureOf("SSH-2.0-OpenSSH\r\n").reason()).isEqualTo("can't be reached");
    }

    @Test
    void aHostThatIsNotFoundIsToldToTheLogAndNotToClients() {
        SourceFailure failure = failure(source(within(LONG, "http://nowhere.invalid/")));
        assertThat(failure.reason()).isEqualTo("can't be reached");
        assertThat(failure).hasMessage("the host of its URL is not found");
    }
}
