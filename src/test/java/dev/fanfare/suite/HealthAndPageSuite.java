package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators and visitors ask for. */
abstract class HealthAndPageSuite extends Subject {

    HealthAndPageSuite(HttpSuite suite) {
        super(suite);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready"})
    void itIsUp(String path) {
        RawHttp.Answer answer = get(path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        JsonObject health = json(answer.body());
        assertThat(health.getString("status")).isEqualTo("UP");
        assertThat(health.getJsonArray("checks"))
                .allSatisfy(check ->
                        assertThat(check.asJsonObject().getString("status")).isEqualTo("UP"));
    }

    @Test
    void readinessTellsItsChecks() {
        assertThat(json(get("/health/ready").body()).getJsonArray("checks")).isNotEmpty();
    }

    @Test
    void thePageIsThere() {
        RawHttp.Answer answer = get("/", "Accept: text/html,application/xhtml+xml,*/*;q=0.8");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/html;charset=utf-8");
        assertThat(answer.body()).startsWithIgnoringCase("<!doctype html>").contains("</html>");
    }

    @Test
    void thePagesPolicyAllowsWhatThisServerServesAndNothingElse() {
        assertThat(get("/").header("Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self'")
                .contains("style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "*");
        assertThat(get("/").header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    /** Whatever a browser is shown of an answer, it takes it for nothing else than what the answer says. */
    @ParameterizedTest
    @CsvSource({
        "GET, /",
        "GET, /openapi.yaml",
        "GET, /health/live",
        "GET, /nowhere",
        "GET, /.well-known/mercure",
        "GET, /status/nowhere",
        "GET, /status/nowhere/stream",
        "POST, /.well-known/mercure",
        "PUT, /status/nowhere",
        "DELETE, /",
        "HEAD, /",
        "OPTIONS, /.well-known/mercure",
        "BREW, /"
    })
    void everyAnswerForbidsToGuessItsType(String method, String path) {
        RawHttp.Answer answer = request(method, path);

        assertThat(answer.headers().get("X-Content-Type-Options"))
                .as("%d %s", answer.status(), answer.headers())
                .containsExactly("nosniff");
    }

    @Test
    void everyStreamForbidsToGuessItsType() {
        for (String path : List.of("/stream", "/prices", HubSubject.query(List.of("https://example.com/" + job)))) {
            assertThat(open(path).headers().get("X-Content-Type-Options"))
                    .as(path)
                    .containsExactly("nosniff");
        }
    }

    @Test
    void theConsoleShowsWhatTheServerHas() {
        RawHttp.Answer answer = get("/status/fanfare", Tokens.header(Tokens.subscriber("/status/fanfare")));

        assertThat(answer.status()).isEqualTo(200);
        JsonObject server = json(answer.body());
        assertThat(server.getJsonObject("streams").getInt("limit")).isPositive();
        assertThat(server.getJsonObject("log").getString("store")).isIn("memory", "sqlite");
        assertThat(server.getJsonArray("sources")).isNotEmpty();
        assertThat(json(get("/status").body()).getJsonArray("sources"))
                .as("the list is of sources that an operator has configured")
                .noneMatch(source -> source.asJsonObject().getString("name").equals("fanfare"));
    }

    @Test
    void whoHasThePageGets304() {
        RawHttp.Answer first = get("/");

        RawHttp.Answer again = get("/", "If-None-Match: " + first.header("ETag"));

        assertThat(first.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void thePageIsBelowTheContextPathToo() {
        String contextPath = host().base().getPath().replaceFirst("/$", "");
        if (!contextPath.isEmpty()) {
            RawHttp.Answer answer = RawHttp.request(host().port(), "GET", contextPath);

            assertThat(answer.status()).isIn(301, 302);
            assertThat(answer.header("Location")).endsWith(contextPath + "/");
        }
        assertThat(get("/").body()).doesNotContain("href=\"/", "src=\"/", "\"/stream\"", "\"/prices\"");
    }
}
