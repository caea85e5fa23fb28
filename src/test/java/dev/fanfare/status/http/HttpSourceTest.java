package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.status.Reading;
import dev.fanfare.testing.ManualTicker;
import jakarta.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a source asks, and what it reads in the answers. */
class HttpSourceTest extends HttpSourceFixture {
    @Test
    void asksForJsonUnderItsNameWithTheHeadersGiven() throws IOException {
        try (RawSource server = RawSource.sending(ok("Content-Type: application/json\r\n", "1"))) {
            HttpSourceSettings settings = new HttpSourceSettings(
                    server.url("/a/{x}?q={x}&y={y}"), Map.of("Authorization", "Bearer secret"), LONG, 1000);
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
        CompletableFuture<Void> over = new CompletableFuture<>();
        try (RawSource server = new RawSource(out -> over.join())) {
            HttpSource source = new HttpSource(HttpSourceSettings.of(server.url("/")), CLIENT, new ManualTicker());
            CompletableFuture<Reading> before = source.read(Map.of(), null).toCompletableFuture();

            source.close();

            assertThat(before).isCancelled();
            assertThat(source.read(Map.of(), null).toCompletableFuture()).isCancelled();
            over.complete(null);
        }
    }

    @Test
    void whatIsNotFoundIsMissingAndWhatIsGoneIsGone() throws IOException {
        assertThat(readingOf(status(404, ""))).isEqualTo(new Reading.Missing());
        assertThat(readingOf(status(410, ""))).isEqualTo(new Reading.Gone());
    }

    @Test
    void redirectsOnTheSameServerAreFollowed() throws IOException {
        int[] hops = new int[1];
        try (RawSource server = new RawSource(out ->
                out.write((hops[0]++ < 5 ? status(307, "Location: /hop" + hops[0] + "?x=1\r\n") : ok("", "\"there\""))
                        .getBytes(StandardCharsets.US_ASCII)))) {
            HttpSourceSettings settings =
                    new HttpSourceSettings(server.url("/job"), Map.of("Authorization", "secret"), LONG, 1000);
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
            HttpSource source = new HttpSource(within(LONG, server.url("/a?x=%20")), CLIENT, ticker, host ->
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
        HttpSource source = new HttpSource(within(LONG, closed.url("/")), CLIENT, ticker, host -> {
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
    void aRedirectIsFollowedWhateverSignsItsPathHas() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (RawSource server = new RawSource(out -> out.write((asked.getAndIncrement() == 0
                        ? status(302, "Location: /x[1]|\"<>^`{}?a[0]=1\r\n")
                        : ok("Content-Type: application/json\r\n", "1"))
                .getBytes(StandardCharsets.US_ASCII)))) {
            assertThat(read(source(server), null)).isInstanceOf(Reading.Value.class);
            assertThat(server.requests().get(1).get(0))
                    .isEqualTo("GET /x%5B1%5D%7C%22%3C%3E%5E%60%7B%7D?a%5B0%5D=1 HTTP/1.1");
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
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !server.requests().isEmpty());
            read.cancel(true);
            assertThat(read).isCancelled();
            assertThat(server.brokenOff().await(60, TimeUnit.SECONDS)).isTrue();
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
