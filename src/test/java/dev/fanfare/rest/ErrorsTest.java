package dev.fanfare.rest;

import static dev.fanfare.rest.problem.ProblemAnswers.assertProblem;
import static dev.fanfare.rest.problem.ProblemAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.problem.ErrorReferences;
import dev.fanfare.rest.web.ConsoleResource;
import dev.fanfare.testing.RawHttp;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors of well-formed requests, as they are on the wire. */
class ErrorsTest {

    private static RestServer server;

    @BeforeAll
    static void start() {
        server = new RestServer(CorsSettings.none(), new SampleResource(), new ConsoleResource());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void unknownPathIs404AndNamed() {
        assertProblem(get("/nope?token=secret"), 404, "not-found", "No resource has the path /nope:");
    }

    @Test
    void unknownPathIs404ForEveryMethod() {
        assertProblem(server.request("DELETE", "/nope"), 404, "not-found", "/nope");
        assertProblem(server.request("OPTIONS", "/nope"), 404, "not-found", "/nope");
        assertProblem(server.request("BREW", "/nope/at/all"), 404, "not-found", "/nope/at/all");
    }

    @Test
    void browsersThatAskForAnIconGetAProblem() {
        assertProblem(get("/favicon.ico"), 404, "not-found", "/favicon.ico");
    }

    @Test
    void aParameterOfTheWrongFormIsToldApartFromAnUnknownPath() {
        assertProblem(get("/sample/number?n=abc"), 404, "not-found", "The resource /sample/number exists");
    }

    @Test
    void methodNotAllowedKeepsAllowAndListsTheMethods() {
        RawHttp.Answer answer = server.request("PUT", "/sample");

        assertProblem(
                answer,
                405,
                "method-not-allowed",
                "/sample does not support PUT; it supports GET, HEAD, OPTIONS, POST.");
        assertThat(answer.header("Allow")).contains("GET").contains("POST").contains("OPTIONS");
    }

    @Test
    void methodNotAllowedOnAStream() {
        assertProblem(server.request("PUT", "/sample/stream"), 405, "method-not-allowed", "GET, HEAD, OPTIONS");
    }

    @Test
    void notAcceptableListsWhatCanBeProduced() {
        assertProblem(
                get("/sample/name/ada", "Accept: image/png"),
                406,
                "not-acceptable",
                "'Accept' allows no media type that GET /sample/name/ada can produce;"
                        + " it produces application/json, text/csv.");
    }

    @Test
    void unsupportedMediaTypeListsWhatIsRead() {
        assertProblem(
                post("Content-Type: text/xml", "x"),
                415,
                "unsupported-media-type",
                "POST /sample does not read a body of the type text/xml;"
                        + " it reads application/x-www-form-urlencoded.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "text/html", "image/*", "application/problem+json;q=0"})
    void problemsAreSentWhateverAcceptSays(String accept) {
        assertProblem(get("/nope", "Accept: " + accept), 404, "not-found", "");
        assertProblem(get("/sample/broken", "Accept: */*, " + accept), 500, "internal-error", "");
    }

    @Test
    void aProblemEndsARequestForAStream() {
        assertProblem(
                get("/sample/refused-stream", "Accept: text/event-stream"),
                403,
                "forbidden",
                "The token does not grant this topic.");
    }

    @Test
    void aFaultGivesNothingAwayAndIsLoggedOnceUnderItsReference() {
        Logger logger = Logger.getLogger(ErrorReferences.class.getName());
        List<LogRecord> log = new CopyOnWriteArrayList<>();
        Handler recorder = new Recorder(log);
        logger.addHandler(recorder);
        logger.setUseParentHandlers(false);
        try {
            for (String path : List.of("/sample/broken", "/sample/broken-http", "/sample/broken-stream")) {
                log.clear();
                RawHttp.Answer answer = get(path + "?authorization=token");

                JsonObject problem = assertProblem(answer, 500, "internal-error", "reference");
                assertThat(answer.body()).doesNotContain("secret", "passwd", "Exception", "dev.fanfare", "java");
                String instance = problem.getString("instance");
                String reference = instance.substring(instance.lastIndexOf(':') + 1);
                assertThat(problem.getString("detail")).contains(reference);
                assertThat(log).singleElement().satisfies(entry -> {
                    assertThat(entry.getMessage()).contains(reference, path).doesNotContain("token");
                    assertThat(entry.getThrown()).isNotNull();
                });
            }
        } finally {
            logger.removeHandler(recorder);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void aProblemExceptionKeepsItsHeaders() {
        RawHttp.Answer busy = get("/sample/busy");
        assertProblem(busy, 503, "unavailable", "All places are taken.");
        assertThat(busy.header("Retry-After")).isEqualTo("2");

        RawHttp.Answer secured = get("/sample/protected");
        assertProblem(secured, 401, "unauthorized", "Send a token.");
        assertThat(secured.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"x\"");
    }

    @Test
    void aBareStatusBecomesAProblem() {
        RawHttp.Answer answer = get("/sample/bare");

        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(json(answer).getString("type")).isEqualTo("about:blank");
    }

    @Test
    void aStatusThatNobodyKnowsKeepsItsHeaders() {
        RawHttp.Answer answer = get("/sample/teapot");

        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.header("X-Kept")).isEqualTo("yes");
        assertThat(json(answer).getInt("status")).isEqualTo(418);
    }

    @Test
    void whoHasWordsOfHisOwnKeepsThem() {
        assertThat(get("/sample/own-words").body()).isEqualTo("mine");
    }

    @Test
    void redirectsAnd304And204PassThrough() {
        RawHttp.Answer moved = get("/sample/moved");
        assertThat(moved.status()).isEqualTo(303);
        assertThat(moved.header("Location")).endsWith("/sample");
        assertThat(moved.body()).isEmpty();
        RawHttp.Answer unchanged = get("/sample/unchanged");
        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.header("ETag")).isEqualTo("\"1\"");
        assertThat(get("/sample/over").status()).isEqualTo(204);
    }

    @Test
    void headOfAnErrorIsItsHeadAlone() {
        RawHttp.Answer answer = server.request("HEAD", "/nope");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body()).isEmpty();
    }

    private static RawHttp.Answer get(String target, String... headers) {
        return server.request("GET", target, headers);
    }

    private static RawHttp.Answer post(String header, String body) {
        return RawHttp.request(server.port(), "POST", "/sample", List.of(header), body);
    }

    private static final class Recorder extends Handler {

        private final List<LogRecord> log;

        Recorder(List<LogRecord> log) {
            this.log = log;
        }

        @Override
        public void publish(LogRecord entry) {
            log.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
