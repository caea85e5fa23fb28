package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import dev.fanfare.testing.RawHttp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server that is full. */
abstract class LimitsSuite extends Subject {
    static final String REFUSED = "Fanfare-Refused";

    LimitsSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void whoComesWhenItIsFullIsToldToComeAgain() {
        awaitThatOthersHaveLeft();
        List<EventStream> open = new ArrayList<>();
        EventStream refused = fill(open);

        assertRefused(refused, "full");
        assertRefused(open("/events?topic=a"), "full");
        RawHttp.Answer answer = get("/prices", "Accept: */*");
        assertProblem(answer, 503, "unavailable", "full");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
        assertThat(get("/health/ready").status()).isEqualTo(200);
        assertThat(open).hasSizeBetween(1, HttpSuite.MOST_STREAMS).allSatisfy(EventStream::next);
    }

    @Test
    void whoLeavesMakesRoom() {
        List<EventStream> open = new ArrayList<>();
        fill(open);

        open.forEach(EventStream::close);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            List<EventStream> again = new ArrayList<>();
            for (int i = 0; i < HttpSuite.MOST_STREAMS - 5; i++) {
                again.add(open("/stream"));
            }
            assertThat(again)
                    .allSatisfy(stream -> assertThat(stream.header(REFUSED)).isNull());
        });
    }

    @Test
    void aSourceThatIsWatchedTooMuchTakesNoMore() {
        awaitThatOthersHaveLeft();
        EventStream refused = null;
        for (int i = 0; refused == null && i <= HttpSuite.MOST_WATCHES; i++) {
            jobs().setFresh(job + i, "{\"state\":\"running\"}", Duration.ofMinutes(1));
            EventStream stream = open(statusStream(job + i));
            refused = stream.header(REFUSED) == null ? null : stream;
            if (refused == null) {
                // The head comes before the client is counted; until then its watch may be given to the next one.
                stream.next();
            }
        }

        assertThat(refused).isNotNull();
        assertRefused(refused, "full-for-source");
        jobs().set(job, "{\"state\":\"running\"}");
        RawHttp.Answer answer = get(snapshot(job));
        assertProblem(answer, 503, "unavailable", "limit of watches (fanfare.limits.watches)");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
        EventStream joint = open("/events?topic=a&status=jobs%3Fjob%3D" + job);
        assertThat(json(joint.next().data()).getString("type")).isEqualTo("open");
        assertThat(json(joint.next().data()).getJsonObject("data").toString())
                .startsWith("{\"code\":503,\"reason\":\"")
                .contains("fanfare.limits.watches", "\"retryAfter\":");
        assertThat(get(snapshot(job + 0)).status())
                .as("a status that is watched")
                .isEqualTo(200);
    }

    /** Else they would make room later, when it should be full. The server notices them when it writes its heartbeats. */
    private void awaitThatOthersHaveLeft() {
        open(HubSubject.query(List.of("https://example.com/" + job))).awaitComments(8);
    }

    /** Opens streams until one is refused, which is returned. */
    private EventStream fill(List<EventStream> streams) {
        for (int i = 0; i <= HttpSuite.MOST_STREAMS; i++) {
            EventStream stream = open("/prices");
            // The head comes before the stream is counted.
            stream.awaitComments(1);
            if (stream.header(REFUSED) != null) {
                return stream;
            }
            streams.add(stream);
        }
        throw new AssertionError("more than " + HttpSuite.MOST_STREAMS + " streams are open");
    }

    private static void assertRefused(EventStream refused, String reason) {
        assertThat(refused.header(REFUSED)).isEqualTo(reason);
        assertThat(refused.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(refused.toEnd()).isEmpty();
        assertThat(refused.awaitEnd()).isEqualTo(End.COMPLETE);
        assertThat(refused.retry()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1));
    }
}
