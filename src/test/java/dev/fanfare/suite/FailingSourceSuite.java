package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.Event;
import dev.fanfare.testing.RawHttp;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sources that do not tell the status. */
abstract class FailingSourceSuite extends Subject {

    FailingSourceSuite(HttpSuite suite) {
        super(suite);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(Named.of("hangs", (BiConsumer<JobSource, String>) JobSource::hang), "in time", "hasty"),
                failure("answers500", "500", (jobs, job) -> jobs.answer(job, 500, "text/plain", "secret")),
                failure("answersHtml", "neither JSON", (jobs, job) -> jobs.answer(job, 200, "text/html", "<secret>")),
                failure("answersWhatIsNoJson", "JSON", (jobs, job) -> jobs.set(job, "{secret")),
                failure("answersNothing", "", (jobs, job) -> jobs.set(job, "")),
                failure(
                        "redirectsElsewhere",
                        "another server",
                        (jobs, job) -> jobs.redirect(job, "http://localhost:1/secret")),
                failure("redirectsForEver", "redirects", (jobs, job) -> jobs.redirect(job, "/jobs/" + job)));
    }

    private static Arguments failure(String name, String reason, BiConsumer<JobSource, String> how) {
        return Arguments.of(Named.of(name, how), reason, "jobs");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aSnapshotIs502UntilItWorks(BiConsumer<JobSource, String> failure, String reason, String source) {
        failure.accept(jobs(), job);

        RawHttp.Answer answer = get("/status/" + source + "?job=" + job);

        assertProblem(answer, 502, "source-failed", reason);
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
        assertThat(answer.body()).doesNotContain("secret", "127.0.0.1", "localhost");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aStreamOpensAndWaitsUntilItWorks(BiConsumer<JobSource, String> failure, String reason, String source) {
        failure.accept(jobs(), job);

        EventStream stream = open("/status/" + source + "/stream?job=" + job);
        assertStale(stream.next(), reason);
        stream.awaitComments(2);
        assertThat(stream.untaken()).isEmpty();
        jobs().set(job, "{\"progress\":1}");

        assertThat(stream.next().type()).isEqualTo("fresh");
        assertThat(json(stream.next().data())).isEqualTo(json("{\"progress\":1}"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aStreamKeepsTheLastStatusUntilItWorksAgain(
            BiConsumer<JobSource, String> failure, String reason, String source) {
        jobs().set(job, "{\"progress\":1}");
        EventStream stream = open("/status/" + source + "/stream?job=" + job);
        Event first = stream.next();

        failure.accept(jobs(), job);
        assertStale(stream.next(), reason);
        EventStream late = open("/status/" + source + "/stream?job=" + job);
        assertThat(late.next()).isEqualTo(first);
        assertStale(late.next(), reason);
        jobs().set(job, "{\"progress\":2}");

        for (EventStream each : List.of(stream, late)) {
            assertThat(each.next().type()).isEqualTo("fresh");
            assertThat(json(each.next().data())).isEqualTo(json("{\"progress\":2}"));
        }
    }

    private static void assertStale(Event event, String reason) {
        assertThat(event.type()).isEqualTo("stale");
        assertThat(json(event.data()).getString("reason"))
                .startsWith("The source ")
                .contains(reason);
        assertThat(event.data()).doesNotContain("secret", "127.0.0.1", "localhost");
    }
}
