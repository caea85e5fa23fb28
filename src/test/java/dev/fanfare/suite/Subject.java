package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.OpenApi;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;

/** A part of the suite. What a test opens here is closed behind it. */
abstract class Subject {
    private final HttpSuite suite;
    private final Deque<EventStream> opened = new ArrayDeque<>();

    /** A job that no other test has; its source answers 404 until it is set. */
    final String job = "job-" + UUID.randomUUID();

    Subject(HttpSuite suite) {
        this.suite = suite;
    }

    @AfterEach
    void closeStreams() {
        if (opened.isEmpty()) {
            return;
        }
        opened.forEach(EventStream::close);
        // Every server notices a little later, but one that has ended does not.
        if (host().noticesLeavingLate() || !(host() instanceof WarHost)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> openStreams(host()) <= HttpSuite.MOST_STREAMS / 4);
        }
    }

    /** As the service counts them; none where it has been taken away. */
    static long openStreams(Host host) {
        RawHttp.Answer answer = RawHttp.request(host.port(), "GET", host.target("/metrics"), MetricsSuite.ALLOWED);
        return answer.status() == 200 ? MetricsReader.read(answer.body()).sum("fanfare_connections{") : 0;
    }

    Host host() {
        return suite.host();
    }

    boolean hostHas(Host.Peculiarity peculiarity) {
        return host().peculiarities().contains(peculiarity);
    }

    /** Some servers answer themselves where a header is not ASCII. */
    boolean isRefusedByTheServer(String header, int status, String body) {
        return hostHas(Host.Peculiarity.MAY_REFUSE_HEADERS_BEYOND_ASCII)
                && header.chars().anyMatch(c -> c >= 0x80)
                && status == 400
                && body.isEmpty();
    }

    JobSource jobs() {
        return suite.jobs();
    }

    /** Opens what is expected to be a stream; {@code path} counts from the context path. */
    EventStream open(String path, String... headers) {
        EventStream stream = ask(path, headers);
        assertThat(stream.status()).as(stream.wire()).isEqualTo(200);
        return stream;
    }

    /** Sends the request of an EventSource, whatever the answer. */
    EventStream ask(String path, String... headers) {
        EventStream stream = EventStream.open(host().port(), host().target(path), headers);
        opened.add(stream);
        assertDocumented("GET", path, stream.status());
        return stream;
    }

    /**
     * A stream that is opened with a token ends when that does. It is tried again where a busy machine has read the token too
     * late, or looked too late at the end.
     */
    static void assertEndsWithItsToken(Function<String, EventStream> opening) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            long exp = Instant.now().getEpochSecond() + 2;
            EventStream stream = opening.apply(Tokens.header(Tokens.subscriberUntil(exp, "*")));
            assertThat(stream.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
            assertThat(Instant.now()).isBefore(Instant.ofEpochSecond(exp).plus(Duration.ofMillis(1500)));
        });
    }

    RawHttp.Answer get(String path, String... headers) {
        return request("GET", path, headers);
    }

    RawHttp.Answer request(String method, String path, String... headers) {
        RawHttp.Answer answer = RawHttp.request(host().port(), method, host().target(path), headers);
        assertDocumented(method, path, answer.status());
        return answer;
    }

    /** The OpenAPI text has the status. Containers refuse on their own what is beyond their bounds, and can't be parsed. */
    static void assertDocumented(String method, String path, int status) {
        Set<Integer> documented = OpenApi.served().statuses(method, path);
        if (documented != null && status != 400 && status != 414 && status != 431) {
            assertThat(documented).as(method + " " + path).contains(status);
        }
    }

    static String statusStream(String job) {
        return "/status/jobs/stream?job=" + job;
    }

    static String snapshot(String job) {
        return "/status/jobs?job=" + job;
    }

    static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    /** A problem of ours, RFC 9457, that says in its detail what it is about and gives nothing internal away. */
    static void assertProblem(RawHttp.Answer answer, int status, String type, String detail) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        JsonObject problem = json(answer.body());
        assertThat(problem.getString("type")).isEqualTo("urn:fanfare:problem:" + type);
        assertThat(problem.getInt("status")).isEqualTo(status);
        assertThat(problem.getString("title")).isNotBlank();
        assertThat(problem.getString("detail")).contains(detail);
        assertThat(answer.body()).doesNotContain("dev.fanfare", "org.glassfish", "Exception", "\tat ");
    }
}
