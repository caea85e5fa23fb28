package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.testing.RawHttp;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The CORS headers of answers on the wire: what each option adds, and what caches are told. */
class CorsTest extends CorsFixture {

    @Test
    void withoutSettingsNoAnswerHasCorsHeaders() {
        RestServer server = server(CorsSettings.none());

        assertThat(corsHeaders(server.request("GET", "/sample", ORIGIN))).isEmpty();
        assertThat(corsHeaders(server.request("GET", "/sample"))).isEmpty();
        assertThat(corsHeaders(server.request("GET", "/nope", ORIGIN))).isEmpty();
    }

    @Test
    void aListedOriginIsNamed() {
        RawHttp.Answer answer = server(listed()).request("GET", "/sample", ORIGIN);

        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(answer.header("Vary")).isEqualTo("Origin");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
        assertThat(answer.header("Access-Control-Expose-Headers")).isNull();
        assertThat(answer.body()).isEqualTo("q=null");
    }

    @Test
    void anOriginThatIsNotListedGetsTheAnswerWithoutPermissionToReadIt() {
        RawHttp.Answer answer = server(listed()).request("GET", "/sample", EVIL);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(corsHeaders(answer)).isEmpty();
        assertThat(answer.header("Vary")).isEqualTo("Origin");
    }

    @Test
    void cachesAreToldOfTheOriginAlsoWhenARequestHasNone() {
        RawHttp.Answer answer = server(listed()).request("GET", "/sample");

        assertThat(corsHeaders(answer)).isEmpty();
        assertThat(answer.header("Vary")).isEqualTo("Origin");
    }

    @Test
    void aRegexAllowsBesideTheList() {
        RestServer server =
                server(settings(List.of(PAGE), "https://[a-z]+\\.example\\.org", List.of("GET"), List.of()));

        assertThat(allowed(server, PAGE)).isEqualTo(PAGE);
        assertThat(allowed(server, "https://a.example.org")).isEqualTo("https://a.example.org");
        assertThat(allowed(server, "https://a.example.org.evil")).isNull();
        assertThat(server.request("GET", "/sample").header("Vary")).isEqualTo("Origin");
    }

    @Test
    void aRepeatedOriginIsNone() {
        RawHttp.Answer answer = server(listed()).request("GET", "/sample", ORIGIN, ORIGIN);

        assertThat(corsHeaders(answer)).isEmpty();
    }

    @Test
    void theStarIsSaidToEveryoneAndNeverVaries() {
        RestServer server = server(settings(List.of("*"), null, List.of("GET"), List.of()));

        for (RawHttp.Answer answer : List.of(
                server.request("GET", "/sample", ORIGIN, "Cookie: a=b"),
                server.request("GET", "/sample", "Origin: null"),
                server.request("GET", "/sample"),
                server.request("GET", "/nope", ORIGIN),
                preflight(server, "GET"))) {
            assertThat(answer.headers().get("Access-Control-Allow-Origin")).containsExactly("*");
            assertThat(answer.header("Vary")).isNull();
        }
    }

    @Test
    void credentialsAreAllowedToAllowedOriginsOnly() {
        CorsSettings settings = new CorsSettings(
                List.of(PAGE), null, List.of("GET"), List.of(), true, List.of("ETag", "Link"), Duration.ZERO);
        RestServer server = server(settings);

        RawHttp.Answer allowed = server.request("GET", "/sample", ORIGIN);
        assertThat(allowed.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(allowed.header("Access-Control-Expose-Headers")).isEqualTo("ETag, Link");
        RawHttp.Answer preflight = preflight(server, "GET");
        assertThat(preflight.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(preflight.header("Access-Control-Expose-Headers")).isNull();
        assertThat(preflight.header("Access-Control-Max-Age")).isEqualTo("0");
        assertThat(corsHeaders(server.request("GET", "/sample", EVIL))).isEmpty();
    }

    @Test
    void errorsCarryTheHeadersToo() {
        RestServer server = server(listed());

        for (String target : List.of(
                "/nope",
                "/sample/broken",
                "/sample/busy",
                "/sample/bare",
                "/sample/refused-stream",
                "/sample/over",
                "/sample/unchanged",
                "/sample?q=%c3%28")) {
            RawHttp.Answer answer = server.request("GET", target, ORIGIN);
            assertThat(answer.header("Access-Control-Allow-Origin")).as(target).isEqualTo(PAGE);
            assertThat(answer.header("Vary")).as(target).isEqualTo("Origin");
        }
        assertThat(server.request("PATCH", "/sample", ORIGIN).header("Access-Control-Allow-Origin"))
                .isEqualTo(PAGE);
        assertThat(server.request("GET", "/sample", ORIGIN, "Accept: ///").header("Access-Control-Allow-Origin"))
                .isEqualTo(PAGE);
    }

    @Test
    void streamsCarryTheHeadersToo() {
        RestServer server = server(listed());

        for (String method : List.of("GET", "HEAD")) {
            RawHttp.Answer answer = server.request(method, "/sample/stream", ORIGIN);
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(answer.header("Vary")).isEqualTo("Origin");
        }
    }

    @Test
    void varyIsAddedToWhatAResourceSays() {
        RawHttp.Answer answer = server(listed()).request("GET", "/sample/accept-varying", ORIGIN);

        assertThat(answer.headers().get("Vary")).containsExactly("Accept, Origin");
    }

    @Test
    void varyIsNotDoubled() {
        RawHttp.Answer answer = server(listed()).request("GET", "/sample/varying", ORIGIN);

        assertThat(answer.header("Vary")).isEqualTo("Accept, Accept-Encoding, origin");
    }

    @Test
    void optionsThatIsNoPreflightIsAnsweredByJakartaRest() {
        RestServer server = server(listed());

        assertThat(server.request("OPTIONS", "/sample").header("Allow")).contains("GET", "POST");
        RawHttp.Answer withOrigin = server.request("OPTIONS", "/sample", ORIGIN);
        assertThat(withOrigin.header("Allow")).contains("GET", "POST");
        assertThat(withOrigin.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(server.request("OPTIONS", "/sample", "Access-Control-Request-Method: GET")
                        .header("Allow"))
                .contains("GET", "POST");
    }

    private static @Nullable String allowed(RestServer server, String origin) {
        return server.request("GET", "/sample", "Origin: " + origin).header("Access-Control-Allow-Origin");
    }

    private static Set<String> corsHeaders(RawHttp.Answer answer) {
        Set<String> names = new TreeSet<>(answer.headers().keySet());
        names.removeIf(name -> !name.startsWith("Access-Control-"));
        return names;
    }
}
