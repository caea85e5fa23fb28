package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statuses that are set by {@code PUT}. */
abstract class PushedStatusSuite extends HubSubject {
    private static final String JSON = "Content-Type: application/json";
    private static final String ALL = Tokens.header(Tokens.publisher("/status/builds{?build}"));

    PushedStatusSuite(HttpSuite suite) {
        super(suite);
    }

    /** A status that lasts keeps one of few places. */
    @AfterEach
    void end() {
        RawHttp.request(host().port(), "DELETE", host().target(build()), ALL);
    }

    private String build() {
        return "/status/builds?build=" + job;
    }

    private RawHttp.Answer put(String path, String body, String... headers) {
        RawHttp.Answer answer = RawHttp.request(host().port(), "PUT", host().target(path), List.of(headers), body);
        assertDocumented("PUT", path, answer.status());
        return answer;
    }

    private void set(String json) {
        assertThat(put(build(), json, JSON, ALL).status()).isEqualTo(204);
    }

    private EventStream watch(String... headers) {
        return open("/status/builds/stream?build=" + job, headers);
    }

    private static void assertEvent(Event event, String type, String data) {
        assertThat(event.type()).isEqualTo(type);
        assertThat(event.data()).isEqualTo(data);
    }

    @Test
    void theSameUrlIsSetReadStreamedAndEnded() {
        assertProblem(get(build()), 404, "not-found", "no such status");
        set("{\"state\": \"queued\"}");
        RawHttp.Answer snapshot = get(build());
        EventStream stream = watch();
        Event first = stream.next();
        assertEvent(first, "update", "{\"state\":\"queued\"}");
        assertThat(snapshot.header("ETag")).isEqualTo('"' + first.id() + '"');
        assertThat(snapshot.body()).isEqualTo(first.data());

        set("{\"state\": \"queued\" }");
        set("{\"state\": \"running\"}");
        assertEvent(stream.next(), "update", "{\"state\":\"running\"}");
        assertThat(request("DELETE", build(), ALL).status()).isEqualTo(204);

        assertEvent(stream.next(), "end", "{\"state\":\"running\"}");
        assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
        assertThat(ask("/status/builds/stream?build=" + job, "Last-Event-ID: end-" + id("running"))
                        .status())
                .isEqualTo(204);
        assertProblem(request("DELETE", build(), ALL), 404, "not-found", "has ended");
    }

    private String id(String state) {
        String tag = get(build()).header("ETag");
        assertThat(get(build()).body()).contains(state);
        return tag.substring(1, tag.length() - 1);
    }

    @Test
    void theEndConditionEndsItAndTheNextBeginsAnew() {
        set("{\"state\":\"running\"}");
        EventStream stream = watch();
        stream.next();
        set("{\"state\":\"done\"}");
        assertEvent(stream.next(), "update", "{\"state\":\"done\"}");
        Event end = stream.next();
        assertEvent(end, "end", "{\"state\":\"done\"}");

        set("{\"state\":\"again\"}");

        assertEvent(watch("Last-Event-ID: " + end.id()).next(), "update", "{\"state\":\"again\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {        | one JSON value
            ''       | JSON
            1 2      | JSON
            [1,]     | JSON
            '{"a":1} x' | JSON
            """)
    void whatIsNoJsonIs400AndNobodyGetsIt(String body, String words) {
        assertProblem(put(build(), body, JSON, ALL), 400, "bad-request", words);
        assertProblem(get(build()), 404, "not-found", "");
    }

    @Test
    void bytesThatAreNoUtf8Are400() {
        byte[] head = ("PUT " + host().target(build()) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + JSON
                        + "\r\n" + ALL + "\r\nContent-Length: 3\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = Arrays.copyOf(head, head.length + 3);
        request[head.length] = '"';
        request[head.length + 1] = (byte) 0xff;
        request[head.length + 2] = '"';

        assertProblem(RawHttp.exchange(host().port(), request), 400, "bad-request", "UTF-8");
    }

    @Test
    void whatIsNestedTooDeepIs400() {
        assertProblem(put(build(), "[".repeat(500) + "]".repeat(500), JSON, ALL), 400, "bad-request", "nested");
    }

    @Test
    void aBodyOverTheLimitIs413() {
        String body = '"' + "a".repeat(HttpSuite.MOST_EVENT_BYTES) + '"';
        assertProblem(put(build(), body, JSON, ALL), 413, "too-large", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "text/plain",
                "application/xml",
                "text/json",
                "application/merge-patch+json"
            })
    void anotherMediaTypeIs415(String type) {
        assertThat(put(build(), "{}", "Content-Type: " + type, ALL).status()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "application/x-www-form-urlencoded"})
    void aStatusThatIsPolledCantBeSetWhateverTheMediaType(String type) {
        RawHttp.Answer put = put(snapshot(job), "{}", "Content-Type: " + type, Tokens.header(Tokens.publisher("*")));
        assertProblem(put, 405, "method-not-allowed", "");
        assertThat(put.header("Allow")).contains("GET").doesNotContain("PUT");
        assertThat(request("DELETE", snapshot(job), ALL).status()).isEqualTo(405);
    }

    @Test
    void parametersAreCheckedAsForReading() {
        assertProblem(put("/status/builds", "{}", JSON, ALL), 400, "bad-request", "build");
        assertProblem(put(build() + "&other=1", "{}", JSON, ALL), 400, "bad-request", "other");
        assertProblem(put("/status/nope?build=1", "{}", JSON, ALL), 404, "not-found", "nope");
    }

    @Test
    void whoHasNoTokenForSettingIsNotToldWhichParametersThereAre() {
        for (String path : List.of("/status/builds", "/status/builds?wrong=1")) {
            assertProblem(put(path, "{}", JSON), 401, "unauthorized", "Authorization: Bearer");
            assertThat(request("DELETE", path).status()).isEqualTo(401);
        }
    }

    @Test
    void whoSetsAStatusNeedsATokenThatNamesIt() {
        assertProblem(put(build(), "{}", JSON), 401, "unauthorized", "Authorization: Bearer");
        assertProblem(
                put(build(), "{}", JSON, Tokens.header(Tokens.publisher("/status/builds?build=other"))),
                403,
                "forbidden",
                "'mercure.publish'");
        assertProblem(put(build(), "{}", JSON, Tokens.header(Tokens.subscriber("*"))), 403, "forbidden", "");
        assertThat(request("DELETE", build()).status()).isEqualTo(401);
        assertThat(put(build(), "{}", JSON, Tokens.header(Tokens.publisher("/status/builds?build=" + job)))
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aPageOfAnotherOriginSetsNothingByCookie() {
        String cookie = "Cookie: mercureAuthorization=" + Tokens.publisher("*");
        assertProblem(put(build(), "{}", JSON, cookie, "Origin: http://evil.example"), 403, "forbidden", "Origin");
        assertThat(put(build(), "{}", JSON, cookie, "Origin: " + HttpSuite.ALLOWED_ORIGIN)
                        .status())
                .isEqualTo(204);
    }

    @Test
    void nothingElseIsPublishedToItsTopic() {
        assertProblem(post(FORM, form("topic", build(), "data", "x")), 400, "bad-request", "PUT");
    }

    @Test
    void whoMaySeePrivateEventsOfItsTopicGetsItFromTheHubToo() {
        EventStream allowed = subscribe(List.of(build()), Tokens.header(Tokens.subscriber(build())));
        EventStream anonymous = subscribe(build());
        set("{\"n\":1}");
        assertEvent(allowed.next(), "update", "{\"n\":1}");
        anonymous.awaitComments(2);
        assertThat(anonymous.untaken()).isEmpty();
    }
}
