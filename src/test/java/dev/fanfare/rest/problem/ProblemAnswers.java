package dev.fanfare.rest.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;

/** Reads problems off the wire. */
public final class ProblemAnswers {

    private ProblemAnswers() {}

    /** The form that every problem has, and this status, type and part of its detail. */
    public static JsonObject assertProblem(RawHttp.Answer answer, int status, String type, String detail) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().get("Content-Type")).containsExactly("application/problem+json");
        assertThat(answer.headers().get("Cache-Control")).containsExactly("no-store");
        assertThat(answer.header("Content-Length"))
                .isEqualTo(Integer.toString(answer.body().getBytes(StandardCharsets.UTF_8).length));
        JsonObject problem = json(answer);
        assertThat(problem.getInt("status")).isEqualTo(status);
        assertThat(problem.getString("type")).isEqualTo("urn:fanfare:problem:" + type);
        assertThat(problem.getString("title")).isNotEmpty();
        assertThat(problem.getString("detail")).contains(detail);
        return problem;
    }

    public static JsonObject json(RawHttp.Answer answer) {
        return Json.createReader(new StringReader(answer.body())).readObject();
    }
}
