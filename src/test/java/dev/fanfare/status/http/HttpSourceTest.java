package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.testing.ManualTicker;
import jakarta.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other services do, good and bad. */
@Timeout(240)
class HttpSourceTest {
    private static final HttpClient CLIENT = HttpSource.newClient();
    private static final Duration SHORT = Duration.ofMillis(300);

    private final SystemTicker ticker = new SystemTicker();

    @AfterEach
    void close() {
        ticker.close();
    }

    private static String ok(String headers, String body) {
        return "HTTP/1.1 200 OK\r\nConnection: close\r\n" + headers + "\r\n" + body;
    }

    private static String status(int status, String headers) {
        return "HTTP/1.1 " + status + " Reason\r\nContent-Length: 0\r\nConnection: close\r\n" + headers + "\r\n";
    }

    private HttpSource source(RawSource server) {
        return source(new HttpSourceSettings(
                server.url("/job"), Map.of(), Duration.ofSeconds(10), HttpSourceSettings.DEFAULT_MAX_BYTES));
    }

    private HttpSource source(HttpSourceSettings settings) {
        return new HttpSource(settings, CLIENT, ticker);
    }

    private static Reading read(HttpSource source, @Nullable String validator) {
        return source.read(Map.of(), validator)
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private static SourceFailure failure(HttpSource source) {
        Throwable error = catchThrowable(() -> read(source, null));
        assertThat(error).isNotNull();
        assertThat(error.getCause()).isInstanceOf(SourceFailure.class);
        return (SourceFailure) error.getCause();
    }

    private SourceFailure failureOf(String answer) throws IOException {
        try (RawSource server = RawSource.sending(answer)) {
            return failure(source(server));
        }
    }

    private Reading readingOf(String answer) throws IOException {
        try (RawSource server = RawSource.sending(answer)) {
            return read(source(server), null);
        }
    }

    @Test
    void asksForJsonUnderItsNameWithTheHeadersGiven() throws IOException {
        try (RawSource server = RawSource.sending(ok("Content-Type: application/json\r\n", "1"))) {
            HttpSourceSettings settings = new HttpSourceSettings(
                    server.url("/a/{x}?q={x}&y={y}"),
                    Map.of("Authorization", "Bearer secret"),
                    Duration.ofSeconds(10),
                    1000);
            assertThat(settings.placeholders()).containsExactly("x", "y");
            assertThat(settings.toString()).contains("Authorization").doesNotContain("secret");
            source(settings)
                    .read(Map.of("x", "ä/b c", "y", "&="), null)
                    .toCompletableFuture()
                    .join();
            assertThat(server.requests().get(0))
                    .startsWith("GET /a/%C3%A4%2Fb%20c?q=%C3%A4%2Fb%20c&y=%26%3D HTTP/1.1")
                    .contains(
                            "Accept: application/json, text/plain;q=0.5",
                            "User-Agent: Fanfare",
                            "Authorization: Bearer secret");
        }
    }

    @Test
    void plainTextIsAJsonString() throws IOException {
        assertThat(readingOf(ok("Content-Type: text/plain; charset=ISO-8859-1\r\n", "fertig \u00fc")))
                .isEqualTo(Reading.of(Json.createValue("fertig \u00fc")));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", delimiter = '|', textBlock = """
            application/json
            application/json; charset=utf-8
            Application/JSON
            application/vnd.job+json
            none
            """)
    void jsonIsReadUnderAnyOfItsTypes(@Nullable String type) throws IOException {
        String header = type == null ? "" : "Content-Type: " + type + "\r\n";
        assertThat(readingOf(ok(header, "[1]"))).isInstanceOf(Reading.Value.class);
    }

    @Test
    void anUnchangedStatusIsNotSentAgain() throws IOException {
        try (RawSource server = RawSource.sending(status(304, "Cache-Control: max-age=7\r\n"))) {
            assertThat(read(source(server), "etag W/\"x\"")).isEqualTo(new Reading.Unchanged(Duration.ofSeconds(7)));
            read(source(server), "modified Thu, 01 Jan 2026 00:00:00 GMT");
            assertThat(server.requests().get(0)).contains("If-None-Match: W/\"x\"");
            assertThat(server.requests().get(1)).contains("If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT");
        }
    }

    @Test
    void keepsTheEtagAndElseTheDateToAskWith() throws IOException {
        assertThat(readingOf(ok("ETag: \"x\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n", "1")))
                .isInstanceOfSatisfying(
                        Reading.Value.class,
                        value -> assertThat(value.validator()).isEqualTo("etag \"x\""));
        assertThat(readingOf(ok("Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n", "1")))
                .isInstanceOfSatisfying(
                        Reading.Value.class,
                        value -> assertThat(value.validator()).isEqualTo("modified Thu, 01 Jan 2026 00:00:00 GMT"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Cache-Control: max-age=30                    | 30
            Cache-Control: private, MAX-AGE="30"         | 30
            Cache-Control: max-age=30\\r\\nAge: 10       | 20
            Cache-Control: max-age=30, no-cache          | 0
            Cache-Control: max-age=99999999999999999999  | 3600
            Cache-Control: max-age=-1                    | 0
            Cache-Control: max-age=x                     | 0
            X: y                                         | 0
            """)
    void aFreshStatusIsNotAskedForAgain(String header, long seconds) throws IOException {
        assertThat(readingOf(ok(header.replace("\\r\\n", "\r\n") + "\r\n", "1")))
                .isInstanceOfSatisfying(
                        Reading.Value.class,
                        value -> assertThat(value.notBefore()).hasSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            120                            | 120
            99999                          | 3600
            Thu, 01 Jan 2026 00:02:00 GMT  | 120
            Thursday, 01-Jan-26 00:02:00 GMT | 120
            Thu Jan  1 00:02:00 2026       | 120
            Saturday, 02-Jan-99 00:02:00 GMT | 0
            Wed, 31 Dec 2025 00:00:00 GMT  | 0
            soon                           | 0
            -5                             | 0
            """)
    void retryAfterIsSecondsOrADate(String value, long seconds) throws IOException {
        try (RawSource server = RawSource.sending(status(503, "Retry-After: " + value + "\r\n"))) {
            HttpSource source = new HttpSource(HttpSourceSettings.of(server.url("/")), CLIENT, new ManualTicker());
            assertThat(failure(source).notBefore()).hasSeconds(seconds);
        }
    }

    @Test
    void aDateToRetryAfterIsNotAnticipatedByAFraction() {
        HttpHeaders headers =
                HttpHeaders.of(Map.of("Retry-After", List.of("Thu, 01 Jan 2026 00:02:00 GMT")), (name, value) -> true);

        assertThat(Freshness.retryAfter(headers, Instant.parse("2026-01-01T00:01:58.001Z")))
                .hasSeconds(2);
        assertThat(Freshness.retryAfter(headers, Instant.parse("2026-01-01T00:01:58Z")))
                .hasSeconds(2);
    }

    @Test
    void closingBreaksOffWhatIsBeingAskedAndWhatIsAskedLater() throws IOException {
        try (RawSource server = RawSource.sending("")) {
            HttpSource source = new HttpSource(HttpSourceSettings.of(server.url("/")), CLIENT, new ManualTicker());
            CompletableFuture<Reading> before = source.read(Map.of(), null).toCompletableFuture();

            source.close();

            assertThat(before).isCancelled();
            assertThat(source.read(Map.of(), null).toCompletableFuture()).isCancelled();
        }
    }

    @Test
    void whatIsNotFoundIsMissingAndWhatIsGoneIsGone() throws IOException {
        assertThat(readingOf(status(404, ""))).isEqualTo(new Reading.Missing());
        assertThat(readingOf(status(410, ""))).isEqualTo(new Reading.Gone());
    }

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
            assertLeftInTime(server);
            assertThat(server.brokenOff().await(60, TimeUnit.SECONDS)).isTrue();
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
            assertLeftInTime(server);
            assertThat(server.brokenOff().await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void assertLeftInTime(RawSource server) {
        HttpSource source = source(new HttpSourceSettings(server.url("/"), Map.of(), SHORT, 1 << 20));
        long begin = System.nanoTime();
        assertThat(failure(source).reason()).isEqualTo("does not answer in time");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(SHORT, Duration.ofSeconds(8));
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
        SSLContext own = selfSigned(folder.resolve("keys.p12"));
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
            HttpSourceSettings settings = new HttpSourceSettings(
                    "https://localhost:" + server.getAddress().getPort() + "/",
                    Map.of(),
                    Duration.ofSeconds(10),
                    HttpSourceSettings.DEFAULT_MAX_BYTES);
            assertThat(failure(source(settings)).reason()).isEqualTo("can't be reached");
            assertThat(asked).hasValue(0);
            HttpClient trusting = HttpClient.newBuilder().sslContext(own).build();
            assertThat(read(new HttpSource(settings, trusting, ticker), null)).isInstanceOf(Reading.Value.class);
        } finally {
            server.stop(0);
        }
    }

    /** Has a certificate for localhost, and trusts it and no other. */
    private static SSLContext selfSigned(Path keys) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "of a test",
                        "-keystore",
                        keys.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(keys.toFile(), "of a test".toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, "of a test".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("test", store.getCertificate("test"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
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
        HttpSourceSettings settings = new HttpSourceSettings(
                "http://nowhere.invalid/", Map.of(), Duration.ofSeconds(10), HttpSourceSettings.DEFAULT_MAX_BYTES);
        SourceFailure failure = failure(source(settings));
        assertThat(failure.reason()).isEqualTo("can't be reached");
        assertThat(failure).hasMessage("the host of its URL is not found");
    }

    @Test
    void redirectsOnTheSameServerAreFollowed() throws IOException {
        int[] hops = new int[1];
        try (RawSource server = new RawSource(out ->
                out.write((hops[0]++ < 5 ? status(307, "Location: /hop" + hops[0] + "?x=1\r\n") : ok("", "\"there\""))
                        .getBytes(StandardCharsets.US_ASCII)))) {
            HttpSourceSettings settings = new HttpSourceSettings(
                    server.url("/job"), Map.of("Authorization", "secret"), Duration.ofSeconds(10), 1000);
            assertThat(read(source(settings), null)).isEqualTo(Reading.of(Json.createValue("there")));
            assertThat(server.requests()).hasSize(6);
            assertThat(server.requests().get(5))
                    .startsWith("GET /hop5?x=1 HTTP/1.1")
                    .contains("Authorization: secret");
        }
    }

    /** Linux has all of 127.0.0.0/8; the server is at an address that localhost is not looked up as. */
    @Test
    void everyAddressOfAHostIsTriedInOrder() throws IOException {
        InetAddress first = InetAddress.getByName("127.0.0.1");
        InetAddress other = InetAddress.getByName("127.0.0.3");
        byte[] answer = ok("Content-Type: application/json\r\n", "[1]").getBytes(StandardCharsets.US_ASCII);
        byte[] redirect = status(302, "Location: /b\r\n").getBytes(StandardCharsets.US_ASCII);
        AtomicLong asked = new AtomicLong();
        try (RawSource server =
                new RawSource(out -> out.write(asked.getAndIncrement() == 0 ? redirect : answer), other)) {
            HttpSource source = new HttpSource(HttpSourceSettings.of(server.url("/a?x=%20")), CLIENT, ticker, host ->
                    new InetAddress[] {first, InetAddress.getByName("127.0.0.2"), other});

            assertThat(read(source, null)).isInstanceOf(Reading.Value.class);
            assertThat(server.requests()).hasSize(2);
            assertThat(server.requests().get(0)).startsWith("GET /a?x=%20 HTTP/1.1");
            assertThat(server.requests().get(1)).startsWith("GET /b HTTP/1.1");
        }
    }

    @Test
    void anAddressElsewhereIsTriedOnlyUnderTheNameOfTheHost() throws IOException {
        RawSource closed = RawSource.sending("");
        closed.close();
        AtomicLong looked = new AtomicLong();
        HttpSource source = new HttpSource(HttpSourceSettings.of(closed.url("/")), CLIENT, ticker, host -> {
            looked.incrementAndGet();
            return new InetAddress[] {InetAddress.getLoopbackAddress(), InetAddress.getByName("192.0.2.1")};
        });

        assertThat(failure(source).reason()).isEqualTo("can't be reached");
        assertThat(looked).as("look-ups").hasValue(1);
    }

    @Test
    void redirectsWithoutEndAreAFailure() throws IOException {
        try (RawSource server = RawSource.sending(status(302, "Location: /\r\n"))) {
            assertThat(failure(source(server)).reason()).isEqualTo("redirects more than 5 times");
            assertThat(server.requests()).hasSize(6);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:PORT/",
                "http://localhost:1/",
                "https://localhost:PORT/",
                "//evil.example/",
                "http://localhost:PORT@evil.example/",
                "http://user@localhost:PORT/",
                "file:///etc/passwd",
                "mailto:x@y",
                "http://169.254.169.254/latest/meta-data/",
                "http://[fe80::1]/",
                "http://[::1]:PORT/"
            })
    void redirectsToAnotherServerAreNotFollowed(String location) throws IOException {
        String[] target = new String[1];
        try (RawSource server = new RawSource(
                out -> out.write(status(302, "Location: " + target[0] + "\r\n").getBytes(StandardCharsets.US_ASCII)))) {
            String port = server.url("").substring("http://localhost:".length());
            target[0] = location.replace("PORT", port);
            assertThat(failure(source(server)).reason()).isEqualTo("redirects to another server");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void aRedirectThatCantBeReadIsAFailure() throws IOException {
        assertThat(failureOf(status(302, "")).reason()).isEqualTo("redirects without saying where to");
        assertThat(failureOf(status(302, "Location: http://[\r\n")).reason()).isEqualTo("redirects to what is no URL");
    }

    @Test
    void cancellingBreaksTheConnectionOff() throws Exception {
        try (RawSource server = new RawSource(out -> {
            out.write(ok("Content-Type: application/json\r\n", "[").getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("1,".getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(20); // the behaviour under test, not a wait
            }
        })) {
            CompletableFuture<Reading> read =
                    source(server).read(Map.of(), null).toCompletableFuture();
            read.cancel(true);
            assertThat(read).isCancelled();
            if (!server.requests().isEmpty()) {
                assertThat(server.brokenOff().await(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void valuesThatWouldClimbThePathAreGoneWithoutAsking() throws IOException {
        try (RawSource server = RawSource.sending(ok("", "1"))) {
            HttpSource source = source(HttpSourceSettings.of(server.url("/jobs/{id}/status")));
            for (String id : new String[] {"..", ".", "../../admin", "a/../b", "..\\x", "/", "a//b"}) {
                assertThat(source.read(Map.of("id", id), null)
                                .toCompletableFuture()
                                .join())
                        .as(id)
                        .isEqualTo(new Reading.Gone());
            }
            assertThat(server.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://{host}/x              | can't hold a place
            {scheme}://h/x               | no http or https URL
            http://h:{port}/x            | can't hold a place
            http://h{x}                  | can't hold a place
            ftp://h/x                    | no http or https URL
            /jobs                        | no http or https URL
            http://u:p@h/x               | use a header for credentials
            http://h/x#{y}               | fragment
            http://h/{}                  | not a name in braces
            http://h/{a b}               | not a name in braces
            http://h/{a                  | unmatched brace
            http://h/ x                  | no URL
            http://h_h/x                 | give the host another name without it, or write its IP address
            http://h/?q=up{job="x"}      | a brace that belongs to the URL itself, as in a query of PromQL, is written %7B or %7D
            """)
    void urlsThatCantWorkAreRefusedAtOnceWithTheReason(String url, String reason) {
        assertThatThrownBy(() -> HttpSourceSettings.of(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + url + "'")
                .hasMessageContaining(reason)
                .hasMessageContaining("write it like");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Host         | x
            If-None-Match| x
            a b          | x
            X            | ü€
            """)
    void headersThatCantBeSentAreRefusedAtOnce(String name, String value) {
        assertThatThrownBy(() -> new HttpSourceSettings("http://h/", Map.of(name, value), Duration.ofSeconds(1), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'")
                .message()
                .doesNotContain("€");
    }
}
