package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /status/{source}}: the status once, or the stream for those who accept that. */
abstract class StatusSnapshotSuite extends Subject {

    StatusSnapshotSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void isTheStatusWithTheStreamsIdAsItsTag() {
        jobs().set(job, "{\"state\":\"running\"}");

        RawHttp.Answer answer = get(snapshot(job));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(answer.header("Vary")).contains("Accept");
        assertThat(json(answer.body())).isEqualTo(json("{\"state\":\"running\"}"));
        assertThat(answer.header("ETag"))
                .isEqualTo('"' + open(statusStream(job)).next().id() + '"');
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"other\", %s", "*"})
    void whoHasItGets304(String condition) {
        jobs().set(job, "{\"state\":\"running\"}");
        String tag = get(snapshot(job)).header("ETag");

        RawHttp.Answer answer = get(snapshot(job), "If-None-Match: " + condition.formatted(tag));

        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.header("ETag")).isEqualTo(tag);
        assertThat(answer.header("Vary")).contains("Accept");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void whoHasAnotherGetsIt() {
        jobs().set(job, "{\"state\":\"running\"}");

        assertThat(get(snapshot(job), "If-None-Match: \"0123456789abcdef\"").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/json",
                "application/*",
                "text/html, */*;q=0.1",
                "application/json, text/event-stream"
            })
    void isJsonForWhoAcceptsIt(String accept) {
        jobs().set(job, "{\"state\":\"running\"}");

        RawHttp.Answer answer = get(snapshot(job), "Accept: " + accept);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Vary")).contains("Accept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "text/*", "application/json;q=0.1, text/event-stream"})
    void isTheStreamForWhoAcceptsThat(String accept) {
        jobs().set(job, "{\"state\":\"running\"}");

        try (EventStream stream = EventStream.send(
                host().port(), "GET", host().target(snapshot(job)), "HTTP/1.1", List.of("Accept: " + accept))) {
            assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream");
            assertThat(stream.header("Vary")).contains("Accept");
            assertThat(stream.next().type()).isEqualTo("update");
        }
    }

    @Test
    void whatItIsNotIs406() {
        assertProblem(
                get(snapshot(job), "Accept: image/png"), 406, "not-acceptable", "application/json, text/event-stream");
    }

    @Test
    void headHasTheHeadersAndNoBody() {
        jobs().set(job, "{\"state\":\"running\"}");

        RawHttp.Answer answer = request("HEAD", snapshot(job));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("ETag")).matches("\"[0-9a-f]{16}\"");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aFinalStatusIsAStatus() {
        jobs().set(job, "{\"state\":\"done\"}");

        assertThat(json(get(snapshot(job)).body())).isEqualTo(json("{\"state\":\"done\"}"));
    }

    @Test
    void aJobThatTheSourceDoesNotKnowIs404() {
        assertProblem(get(snapshot(job)), 404, "not-found", "no such status");
    }

    @Test
    void aSourceThatIsNotThereIs404() {
        assertProblem(get("/status/nope?job=1"), 404, "not-found", "'nope'");
        assertProblem(get("/status/nope/stream?job=1"), 404, "not-found", "'nope'");
    }
}
