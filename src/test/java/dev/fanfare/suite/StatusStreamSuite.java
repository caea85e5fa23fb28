package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import dev.fanfare.testing.EventStream.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /status/{source}/stream}: a polled status as a stream. */
abstract class StatusStreamSuite extends Subject {

    StatusStreamSuite(HttpSuite suite) {
        super(suite);
    }

    @Test
    void beginsWithTheStatusAndGoesOnWithEachChange() {
        jobs().set(job, "{\"state\":\"queued\"}");
        EventStream stream = open(statusStream(job));
        Event first = stream.next();

        jobs().set(job, "{\"state\":\"running\",\"progress\":10}");
        Event second = stream.next();

        assertThat(first.type()).isEqualTo("update");
        assertThat(json(first.data())).isEqualTo(json("{\"state\":\"queued\"}"));
        assertThat(first.id()).matches("[0-9a-f]{16}");
        assertThat(stream.retry()).isBetween(Duration.ofMillis(150), Duration.ofMillis(300));
        assertThat(second.type()).isEqualTo("update");
        assertThat(json(second.data())).isEqualTo(json("{\"state\":\"running\",\"progress\":10}"));
        assertThat(second.id()).matches("[0-9a-f]{16}").isNotEqualTo(first.id());
        assertThat(second.retry()).isNull();
    }

    @Test
    void whatIsTheSameByValueOrIgnoredIsNoUpdate() {
        jobs().set(job, "{\"state\":\"running\",\"progress\":1}");
        EventStream stream = open(statusStream(job));
        Event first = stream.next();

        jobs().set(job, "{ \"progress\": 1,\n\"seen\": 7, \"state\": \"running\" }");
        awaitPolls(3);
        jobs().set(job, "{\"state\":\"running\",\"progress\":2}");

        Event next = stream.next();
        assertThat(json(next.data())).isEqualTo(json("{\"state\":\"running\",\"progress\":2}"));
        assertThat(next.id()).isNotEqualTo(first.id());
    }

    @Test
    void endsWithTheFinalStatus() {
        jobs().set(job, "{\"state\":\"running\"}");
        EventStream stream = open(statusStream(job));
        stream.next();

        jobs().set(job, "{\"state\":\"done\"}");

        assertFinal(stream.toEnd());
        assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
    }

    @Test
    void whoComesAfterTheEndGetsItAsWell() {
        jobs().set(job, "{\"state\":\"done\"}");
        EventStream first = open(statusStream(job));
        assertFinal(first.toEnd());

        EventStream late = open(statusStream(job));

        assertFinal(late.toEnd());
        assertThat(late.awaitEnd()).isEqualTo(End.COMPLETE);
    }

    @Test
    void whoHasSeenTheEndGets204() {
        jobs().set(job, "{\"state\":\"done\"}");
        String end = open(statusStream(job)).toEnd().get(1).id();

        assertThat(ask(statusStream(job), "Last-Event-ID: " + end).status()).isEqualTo(204);
        assertThat(ask(statusStream(job) + "&lastEventID=" + end).status()).isEqualTo(204);
    }

    @Test
    void whoHasSeenTheEndGets204AfterOnePollIfItWasForgotten() {
        jobs().set(job, "{\"state\":\"done\"}");
        String end = open(statusStream(job)).toEnd().get(1).id();
        jobs().set(job, "{\"state\":\"done\",\"seen\":1}");
        int polls = jobs().polls(job);

        await().pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
            assertThat(ask(statusStream(job), "Last-Event-ID: " + end).status()).isEqualTo(204);
            assertThat(jobs().polls(job)).isGreaterThan(polls);
        });
    }

    @Test
    void whoHasTheCurrentStatusGetsNothingUntilItChanges() {
        jobs().set(job, "{\"progress\":1}");
        String id = open(statusStream(job)).next().id();

        EventStream back = open(statusStream(job), "Last-Event-ID: " + id);
        back.awaitComments(2);
        assertThat(back.untaken()).isEmpty();
        jobs().set(job, "{\"progress\":2}");

        assertThat(json(back.next().data())).isEqualTo(json("{\"progress\":2}"));
    }

    @Test
    void aPolyfillsIdCountsMoreThanTheSeedInTheUrlAndAnEmptyHeaderNothing() {
        jobs().set(job, "{\"progress\":1}");
        String id = open(statusStream(job)).next().id();

        EventStream back = open(statusStream(job) + "&lastEventID=x&lastEventId=" + id, "Last-Event-ID:");
        back.awaitComments(2);
        assertThat(back.untaken()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789abcdef", "x", "end-0123456789abcdef", "#a.1"})
    void whoHasAnotherStatusGetsTheCurrentOneOnce(String id) {
        jobs().set(job, "{\"progress\":1}");
        EventStream stream = open(statusStream(job), "Last-Event-ID: " + id);

        assertThat(json(stream.next().data())).isEqualTo(json("{\"progress\":1}"));
        stream.awaitComments(3);
        assertThat(stream.untaken()).isEmpty();
    }

    @Test
    void whoComesWhileOthersWatchGetsTheStatusAtOnce() {
        jobs().set(job, "{\"progress\":1}");
        EventStream first = open(statusStream(job));
        Event known = first.next();
        jobs().hang(job);

        assertThat(open(statusStream(job)).next()).isEqualTo(known);
    }

    @Test
    void aJobThatTheSourceDoesNotKnowIs404() {
        assertProblem(get(statusStream(job), "Accept: text/event-stream"), 404, "not-found", "no such status");
    }

    @Test
    void a404AboutAKnownJobIsStaleAndEndsNothing() {
        jobs().set(job, "{\"progress\":1}");
        EventStream stream = open(statusStream(job));
        stream.next();

        jobs().remove(job);
        Event stale = stream.next();
        assertThat(stale.type()).isEqualTo("stale");
        assertThat(stale.data()).contains("does not know this status any more");

        jobs().set(job, "{\"progress\":2}");
        assertThat(stream.next().type()).isEqualTo("fresh");
        assertThat(stream.next().data()).isEqualTo("{\"progress\":2}");
    }

    @Test
    void aJobThatTheSourceSaysIsGoneHasEnded() {
        jobs().set(job, "{\"progress\":1}");
        EventStream stream = open(statusStream(job));
        Event last = stream.next();

        jobs().answer(job, 410, "text/plain", "");

        assertThat(stream.toEnd()).containsExactly(new Event("end", last.data(), "end-" + last.id(), null));
        assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
    }

    @Test
    void onePollServesAllWatchers() {
        jobs().setFresh(job, "{\"progress\":1}", Duration.ofMinutes(1));
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            streams.add(open(statusStream(job)));
        }

        Event first = streams.get(0).next();
        assertThat(first.type()).as(first.data()).isEqualTo("update");
        assertThat(streams.subList(1, 15))
                .allSatisfy(stream -> assertThat(stream.next()).isEqualTo(first));
        assertThat(get(snapshot(job)).status()).isEqualTo(200);
        assertThat(jobs().polls(job)).isEqualTo(1);
    }

    @Test
    void allWatchersSeeTheSameChanges() {
        jobs().set(job, "{\"progress\":1}");
        EventStream first = open(statusStream(job));
        EventStream second = open(statusStream(job));
        assertThat(first.next()).isEqualTo(second.next());

        jobs().set(job, "{\"progress\":2}");

        assertThat(first.next()).isEqualTo(second.next());
    }

    @Test
    void nobodyPollsWhenNobodyWatches() {
        jobs().set(job, "{\"progress\":1}");
        EventStream stream = open(statusStream(job));
        stream.next();

        stream.close();

        int[] polls = {-1};
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(600))
                .until(() -> polls[0] == (polls[0] = jobs().polls(job)));
    }

    @Test
    void theDefaultSourceNeedsNoName() {
        jobs().set(job, "{\"progress\":1}");

        assertThat(open("/status/stream?job=" + job).next())
                .isEqualTo(open(statusStream(job)).next());
    }

    @Test
    void theDemosJobRuns() {
        // It is queued for 2 s, which may be over on a busy machine before it is asked for.
        await().untilAsserted(() -> {
            Event first =
                    open("/status/demo/stream?param1=" + UUID.randomUUID()).next();
            assertThat(first.type()).isEqualTo("update");
            assertThat(json(first.data()).getString("state")).isEqualTo("queued");
        });
    }

    private void awaitPolls(int more) {
        int before = jobs().polls(job);
        await().until(() -> jobs().polls(job) >= before + more);
    }

    private static void assertFinal(List<Event> events) {
        assertThat(events).hasSize(2);
        Event update = events.get(0);
        Event end = events.get(1);
        assertThat(update.type()).isEqualTo("update");
        assertThat(json(update.data())).isEqualTo(json("{\"state\":\"done\"}"));
        assertThat(end.type()).isEqualTo("end");
        assertThat(end.data()).isEqualTo(update.data());
        assertThat(end.id()).isEqualTo("end-" + update.id());
    }
}
