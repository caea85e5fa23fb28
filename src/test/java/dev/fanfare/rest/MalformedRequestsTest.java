package dev.fanfare.rest;

import static dev.fanfare.rest.problem.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.web.ConsoleResource;
import dev.fanfare.testing.RawHttp;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that can't be read, or hardly, byte by byte on the wire. */
class MalformedRequestsTest {

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
    void anUnknownCharsetIs415() {
        String type = "Content-Type: application/x-www-form-urlencoded;charset=";

        assertProblem(post(type + "nope", "a=b"), 415, "unsupported-media-type", "charset");
        assertProblem(post(type + "\"!?\"", "a=b"), 415, "unsupported-media-type", "charset");
    }

    @Test
    void aMalformedBodyIs400() {
        RawHttp.Answer answer = post("Content-Type: application/x-www-form-urlencoded", "a=%zz");

        assertProblem(answer, 400, "bad-request", "/sample");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept: ///", "Accept: a/b;q=x", "Content-Type: ///"})
    void aHeaderThatCannotBeParsedIs400AndNamed(String header) {
        assertProblem(post(header, "x"), 400, "bad-request", "'" + header.substring(0, header.indexOf(':')) + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sample?q=%c3%28",
                "/sample?%ff=1",
                "/sample?q=%ed%a0%80",
                "/sample/name/%c3%28",
                "/sample/%ff",
                "/nope/%c0%af",
                "/sample?q=\u00c3\u00a9",
                "/sample/name/\u00c3\u00a9"
            })
    void aTargetThatIsNotPercentEncodedUtf8Is400(String target) {
        assertProblem(get(target), 400, "bad-request", "UTF-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sample?=&&&=;;?",
                "/sample?",
                "/sample?&",
                "/sample?q",
                "/sample?q=%00",
                "/sample?q=%c3%a4%E2%82%AC"
            })
    void anOddButWellFormedQueryIsServed(String target) {
        assertThat(get(target).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//sample", "/sample/../sample", "http://other:99999/nope"})
    void anOddTargetIs404(String target) {
        assertProblem(get(target), 404, "not-found", "");
    }

    @Test
    void aVeryLongPathIsNotRepeatedWhole() {
        RawHttp.Answer answer = get("/" + "a".repeat(5000));

        assertProblem(answer, 404, "not-found", "aaa…");
        assertThat(answer.body()).hasSizeLessThan(600);
    }

    private static RawHttp.Answer get(String target, String... headers) {
        return server.request("GET", target, headers);
    }

    private static RawHttp.Answer post(String header, String body) {
        return RawHttp.request(server.port(), "POST", "/sample", List.of(header), body);
    }
}
