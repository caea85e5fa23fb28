package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are refused. */
abstract class ErrorSuite extends Subject {

    ErrorSuite(HttpSuite suite) {
        super(suite);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/stream/more", "/Stream", "/statuses", "/health", "/a%20b", "/index.html"})
    void anUnknownPathIs404(String path) {
        assertProblem(get(path), 404, "not-found", host().target(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/WEB-INF/fanfare.properties", "/WEB-INF/", "/META-INF/MANIFEST.MF", "/META-INF/LICENSE"})
    void whatTheApplicationIsMadeOfIs404(String path) {
        assertThat(get(path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/prices", "/status/jobs/stream?job=1", "/health/live", "/"})
    void anUnknownMethodIs405WithThoseThatAreKnown(String path) {
        RawHttp.Answer answer = request("PATCH", path);

        assertProblem(answer, 405, "method-not-allowed", "PATCH");
        assertThat(answer.header("Allow").split(", *")).contains("GET", "HEAD", "OPTIONS");
        assertThat(answer.header("Allow")).doesNotContain("PATCH");
    }

    @Test
    void aBodyThatNobodyReadsIsRefusedWithTheMethod() {
        RawHttp.Answer answer = RawHttp.request(
                host().port(),
                "POST",
                host().target("/stream"),
                List.of("Content-Type: text/plain"),
                "x".repeat(100_000));

        assertProblem(answer, 405, "method-not-allowed", "POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/prices", "/status/jobs/stream?job=1", "/events?topic=a"})
    void aStreamForWhoAcceptsNoneIs406(String path) {
        assertProblem(get(path, "Accept: application/json"), 406, "not-acceptable", "it produces text/event-stream");
        assertThat(request("HEAD", path, "Accept: application/json").status()).isEqualTo(406);
    }

    @ParameterizedTest
    @ValueSource(strings = {"///", "a/b;q=x"})
    void anAcceptThatCannotBeParsedIs400(String accept) {
        assertProblem(get("/stream", "Accept: " + accept), 400, "bad-request", "'Accept'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream?x=%zz", "/stream?x=%", "/stream?x=%c3%28", "/status/jobs?job=%ff", "/nope?%zz"})
    void aQueryThatCannotBeDecodedIs400(String path) {
        RawHttp.Answer answer = get(path);

        if (hostHas(Host.Peculiarity.REFUSES_QUERIES_ITSELF) && answer.body().isEmpty()) {
            assertThat(answer.status()).isEqualTo(400);
        } else {
            assertProblem(answer, 400, "bad-request", "query");
        }
    }

    /** Some containers refuse these before Jakarta REST, in a form of their own. */
    @ParameterizedTest
    @ValueSource(strings = {"/stre%zzam", "/%", "/status/%ff", "/status/a%c3%28b/stream", "/%00"})
    void aPathThatCannotBeDecodedIsRefusedAndNothingIsGivenAway(String path) {
        RawHttp.Answer answer = get(path);

        if (hostHas(Host.Peculiarity.ANSWERS_UNDECODABLE_PATHS) && answer.status() == 200) {
            assertThat(answer.body()).isEmpty();
        } else {
            assertThat(answer.status()).isBetween(400, 404);
            assertThat(answer.body()).doesNotContain("\tat ", "dev.fanfare", "org.glassfish");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../stream", "/./stream", "//stream", "/stream;a=b", "/stream/"})
    void anOddPathIsNoFailure(String path) {
        assertThat(get(path).status()).isLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/stream/",
                "/stream;a=b",
                "/%73tream",
                "/status/",
                "/status;x",
                "/status/jobs/?job=1",
                "/status/jobs;job=1?job=1",
                "/health/live/",
                "/health;x/live",
                "/metrics/",
                "/metrics;x",
                "/metrics;",
                "/%6detrics",
                "//metrics",
                "/./metrics",
                "/.well-known/mercure/?topic=a",
                "/.well-known/mercure;x?topic=a",
                "/openapi.yaml/",
                "/;x"
            })
    void aResourceHasOneSpelling(String path) {
        // Some containers refuse such a path themselves, or redirect to the path without a second slash.
        assertThat(get(path).status()).isBetween(300, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics#x", "/metrics#", "/stream?a#b", "/#"})
    void aFragmentIsRefused(String path) {
        assertThat(get(path).status()).isEqualTo(400);
    }

    @Test
    void aRequestThatIsTooLargeIsRefused() {
        assertThat(get("/" + "a".repeat(100_000)).status()).isBetween(400, 431);
        if (!hostHas(Host.Peculiarity.TAKES_LARGE_HEADERS)) {
            assertThat(get("/stream", "X-Large: " + "a".repeat(100_000)).status())
                    .isBetween(400, 431);
        }
    }

    @Test
    void optionsTellsTheMethods() {
        RawHttp.Answer answer = request("OPTIONS", "/stream");

        assertThat(answer.status()).isLessThan(300);
        assertThat(answer.header("Allow")).contains("GET", "HEAD", "OPTIONS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b;q=x", "a/b;q=2", "a/b; Q=-1", "text/plain;q=\"a\""})
    void aWeightInContentTypeThatIsNoneIs400(String type) {
        for (String path : List.of("/", "/health/live", "/status/jobs?job=1")) {
            assertThat(request("GET", path, "Content-Type: " + type).status())
                    .as(path)
                    .isEqualTo(400);
        }
    }
}
