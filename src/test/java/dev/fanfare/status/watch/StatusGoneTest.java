package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Statuses that a source does not know: not yet, for a moment, or any more. */
class StatusGoneTest {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Reading MISSING = new Reading.Missing();
    private static final String RUNNING = "{\"state\":\"running\"}";
    private static final String DONE = "{\"state\":\"done\"}";

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final Statuses statuses = new Statuses(loops, () -> 1.0);
    private final ScriptedSource source = new ScriptedSource();

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
    }

    private StatusUrl register(SourceSettings.Builder settings) {
        statuses.register("jobs", source, settings.end("/state=done").build());
        return statuses.url("jobs", Map.of());
    }

    private StatusUrl register() {
        return register(SourceSettings.builder());
    }

    private RecordingOutlet join(StatusUrl url) {
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, null, client, reason -> {});
        return client;
    }

    private @Nullable Admission admit(StatusUrl url, @Nullable String lastEventId) {
        return statuses.admit(url, lastEventId).toCompletableFuture().getNow(null);
    }

    private @Nullable Duration age(StatusUrl url) {
        Snapshot snapshot = statuses.snapshot(url).toCompletableFuture().getNow(null);
        return snapshot instanceof Snapshot.Known known ? known.age() : null;
    }

    private static String id(String json) {
        return ChangeRule.ANY.idOf(ScriptedSource.json(json));
    }

    private static void assertTypes(RecordingOutlet client, String... types) {
        client.awaitEvents(types.length);
        assertThat(client.events()).extracting(Received::type).containsExactly(types);
    }

    @Test
    void aStatusThatIsMissingForOnePollIsStaleAndThenFresh() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(MISSING);
        ticker.advance(EVERY);
        assertTypes(client, "update", "stale");
        assertThat(client.events().get(1).data()).contains("does not know this status any more");
        source.says(RUNNING);
        ticker.advance(EVERY);
        assertTypes(client, "update", "stale", "fresh");
        assertThat(client.isFinished()).isFalse();
        assertThat(statuses.stats("jobs").failing())
                .as("the source works all the time")
                .isZero();
    }

    @Test
    void aStatusThatStaysMissingHasEndedWithTheLastOneKnown() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(MISSING);
        ticker.advance(EVERY.multipliedBy(3));
        assertThat(client.isFinished()).isFalse();
        ticker.advance(EVERY);
        client.awaitEnd();
        assertTypes(client, "update", "stale", "end");
        assertThat(client.events().get(2)).isEqualTo(new Received("end-" + id(RUNNING), "end", RUNNING));
        assertThat(admit(url, "end-" + id(RUNNING))).isEqualTo(Admission.OVER);
    }

    @Test
    void aStatusThatEndedWithoutBeingToldAnewIsAsOldAsItWas() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(MISSING);
        ticker.advance(EVERY.multipliedBy(4));
        client.awaitEnd();
        assertThat(age(url)).isEqualTo(EVERY.multipliedBy(4));
    }

    @Test
    void aStatusThatIsGoneWhileItsSourceFailsEndsWithoutBeingFresh() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.fails(new SourceFailure("answers with status 500"));
        ticker.advance(EVERY);
        source.says(new Reading.Gone());
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEnd();
        assertTypes(client, "update", "stale", "end");
        assertThat(statuses.stats("jobs").failing()).isZero();
        RecordingOutlet late = join(url);
        late.awaitEnd();
        assertTypes(late, "update", "end");
    }

    @Test
    void aFinalStatusThatIsToldAfterAllIsFresh() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(MISSING);
        ticker.advance(EVERY);
        source.says(DONE);
        ticker.advance(EVERY);
        client.awaitEnd();
        assertTypes(client, "update", "stale", "fresh", "update", "end");
    }

    @Test
    void aPublisherWhoEndsAStatusTellsItAnew() {
        statuses.registerPushed("builds", SourceSettings.builder().build());
        StatusUrl url = statuses.url("builds", Map.of());
        statuses.set("builds", Map.of(), ScriptedSource.json(RUNNING));
        ticker.advance(EVERY);
        assertThat(statuses.end("builds", Map.of())).isCompletedWithValue(true);
        assertThat(age(url)).isZero();
    }

    @Test
    void howLongAStatusMayBeMissingIsASetting() {
        StatusUrl url = register(SourceSettings.builder().goneAfter(Duration.ofMinutes(1)));
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(MISSING);
        ticker.advance(Duration.ofSeconds(60));
        assertThat(client.isFinished()).isFalse();
        ticker.advance(EVERY);
        client.awaitEnd();
    }

    @Test
    void withoutAnyPatienceTheFirstAnswerEndsIt() {
        StatusUrl url = register(SourceSettings.builder().goneAfter(Duration.ZERO));
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(MISSING);
        ticker.advance(EVERY);
        client.awaitEnd();
        assertTypes(client, "update", "end");
    }

    @Test
    void onlyAnswersInARowCount() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        for (int i = 0; i < 10; i++) {
            source.says(MISSING);
            ticker.advance(EVERY.multipliedBy(2));
            source.fails(new SourceFailure("answers with status 500"));
            ticker.advance(Duration.ofSeconds(6));
            source.says(MISSING);
            ticker.advance(Duration.ofSeconds(10));
            source.says(RUNNING);
            ticker.advance(EVERY.multipliedBy(2));
        }
        assertThat(client.isFinished()).isFalse();
        assertThat(statuses.stats("jobs").failing()).isZero();
    }

    @Test
    void aStatusThatIsGoneEndsAtOnce() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(new Reading.Gone());
        ticker.advance(EVERY);
        client.awaitEnd();
        assertTypes(client, "update", "end");
    }

    @Test
    void aClientThatJoinsAnEndedStatusWhoseSourceWorksAgainGetsTheStatus() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet first = join(url);
        source.says(new Reading.Gone());
        ticker.advance(EVERY);
        first.awaitEnd();
        ticker.advance(EVERY);
        int reads = source.reads();
        assertThat(admit(url, "end-" + id(RUNNING))).isEqualTo(Admission.OVER);
        assertThat(admit(url, "end-" + id(RUNNING))).isEqualTo(Admission.OVER);
        assertThat(source.reads()).as("one question a period").isEqualTo(reads + 1);

        source.says("{\"state\":\"running\",\"n\":2}");
        ticker.advance(EVERY);
        assertThat(admit(url, "end-" + id(RUNNING))).isEqualTo(Admission.STREAM);
        RecordingOutlet second = join(url);
        second.awaitEvents(1);
        source.says(DONE);
        ticker.advance(EVERY);
        second.awaitEnd();
        assertTypes(second, "update", "update", "end");
        assertThat(statuses.watches()).isEqualTo(1);
    }

    @Test
    void aStatusThatMetItsEndConditionIsNotAskedForAgain() {
        StatusUrl url = register();
        source.says(DONE);
        join(url).awaitEnd();
        ticker.advance(EVERY.multipliedBy(4));
        assertThat(admit(url, "end-" + id(DONE))).isEqualTo(Admission.OVER);
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void aSourceThatFailsWhenItIsAskedAgainChangesNothing() {
        StatusUrl url = register();
        source.says(RUNNING);
        RecordingOutlet client = join(url);
        source.says(new Reading.Gone());
        ticker.advance(EVERY);
        client.awaitEnd();
        await().until(() -> statuses.watches("jobs").get(0).clients() == 0);
        source.fails(new SourceFailure("answers with status 500"));
        ticker.advance(EVERY);
        assertThat(admit(url, "end-" + id(RUNNING))).isEqualTo(Admission.OVER);
        ticker.advance(Duration.ofMinutes(2));
        assertThat(statuses.watches()).isZero();
        assertThat(statuses.stats("jobs").failing()).isZero();
    }

    @Test
    void aStreamOfAStatusThatIsNotThereYetWaitsForIt() {
        StatusUrl url = register(SourceSettings.builder().missing(SourceSettings.Missing.WAIT));
        source.says(MISSING);
        assertThat(admit(url, null)).isEqualTo(Admission.STREAM);
        assertThat(statuses.snapshot(url)).isCompletedWithValue(new Snapshot.Missing());
        RecordingOutlet client = join(url);
        ticker.advance(Duration.ofMinutes(10));
        assertThat(client.isFinished()).isFalse();
        source.says(RUNNING);
        ticker.advance(EVERY);
        assertTypes(client, "update");
    }

    @Test
    void nobodyWaitsWhereAStatusThatIsMissingIsRefused() {
        StatusUrl url = register(SourceSettings.builder().missing(SourceSettings.Missing.NOT_FOUND));
        source.says(MISSING);
        assertThat(admit(url, null)).isEqualTo(Admission.MISSING);
        join(url).awaitEnd();
        assertThat(statuses.watches()).isZero();
    }

    @Test
    void aStatusThatCanNeverBeIsNotWaitedFor() {
        StatusUrl url = register(SourceSettings.builder().missing(SourceSettings.Missing.WAIT));
        source.says(new Reading.Gone());
        assertThat(admit(url, null)).isEqualTo(Admission.MISSING);
    }

    @Test
    void aPageMayComeBeforeTheFirstPut() {
        statuses.registerPushed("builds", SourceSettings.builder().build());
        StatusUrl url = statuses.url("builds", Map.of());
        assertThat(admit(url, null)).isEqualTo(Admission.STREAM);
        RecordingOutlet client = join(url);
        assertThat(statuses.snapshot(url)).isCompletedWithValue(new Snapshot.Missing());
        statuses.set("builds", Map.of(), ScriptedSource.json(RUNNING));
        assertTypes(client, "update");
    }

    @Test
    void aPushedSourceMayRefuseStreamsBeforeTheFirstPut() {
        statuses.registerPushed(
                "builds",
                SourceSettings.builder()
                        .missing(SourceSettings.Missing.NOT_FOUND)
                        .build());
        StatusUrl url = statuses.url("builds", Map.of());
        assertThat(admit(url, null)).isEqualTo(Admission.MISSING);
        join(url).awaitEnd();
        statuses.set("builds", Map.of(), ScriptedSource.json(RUNNING));
        assertThat(admit(url, null)).isEqualTo(Admission.STREAM);
    }
}
