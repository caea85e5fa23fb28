package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.testing.RawHttp;
import jakarta.annotation.Priority;
import jakarta.json.Json;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Preflights on the wire: what is allowed, and how a refusal says why. */
class CorsPreflightTest extends CorsFixture {

    @Test
    void withoutSettingsAPreflightIsRefused() {
        RawHttp.Answer answer = preflight(server(CorsSettings.none()), "GET");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
        assertThat(answer.header("Vary")).isNull();
    }

    @Test
    void aGoodPreflightIs204() {
        RestServer server = server(settings(List.of(PAGE), null, List.of("GET", "PUT"), List.of("Last-Event-ID")));

        RawHttp.Answer answer =
                preflight(server, "PUT", "Access-Control-Request-Headers: last-event-id,  CONTENT-TYPE ,");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("GET, PUT");
        assertThat(answer.header("Access-Control-Allow-Headers"))
                .isEqualTo("Accept, Accept-Language, Content-Language, Content-Type, Last-Event-ID");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("600");
        assertThat(answer.headers().get("Vary")).containsExactly("Origin");
    }

    @Test
    void requestedHeadersMayComeInSeveralLines() {
        RestServer server = server(settings(List.of(PAGE), null, List.of("GET"), List.of("X-A", "X-B")));

        assertThat(preflight(
                                server,
                                "GET",
                                "Access-Control-Request-Headers: x-a",
                                "Access-Control-Request-Headers: x-b")
                        .status())
                .isEqualTo(204);
        assertThat(preflight(
                                server,
                                "GET",
                                "Access-Control-Request-Headers: x-a",
                                "Access-Control-Request-Headers: x-c")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aBadPreflightNamesTheOrigin() {
        RawHttp.Answer answer =
                server(listed()).request("OPTIONS", "/sample", EVIL, "Access-Control-Request-Method: GET");

        assertThat(refusal(answer)).contains("origin https://evil.example").doesNotContain("method", "headers");
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
        assertThat(answer.header("Vary")).isEqualTo("Origin");
    }

    @Test
    void aBadPreflightNamesTheMethodAndThoseAllowed() {
        RawHttp.Answer answer = preflight(server(listed()), "PUT");

        assertThat(refusal(answer)).contains("method PUT (allowed: GET)").doesNotContain("origin ", "headers");
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("GET");
        assertThat(answer.header("Access-Control-Max-Age")).isNull();
    }

    @Test
    void aBadPreflightNamesTheHeadersAndThoseAllowed() {
        RawHttp.Answer answer = preflight(server(listed()), "GET", "Access-Control-Request-Headers: Accept, X-A, X-B");

        assertThat(refusal(answer))
                .contains("headers X-A, X-B (allowed: Accept, Accept-Language, Content-Language, Content-Type)")
                .doesNotContain("origin ", "method");
    }

    @Test
    void aBadPreflightNamesAllThatIsWrong() {
        RawHttp.Answer answer = server(listed())
                .request(
                        "OPTIONS",
                        "/sample",
                        EVIL,
                        "Access-Control-Request-Method: get",
                        "Access-Control-Request-Headers: X-A");

        assertThat(refusal(answer)).contains("origin ", "method get", "headers X-A");
    }

    @Test
    void headNeedsNoListing() {
        assertThat(preflight(server(listed()), "HEAD").status()).isLessThan(300);
    }

    @Test
    void aRepeatedRequestMethodIsRefused() {
        RawHttp.Answer answer = preflight(server(listed()), "GET", "Access-Control-Request-Method: GET");

        assertThat(refusal(answer)).contains("method");
    }

    @Test
    void theStarAmongMethodsAllowsTheSevenKnownOnes() {
        RestServer server = server(settings(List.of(PAGE), null, List.of("*"), List.of()));

        assertThat(preflight(server, "PATCH").header("Access-Control-Allow-Methods"))
                .isEqualTo("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
        assertThat(preflight(server, "DELETE").status()).isEqualTo(204);
        assertThat(preflight(server, "BREW").status()).isEqualTo(400);
    }

    @Test
    void theStarAmongHeadersMirrorsWhatIsAskedFor() {
        RestServer server = server(settings(List.of(PAGE), null, List.of("GET"), List.of("*")));

        RawHttp.Answer answer = preflight(server, "GET", "Access-Control-Request-Headers: X-Any,x-other");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Headers")).isEqualTo("X-Any, x-other");
        assertThat(answer.headers().get("Vary")).containsExactly("Access-Control-Request-Headers, Origin");
        assertThat(preflight(server, "GET").header("Access-Control-Allow-Headers"))
                .isNull();
        assertThat(refusal(preflight(server, "GET", "Access-Control-Request-Headers: no name")))
                .contains("headers no name");
        assertThat(server.request("GET", "/sample", ORIGIN).header("Vary")).isEqualTo("Origin");
    }

    @Test
    void aPreflightIsAnsweredForUnknownPathsAndMalformedOnes() {
        RestServer server = server(listed());

        for (String target : List.of("/nope", "/sample/stream", "/sample?q=%ff")) {
            assertThat(server.request("OPTIONS", target, ORIGIN, "Access-Control-Request-Method: GET")
                            .status())
                    .as(target)
                    .isEqualTo(204);
        }
    }

    @Test
    void aPreflightIsAnsweredBeforeAnyoneAsksForAToken() {
        RestServer server = server(listed(), new Doorman());

        assertThat(preflight(server, "GET").status()).isEqualTo(204);
        RawHttp.Answer refused = server.request("GET", "/sample", ORIGIN);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
    }

    @Test
    void developmentAllowsWhatClientsOfTheHubSend() {
        RestServer server = server(CorsSettings.development());

        RawHttp.Answer answer = server.request(
                "OPTIONS",
                "/sample",
                "Origin: http://localhost:5173",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: authorization,cache-control,last-event-id");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("http://localhost:5173");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
    }

    private static String refusal(RawHttp.Answer answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        var problem = Json.createReader(new StringReader(answer.body())).readObject();
        assertThat(problem.getString("type")).isEqualTo("urn:fanfare:problem:cors-refused");
        return problem.getString("detail");
    }

    @Priority(Priorities.AUTHENTICATION)
    private static final class Doorman implements ContainerRequestFilter {

        @Override
        public void filter(ContainerRequestContext request) {
            throw ProblemException.unauthorized("Send a token.");
        }
    }
}
