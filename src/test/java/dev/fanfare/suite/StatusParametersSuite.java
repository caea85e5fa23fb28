package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parameters that name a status. */
abstract class StatusParametersSuite extends Subject {

    StatusParametersSuite(HttpSuite suite) {
        super(suite);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'job'",
        "'?', 'job'",
        "'?job', 'job'",
        "'?job=', 'job'",
        "'?other=1', 'other'",
        "'?job=1&other=2', 'other'",
        "'?job=1&job=2', '2 times'",
        "'?job=1&job=1', '2 times'",
        "'?Job=1', 'Job'"
    })
    void thoseThatAreNotTheSourcesOwnAre400(String query, String named) {
        assertProblem(get("/status/jobs" + query), 400, "bad-request", named);
        assertProblem(get("/status/jobs/stream" + query), 400, "bad-request", named);
        assertProblem(get("/status/stream" + query, "Accept: text/event-stream"), 400, "bad-request", named);
    }

    @Test
    void aValueThatIsTooLongIs400AndNotRepeated() {
        String value = "a".repeat(5000);

        assertProblem(get(snapshot(value)), 400, "bad-request", "at most");
        assertProblem(get(statusStream(value)), 400, "bad-request", "at most");
        assertThat(get(snapshot(value)).body()).hasSizeLessThan(600);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%20b",
                "%C3%A4%E2%82%AC",
                "a%2Fb",
                "a%26job=b",
                "%3Fx",
                "%23",
                "a%2Bb",
                "a+b",
                "a%40b",
                "%0D%0AX-A:%20b",
                "1%27%20or%20%271%27=%271",
                "a%252fb"
            })
    void anyTextReachesTheSourceAsItWas(String encoded) {
        String value = job + URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        jobs().set(value, "{\"state\":\"running\"}");

        assertThat(get(snapshot(job + encoded)).status()).isEqualTo(200);
        assertThat(jobs().polls(value)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "%2E%2E", "..%2Fother", "a%2F..%2Fb", "%2F", "..%5Cother"})
    void aValueThatWouldClimbOutOfTheSourcesPathIs404AndNobodyIsAsked(String encoded) {
        assertProblem(get(snapshot(encoded)), 404, "not-found", "no such status");
        assertThat(jobs().unexpected()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "4", "500ms", "4s&heartbeat=5s", "event&heartbeat=comment"})
    void aHeartbeatThatNobodyCanGiveIs400(String value) {
        jobs().set(job, "{\"state\":\"running\"}");

        assertProblem(get(statusStream(job) + "&heartbeat=" + value), 400, "bad-request", "'heartbeat'");
    }

    @Test
    void reservedNamesAreNoParameters() {
        jobs().set(job, "{\"state\":\"running\"}");

        assertThat(get(snapshot(job) + "&heartbeat=event&heartbeat=4s&lastEventId=1&lastEventID=2&Last-Event-ID=3")
                        .status())
                .isEqualTo(200);
    }
}
