package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of other origins; one of them is allowed. */
abstract class CorsSuite extends Subject {
    private static final String ORIGIN = "Origin: " + HttpSuite.ALLOWED_ORIGIN;
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

    CorsSuite(HttpSuite suite) {
        super(suite);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/prices", "/status/jobs/stream?job=JOB", "/status/jobs?job=JOB"})
    void anAllowedOriginReadsStreams(String path) {
        jobs().set(job, "{\"state\":\"running\"}");

        EventStream stream = open(path.replace("JOB", job), ORIGIN);

        assertThat(stream.header(ALLOW_ORIGIN)).isEqualTo(HttpSuite.ALLOWED_ORIGIN);
        assertThat(stream.header("Vary")).contains("Origin");
        stream.next();
    }

    @Test
    void anAllowedOriginReadsThatItHasSeenTheEnd() {
        EventStream answer = ask("/stream", ORIGIN, "Last-Event-ID: " + (HttpSuite.COUNT + 1));

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header(ALLOW_ORIGIN)).isEqualTo(HttpSuite.ALLOWED_ORIGIN);
    }

    @ParameterizedTest
    @CsvSource({"GET, /nope, 404", "POST, /stream, 405", "GET, /status/jobs, 400", "GET, /status/jobs?job=unknown, 404"
    })
    void anAllowedOriginReadsErrors(String method, String path, int status) {
        RawHttp.Answer answer = request(method, path, ORIGIN);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers().get(ALLOW_ORIGIN)).containsExactly(HttpSuite.ALLOWED_ORIGIN);
        assertThat(answer.header("Vary")).contains("Origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://other.example", "https://app.example", "http://app.example:81", "null", ""})
    void anotherOriginReadsNothing(String origin) {
        EventStream stream = open("/stream", "Origin: " + origin);

        assertThat(stream.header(ALLOW_ORIGIN)).isNull();
        assertThat(stream.header("Vary")).contains("Origin");
    }

    @Test
    void whoSendsNoOriginGetsNoAllowance() {
        EventStream stream = open("/stream");

        assertThat(stream.header(ALLOW_ORIGIN)).isNull();
        assertThat(stream.header("Vary")).contains("Origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/prices", "/status/jobs/stream?job=1", "/nope"})
    void aGoodPreflightIs204(String path) {
        RawHttp.Answer answer = preflight(path, HttpSuite.ALLOWED_ORIGIN, "GET", "last-event-id, accept");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().get(ALLOW_ORIGIN)).containsExactly(HttpSuite.ALLOWED_ORIGIN);
        assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("GET");
        assertThat(answer.header("Access-Control-Allow-Headers")).contains("Last-Event-ID");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("600");
    }

    @ParameterizedTest
    @CsvSource({
        "http://other.example, GET, last-event-id, 'origin http://other.example'",
        "http://app.example, PUT, last-event-id, 'method PUT'",
        "http://app.example, GET, x-mine, 'headers x-mine'"
    })
    void aBadPreflightIs400AndNamesWhatIsNotAllowed(String origin, String method, String headers, String named) {
        assertProblem(preflight("/stream", origin, method, headers), 400, "cors-refused", named);
    }

    private RawHttp.Answer preflight(String path, String origin, String method, String headers) {
        return request(
                "OPTIONS",
                path,
                "Origin: " + origin,
                "Access-Control-Request-Method: " + method,
                "Access-Control-Request-Headers: " + headers);
    }
}
