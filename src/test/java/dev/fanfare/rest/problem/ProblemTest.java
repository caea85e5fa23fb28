package dev.fanfare.rest.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProblemTest {

    @Test
    void isWrittenAsTheMembersOfRfc9457() {
        Problem problem = new Problem("urn:a", "Title", 404, "say \"what\"\n", "urn:b");

        assertThat(problem.toJson())
                .isEqualTo("{\"type\":\"urn:a\",\"title\":\"Title\",\"status\":404,"
                        + "\"detail\":\"say \\\"what\\\"\\n\",\"instance\":\"urn:b\"}");
    }

    @Test
    void leavesAbsentMembersOut() {
        assertThat(new Problem("urn:a", "Title", 500, null, null).toJson())
                .isEqualTo("{\"type\":\"urn:a\",\"title\":\"Title\",\"status\":500}");
    }

    @Test
    void refusesAStatusThatIsNoError() {
        assertThatThrownBy(() -> new Problem("urn:a", "Title", 204, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("204");
    }

    @Test
    void takesItsTypeFromTheStatus() {
        assertThat(Problem.of(415, "x").type()).isEqualTo("urn:fanfare:problem:unsupported-media-type");
        assertThat(Problem.of(400, "x").type()).isEqualTo("urn:fanfare:problem:bad-request");
    }

    @Test
    void isAboutBlankForAStatusOutsideTheSet() {
        assertThat(Problem.of(412, "x")).isEqualTo(new Problem("about:blank", "Precondition Failed", 412, "x", null));
        assertThat(Problem.of(499, "x").title()).isEqualTo("HTTP status 499");
    }

    @Test
    void hasADistinctUriPerType() {
        assertThat(Arrays.stream(ProblemType.values()).map(ProblemType::uri))
                .doesNotHaveDuplicates()
                .allMatch(uri -> uri.matches("urn:fanfare:problem:[a-z-]+"));
    }

    @Test
    void anExceptionCarriesTheWholeAnswer() {
        Response answer = ProblemException.badRequest("no topic").getResponse();

        assertThat(answer.getStatus()).isEqualTo(400);
        assertThat(answer.getMediaType()).isEqualTo(Problem.MEDIA_TYPE);
        assertThat(answer.getHeaderString("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.getEntity())
                .isEqualTo(Problem.of(ProblemType.BAD_REQUEST, "no topic").toBytes());
    }

    @Test
    void roundsRetryAfterUpToWholeSeconds() {
        assertThat(retryAfter(Duration.ofSeconds(5))).isEqualTo("5");
        assertThat(retryAfter(Duration.ofMillis(5001))).isEqualTo("6");
        assertThat(retryAfter(Duration.ZERO)).isEqualTo("0");
    }

    @Test
    void aHeaderReplacesTheOneBefore() {
        Response answer = ProblemException.unauthorized("x")
                .withHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"")
                .withHeader("X-Other", "1")
                .getResponse();

        assertThat(answer.getHeaders().get("WWW-Authenticate")).containsExactly("Bearer error=\"invalid_token\"");
        assertThat(answer.getHeaderString("X-Other")).isEqualTo("1");
        assertThat(answer.hasEntity()).isTrue();
    }

    private static String retryAfter(Duration delay) {
        return ProblemException.unavailable("x", delay).getResponse().getHeaderString("Retry-After");
    }
}
