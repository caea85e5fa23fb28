package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may see a status of a source with {@code access=token}, and who may see what is watched. */
abstract class StatusRightsSuite extends Subject {

    StatusRightsSuite(HttpSuite suite) {
        super(suite);
    }

    @BeforeEach
    void setJob() {
        jobs().set(job, "{\"secret\":1}");
    }

    private String guarded() {
        return "/status/guarded?job=" + job;
    }

    private String guardedStream() {
        return "/status/guarded/stream?job=" + job;
    }

    @Test
    void withoutATokenItIs401AndTheSourceIsNotAsked() {
        for (RawHttp.Answer answer : List.of(get(guarded()), get(guardedStream(), "Accept: text/event-stream"))) {
            assertProblem(answer, 401, "unauthorized", "Authorization: Bearer");
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
            assertThat(answer.body()).doesNotContain("secret");
        }
        assertThat(jobs().polls(job)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?wrong=1", "?job=1&job=2", "?job=1&form=wrong"})
    void whoMayNotSeeASourceIsNotToldWhichParametersThereAre(String query) {
        for (String path : List.of("/status/guarded", "/status/guarded/stream")) {
            RawHttp.Answer answer = get(path + query, "Accept: application/json, text/event-stream");
            assertProblem(answer, 401, "unauthorized", "Authorization: Bearer");
            assertThat(answer.body()).doesNotContain("'job'", "takes");
        }
        RawHttp.Answer other = get("/status/guarded" + query, Tokens.header(Tokens.subscriber("other")));
        assertProblem(other, 403, "forbidden", "'mercure.subscribe'");
        assertThat(other.body()).doesNotContain("'job'", "takes");
        String token = Tokens.header(Tokens.subscriber("/status/guarded{?job}"));
        assertProblem(get("/status/guarded" + query, token), 400, "bad-request", "");
    }

    @Test
    void aTokenForOtherParametersIs403AndTheSourceIsNotAsked() {
        for (String selector : List.of("/status/guarded?job=other", "/status/guarded", "/status/jobs{?job}", "x")) {
            String token = Tokens.header(Tokens.subscriber(selector));
            assertProblem(get(guarded(), token), 403, "forbidden", "'mercure.subscribe'");
            assertProblem(get(guardedStream(), token, "Accept: text/event-stream"), 403, "forbidden", "");
        }
        assertProblem(get(guarded(), Tokens.header(Tokens.publisher("*"))), 403, "forbidden", "");
        assertThat(jobs().polls(job)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "/status/guarded{?job}", "/status/guarded?job=JOB"})
    void aTokenThatNamesTheStatusSeesIt(String selector) {
        String token = Tokens.subscriber(selector.replace("JOB", job));
        assertThat(get(guarded(), Tokens.header(token)).body()).isEqualTo("{\"secret\":1}");
        assertThat(open(guardedStream(), "Cookie: mercureAuthorization=" + token)
                        .next()
                        .data())
                .isEqualTo("{\"secret\":1}");
    }

    @Test
    void whatOthersMaySeeIsNotShownToWhoMayNot() {
        EventStream allowed = open(guardedStream(), Tokens.header(Tokens.subscriber("*")));
        allowed.next();
        String etag = get(guarded(), Tokens.header(Tokens.subscriber("*"))).header("ETag");

        assertThat(get(guarded(), "If-None-Match: " + etag).status()).isEqualTo(401);
        assertThat(ask(guardedStream(), "Last-Event-ID: 1", Tokens.header(Tokens.subscriber("other")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aStreamEndsNoLaterThanItsToken() {
        assertEndsWithItsToken(token -> open(guardedStream(), token));
    }

    @Test
    void aTokenThatDoesNotHoldIs401() {
        assertProblem(get(guarded(), Tokens.header("a.b.c")), 401, "unauthorized", "");
        assertProblem(get("/status", Tokens.header("a.b.c")), 401, "unauthorized", "");
    }

    private JsonObject source(String name, String... headers) {
        RawHttp.Answer answer = get("/status", headers);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        return json(answer.body()).getJsonArray("sources").stream()
                .map(JsonObject.class::cast)
                .filter(source -> source.getString("name").equals(name))
                .findFirst()
                .orElse(JsonObject.EMPTY_JSON_OBJECT);
    }

    private static List<String> urls(JsonObject source) {
        return source.getJsonArray("watches").getValuesAs(JsonObject.class).stream()
                .map(watch -> watch.getString("url"))
                .toList();
    }

    @Test
    void theListTellsEverybodyWhichSourcesAreOpenAndNobodyElsesParameters() {
        open(statusStream(job)).next();

        JsonObject open = source("jobs");

        assertThat(open.getString("kind")).isEqualTo("polled");
        assertThat(open.getInt("everyMs")).isEqualTo(100);
        assertThat(open.getInt("watchCount")).isPositive();
        assertThat(urls(open)).isEmpty();
        assertThat(source("builds").getString("kind")).isEqualTo("pushed");
        assertThat(source("guarded")).isEmpty();
    }

    @Test
    void theListTellsHowThoseWatchesAreDoingThatTheTokenNames() {
        open(statusStream(job)).next();
        open(guardedStream(), Tokens.header(Tokens.subscriber("*"))).next();

        String token = Tokens.header(Tokens.subscriber("/status/guarded?job=" + job, "/status/jobs?job=" + job));
        JsonObject watch = source("jobs", token).getJsonArray("watches").getJsonObject(0);

        assertThat(watch.getString("url")).isEqualTo("/status/jobs?job=" + job);
        assertThat(watch.getString("state")).isEqualTo("fresh");
        assertThat(watch.getInt("clients")).isEqualTo(1);
        assertThat(watch.getInt("failures")).isZero();
        assertThat(Instant.parse(watch.getString("lastPoll"))).isBeforeOrEqualTo(Instant.now());
        assertThat(urls(source("guarded", token))).containsExactly("/status/guarded?job=" + job);
    }
}
