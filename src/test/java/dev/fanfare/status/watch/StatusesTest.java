package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.Reading;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.Status;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusesTest {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final Statuses statuses = new Statuses(loops, () -> 1.0);
    private final ScriptedSource source = new ScriptedSource();

    @BeforeEach
    void register() {
        statuses.register("jobs", source, settings().build());
    }

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
    }

    private static SourceSettings.Builder settings() {
        return SourceSettings.builder().params("job").end("/state=done,failed");
    }

    private StatusUrl url(String job) {
        return statuses.url("jobs", Map.of("job", List.of(job)));
    }

    private RecordingOutlet join(String job) {
        return join(job, null);
    }

    private RecordingOutlet join(String job, @Nullable String lastEventId) {
        assertThat(admit(job, lastEventId)).isEqualTo(Admission.STREAM);
        RecordingOutlet outlet = new RecordingOutlet();
        statuses.join(url(job), lastEventId, outlet, reason -> {});
        outlet.awaitText(":\nretry: ");
        return outlet;
    }

    private @Nullable Admission admit(String job, @Nullable String lastEventId) {
        return statuses.admit(url(job), lastEventId).toCompletableFuture().getNow(null);
    }

    private @Nullable Snapshot snapshot(String job) {
        return statuses.snapshot(url(job)).toCompletableFuture().getNow(null);
    }

    private static String id(String json) {
        return ChangeRule.ANY.idOf(ScriptedSource.json(json));
    }

    private static Received update(String json) {
        return new Received(id(json), "update", json);
    }

    private static Received end(String json) {
        return new Received("end-" + id(json), "end", json);
    }

    private void leave(RecordingOutlet outlet) {
        int before = loops.openStreams();
        outlet.leave();
        await().until(() -> loops.openStreams() < before);
    }

    private static final String QUEUED = "{\"state\":\"queued\"}";
    private static final String RUNNING = "{\"state\":\"running\"}";
    private static final String DONE = "{\"state\":\"done\"}";

    @Test
    void theFirstClientGetsTheStatusAfterOnePoll() {
        source.says(QUEUED);
        RecordingOutlet client = join("1");
        client.awaitEvents(1);
        assertThat(client.text())
                .matches(":\nretry: [3-6][0-9]{4}\nevent: update\nid: "
                        + Pattern.quote(id(QUEUED) + "\ndata: " + QUEUED + "\n\n"));
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void onePollServesAllWhoWatchTheSame() {
        source.says(QUEUED);
        List<RecordingOutlet> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(join("1"));
        }
        assertThat(source.reads()).isEqualTo(1);
        source.says(RUNNING);
        ticker.advance(EVERY);
        assertThat(source.reads()).isEqualTo(2);
        clients.forEach(client -> {
            client.awaitEvents(2);
            assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING));
        });
        assertThat(statuses.watches()).isEqualTo(1);
    }

    @Test
    void anUpdateComesOnlyWhenTheValueHasChanged() {
        source.says("{\"a\":1,\"b\":2}");
        RecordingOutlet client = join("1");
        source.says("{ \"b\" : 2.0 , \"a\" : 1 }");
        ticker.advance(EVERY);
        source.says("{\"a\":1,\"b\":3}");
        ticker.advance(EVERY);
        client.awaitEvents(2);
        assertThat(client.events()).containsExactly(update("{\"a\":1,\"b\":2}"), update("{\"a\":1,\"b\":3}"));
    }

    @Test
    void whatIsIgnoredIsNoChangeButIsInTheData() {
        ScriptedSource clocked = new ScriptedSource().says("{\"at\":1,\"n\":1}");
        statuses.register(
                "clocked", clocked, SourceSettings.builder().ignore("/at").build());
        StatusUrl url = statuses.url("clocked", Map.of());
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, null, client, reason -> {});
        client.awaitEvents(1);
        clocked.says("{\"at\":2,\"n\":1}");
        ticker.advance(EVERY);
        clocked.says("{\"at\":3,\"n\":2}");
        ticker.advance(EVERY);
        client.awaitEvents(2);
        assertThat(client.events())
                .extracting(Received::data)
                .containsExactly("{\"at\":1,\"n\":1}", "{\"at\":3,\"n\":2}");
    }

    @Test
    void aClientThatHasTheCurrentStatusGetsNothingUntilItChanges() {
        source.says(QUEUED);
        RecordingOutlet client = join("1", id(QUEUED));
        ticker.advance(EVERY);
        source.says(RUNNING);
        ticker.advance(EVERY);
        client.awaitEvents(1);
        assertThat(client.events()).containsExactly(update(RUNNING));
    }

    @Test
    void aClientWithAnyOtherIdGetsTheCurrentStatusOnce() {
        source.says(RUNNING);
        RecordingOutlet client = join("1", id(QUEUED));
        ticker.advance(EVERY.multipliedBy(3));
        client.awaitEvents(1);
        assertThat(client.events()).containsExactly(update(RUNNING));
    }

    @Test
    void theEndFollowsTheLastUpdateAndTheStreamsEnd() {
        source.says(RUNNING);
        RecordingOutlet client = join("1");
        source.says(DONE);
        ticker.advance(EVERY);
        client.awaitEnd();
        assertThat(client.events()).containsExactly(update(RUNNING), update(DONE), end(DONE));
        ticker.advance(Duration.ofSeconds(30));
        assertThat(source.reads()).as("an ended status is not polled").isEqualTo(2);
    }

    @Test
    void whoComesLateGetsTheFinalUpdateAndTheEnd() {
        source.says(DONE);
        RecordingOutlet first = join("1");
        RecordingOutlet second = join("1", id(DONE));
        first.awaitEnd();
        second.awaitEnd();
        assertThat(first.events()).containsExactly(update(DONE), end(DONE));
        assertThat(second.events()).containsExactly(end(DONE));
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void aClientThatNamesTheEndOfAStatusThatGoesOnGetsTheCurrentOne() {
        source.says(RUNNING);
        RecordingOutlet client = join("1", "end-" + id(RUNNING));
        client.awaitEvents(1);
        assertThat(client.events()).containsExactly(update(RUNNING));
    }

    @Test
    void aClientThatNamesTheEndIsToldThatItIsOver() {
        source.says(DONE);
        join("1").awaitEnd();
        assertThat(admit("1", "end-" + id(DONE))).isEqualTo(Admission.OVER);
        assertThat(admit("1", "end-" + id(RUNNING))).isEqualTo(Admission.STREAM);
    }

    @Test
    void afterTheWatchWasForgottenOnePollTellsWhetherItIsOver() {
        source.says(DONE);
        assertThat(admit("1", "end-" + id(DONE))).isEqualTo(Admission.OVER);
        ticker.advance(Duration.ofSeconds(61));
        assertThat(statuses.watches()).isZero();
        assertThat(admit("1", "end-" + id(DONE))).isEqualTo(Admission.OVER);
        assertThat(source.reads()).isEqualTo(2);
        ticker.advance(Duration.ofSeconds(61));
        source.says(QUEUED);
        assertThat(admit("1", "end-" + id(DONE))).as("the job runs again").isEqualTo(Admission.STREAM);
    }

    @Test
    void anEndedStatusIsForgottenHoweverManyComeLate() {
        source.says(DONE);
        for (int i = 0; i < 10; i++) {
            join("1").awaitEnd();
            ticker.advance(Duration.ofSeconds(10));
        }
        assertThat(source.reads()).isEqualTo(2);
    }

    @Test
    void aStatusThatTheSourceDoesNotKnowIsMissingAndKeepsNoPlace() {
        source.says(new Reading.Gone());
        assertThat(admit("1", null)).isEqualTo(Admission.MISSING);
        assertThat(snapshot("1")).isEqualTo(new Snapshot.Missing());
        assertThat(statuses.watches()).isZero();
    }

    @Test
    void aStatusThatGoesHasEndedWithTheLastOneKnown() {
        source.says(RUNNING);
        RecordingOutlet client = join("1");
        source.says(new Reading.Gone());
        ticker.advance(EVERY);
        client.awaitEnd();
        assertThat(client.events()).containsExactly(update(RUNNING), end(RUNNING));
        assertThat(admit("1", "end-" + id(RUNNING))).isEqualTo(Admission.OVER);
    }

    @Test
    void whileTheSourceFailsAStreamOpensAndWaits() {
        source.fails(new SourceFailure("answers with status 500"));
        RecordingOutlet client = join("1");
        source.says(RUNNING);
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEvents(3);
        assertThat(client.events()).extracting(Received::type).containsExactly("stale", "fresh", "update");
        assertThat(client.events()).endsWith(update(RUNNING));
    }

    @Test
    void aStreamThatWaitedEndsIfThereIsNoSuchStatus() {
        source.fails(new SourceFailure("answers with status 500"));
        RecordingOutlet client = join("1");
        source.says(new Reading.Gone());
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEnd();
        assertThat(client.events()).extracting(Received::type).containsExactly("stale", "fresh");
        assertThat(admit("1", null)).isEqualTo(Admission.MISSING);
    }

    @Test
    void aSnapshotOfAFailingSourceSaysWhyAndWhenItIsAskedAgain() {
        source.fails(new SourceFailure("answers with status 500"));
        assertThat(snapshot("1")).isInstanceOfSatisfying(Snapshot.Failing.class, failing -> {
            assertThat(failing.reason()).isEqualTo("answers with status 500");
            assertThat(failing.retryAfter()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
        });
        assertThat(snapshot("1")).as("answered without another poll").isInstanceOf(Snapshot.Failing.class);
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void whatAForeignExceptionSaysIsNotForClients() {
        source.fails(new IllegalStateException("jdbc:secret"));
        assertThat(snapshot("1"))
                .isInstanceOfSatisfying(
                        Snapshot.Failing.class,
                        failing -> assertThat(failing.reason()).doesNotContain("secret"));
    }

    @Test
    void aSourceThatThrowsFailsLikeOneThatSaysSo() {
        source.answers(() -> {
            throw new IllegalArgumentException("no");
        });
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Failing.class);
    }

    @Test
    void aReadThatEndsInAnErrorIsAFailureAndTheSourceIsAskedAgain() {
        source.answers(() -> {
            throw new NoClassDefFoundError("a.Driver");
        });
        RecordingOutlet client = join("1");
        source.answers(() -> CompletableFuture.failedStage(new OutOfMemoryError("no room")));
        ticker.advance(EVERY.multipliedBy(2));
        assertThat(source.reads()).isEqualTo(2);
        source.says(RUNNING);
        ticker.advance(EVERY.multipliedBy(4));
        client.awaitEvents(3);
        assertThat(client.events()).endsWith(update(RUNNING));
        assertThat(statuses.stats("jobs").failed()).isEqualTo(2);
    }

    @Test
    void aStatusThatCantBePassedOnIsAFailureAndTheSourceIsAskedAgain() {
        source.says(new Reading.Value(unreadable(), null, Duration.ZERO));
        RecordingOutlet client = join("1");
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Failing.class);
        source.says(RUNNING);
        ticker.advance(EVERY.multipliedBy(2));
        client.awaitEvents(3);
        assertThat(client.events()).endsWith(update(RUNNING));
    }

    /** A value of a foreign JSON library with a fault. */
    private static JsonValue unreadable() {
        return new JsonValue() {
            @Override
            public ValueType getValueType() {
                throw new NoSuchMethodError("of another version");
            }

            @Override
            public String toString() {
                return "1";
            }
        };
    }

    @Test
    void theLastStatusStaysWhileTheSourceFails() {
        source.says(RUNNING);
        RecordingOutlet first = join("1");
        source.fails(new SourceFailure("answers with status 500"));
        ticker.advance(EVERY.multipliedBy(4));
        RecordingOutlet second = join("1");
        second.awaitEvents(2);
        assertThat(second.events()).startsWith(update(RUNNING)).hasSize(2);
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Known.class);
        assertThat(first.isFinished()).isFalse();
    }

    @Test
    void aFailingSourceIsAskedEverMoreSeldomUntilItWorks() {
        source.fails(new SourceFailure("answers with status 500"));
        join("1");
        List<Long> gaps = new ArrayList<>();
        long last = 0;
        for (int reads = source.reads(); gaps.size() < 6; ) {
            ticker.advance(Duration.ofMillis(100));
            if (source.reads() > reads) {
                reads = source.reads();
                gaps.add(Math.round((ticker.nanos() - last) / 1e9));
                last = ticker.nanos();
            }
        }
        assertThat(gaps).containsExactly(6L, 12L, 24L, 48L, 60L, 60L);
        source.says(RUNNING);
        ticker.advance(Duration.ofSeconds(60));
        int before = source.reads();
        ticker.advance(EVERY.multipliedBy(3));
        assertThat(source.reads()).isEqualTo(before + 3);
    }

    @Test
    void theSourceSaysWhenItWantsToBeAskedAgain() {
        source.fails(new SourceFailure("answers with status 503", "503", Duration.ofSeconds(90), null));
        join("1");
        ticker.advance(Duration.ofSeconds(89));
        assertThat(source.reads()).isEqualTo(1);
        source.says(new Reading.Value(ScriptedSource.json(RUNNING), "v", Duration.ofSeconds(40)));
        ticker.advance(Duration.ofSeconds(1));
        assertThat(source.reads()).isEqualTo(2);
        ticker.advance(Duration.ofSeconds(39));
        assertThat(source.reads()).isEqualTo(2);
        source.says(new Reading.Unchanged(Duration.ZERO));
        ticker.advance(Duration.ofSeconds(1));
        assertThat(source.reads()).isEqualTo(3);
        assertThat(source.lastValidator()).isEqualTo("v");
        ticker.advance(EVERY);
        assertThat(source.reads()).isEqualTo(4);
    }

    @Test
    void readsOfAWatchNeverOverlapEvenIfTheyTakeLongerThanTheTimeout() {
        List<CompletableFuture<Reading>> stages = new ArrayList<>();
        source.answers(() -> {
            CompletableFuture<Reading> stuck = new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean mayInterrupt) {
                    return false;
                }
            };
            stages.add(stuck);
            return stuck;
        });
        CompletableFuture<Admission> admission = statuses.admit(url("1"), null).toCompletableFuture();
        assertThat(admission).isNotDone();
        ticker.advance(Duration.ofSeconds(5));
        assertThat(admission).isCompletedWithValue(Admission.STREAM);
        RecordingOutlet client = join("1");
        ticker.advance(Duration.ofMinutes(10));
        assertThat(source.reads()).isEqualTo(1);
        stages.get(0).complete(Reading.of(ScriptedSource.json(QUEUED)));
        source.says(RUNNING);
        ticker.advance(Duration.ofMinutes(1));
        client.awaitEvents(3);
        assertThat(client.events())
                .as("what came too late does not count")
                .extracting(Received::type)
                .containsExactly("stale", "fresh", "update");
        assertThat(client.events()).endsWith(update(RUNNING));
        assertThat(source.mostOpen()).isEqualTo(1);
    }

    @Test
    void aWatchWhoseReadIsStuckIsNotReplacedByOneThatReadsBesideIt() {
        CompletableFuture<Reading> stuck = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return false;
            }
        };
        source.answers(() -> stuck);
        assertThat(admit("1", null)).isNull();
        ticker.advance(Duration.ofMinutes(5));
        assertThat(admit("1", null)).isEqualTo(Admission.STREAM);
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void aReadThatTakesTooLongIsCancelled() {
        List<CompletableFuture<Reading>> stages = new ArrayList<>();
        source.answers(() -> {
            stages.add(new CompletableFuture<>());
            return stages.get(stages.size() - 1);
        });
        assertThat(snapshot("1")).isNull();
        ticker.advance(Duration.ofSeconds(5));
        assertThat(stages.get(0)).isCancelled();
        assertThat(snapshot("1"))
                .isInstanceOfSatisfying(
                        Snapshot.Failing.class,
                        failing -> assertThat(failing.reason()).isEqualTo("does not answer in time"));
    }

    @Test
    void watchesThatBeginTogetherDoNotPollTogether() {
        try (Statuses spread = new Statuses(loops, () -> 0.0)) {
            spread.register("jobs", source.says(QUEUED), settings().build());
            spread.join(spread.url("jobs", Map.of("job", List.of("1"))), null, new RecordingOutlet(), reason -> {});
            ticker.advance(Duration.ofMillis(2500));
            assertThat(source.reads()).isEqualTo(2);
            ticker.advance(Duration.ofMillis(4900));
            assertThat(source.reads()).isEqualTo(2);
            ticker.advance(Duration.ofMillis(100));
            assertThat(source.reads()).isEqualTo(3);
        }
    }

    @Test
    void whatNobodyWatchesIsForgottenAlsoWhileTheWholeSourceIsDown() {
        source.fails(SourceFailure.outage("can't be reached", "refused", Duration.ZERO, null));
        for (int i = 0; i < 30; i++) {
            assertThat(snapshot("" + i)).isInstanceOf(Snapshot.Failing.class);
        }
        assertThat(source.reads()).isEqualTo(PolledSource.MOST_FAILING);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(statuses.watches()).isZero();
        assertThat(statuses.stats("jobs").failing()).isZero();
        ticker.advance(Duration.ofHours(1));
        assertThat(source.reads()).isEqualTo(PolledSource.MOST_FAILING);
    }

    @Test
    void whoWaitsInTheQueueOfASlowSourceIsToldSoAndNotThatTheServiceStops() {
        statuses.register("slow", source, settings().maxPolls(1).build());
        source.answers(CompletableFuture::new);
        statuses.snapshot(statuses.url("slow", Map.of("job", List.of("1"))));
        CompletableFuture<Snapshot> queued = statuses.snapshot(statuses.url("slow", Map.of("job", List.of("2"))))
                .toCompletableFuture();
        ticker.advance(EVERY.multipliedBy(2));
        assertThat(queued).isDone();
        assertThat(queued.join()).isInstanceOf(Snapshot.Failing.class);
    }

    @Test
    void pollingEndsSomeTimeAfterTheLastClientHasLeft() {
        source.says(QUEUED);
        RecordingOutlet first = join("1");
        ticker.advance(EVERY);
        leave(first);
        ticker.advance(Duration.ofSeconds(30));
        int reads = source.reads();
        RecordingOutlet second = join("1");
        second.awaitEvents(1);
        assertThat(source.reads()).as("known, so no poll on joining").isEqualTo(reads);
        leave(second);
        ticker.advance(Duration.ofSeconds(59));
        assertThat(statuses.watches()).isEqualTo(1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(statuses.watches()).isZero();
        reads = source.reads();
        ticker.advance(Duration.ofMinutes(10));
        assertThat(source.reads()).isEqualTo(reads);
    }

    @Test
    void aSnapshotAloneIsOnePoll() {
        source.says(QUEUED);
        assertThat(snapshot("1"))
                .isEqualTo(
                        new Snapshot.Known(new Status(id(QUEUED), QUEUED, false), ManualTicker.BEGIN, Duration.ZERO));
        assertThat(snapshot("1")).isInstanceOf(Snapshot.Known.class);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(source.reads()).isEqualTo(1);
        assertThat(statuses.watches()).isZero();
    }

    private StatusUrl few(String job) {
        return statuses.url("few", Map.of("job", List.of(job)));
    }

    private RecordingOutlet joinFew(String job) {
        assertThat(statuses.admit(few(job), null)).isCompletedWithValue(Admission.STREAM);
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(few(job), null, client, reason -> {});
        client.awaitEvents(1);
        return client;
    }

    private List<String> watchesOfFew() {
        return statuses.watches("few").stream()
                .map(watch -> watch.url().params().get("job"))
                .toList();
    }

    @Test
    void moreWatchesThanTheLimitAreRefusedWhileAllHaveClients() {
        statuses.register("few", source, settings().maxWatches(1).build());
        source.says(QUEUED);
        RecordingOutlet first = joinFew("1");
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.FULL);
        assertThat(statuses.snapshot(few("2"))).isCompletedWithValue(new Snapshot.Full(Duration.ofSeconds(30)));
        RecordingOutlet refused = new RecordingOutlet();
        statuses.join(few("2"), null, refused, reason -> {});
        refused.awaitEnd();
        leave(first);
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.STREAM);
    }

    @Test
    void aClientThatNeedsAWatchGetsTheSlotOfTheOneThatHasLingeredLongest() {
        statuses.register("few", source, settings().maxWatches(3).build());
        source.says(QUEUED);
        leave(joinFew("1"));
        leave(joinFew("2"));
        joinFew("3");
        leave(joinFew("1"));
        joinFew("4");
        assertThat(watchesOfFew()).containsExactly("1", "3", "4");
        leave(joinFew("5"));
        assertThat(watchesOfFew()).containsExactly("3", "4", "5");
    }

    @Test
    void streamsThatWereOpenedAndClosedRefuseNobody() {
        statuses.register("few", source, settings().maxWatches(50).build());
        source.says(QUEUED);
        for (int i = 0; i < 200; i++) {
            leave(joinFew("" + i));
        }
        assertThat(statuses.stats("few").watches()).isEqualTo(50);
        assertThat(statuses.stats("few").failing()).isZero();
    }

    @Test
    void aWatchWithAnOpenQuestionIsNotGivenUp() {
        statuses.register("few", source, settings().maxWatches(1).build());
        CompletableFuture<Reading> slow = new CompletableFuture<>();
        source.answers(() -> slow);
        CompletableFuture<Snapshot> first = statuses.snapshot(few("1")).toCompletableFuture();
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.FULL);
        slow.complete(Reading.of(ScriptedSource.json(QUEUED)));
        assertThat(first.join()).isInstanceOf(Snapshot.Known.class);
        source.says(QUEUED);
        assertThat(statuses.admit(few("2"), null)).isCompletedWithValue(Admission.STREAM);
    }

    @Test
    void endedPushedStatusesDoNotCountAgainstTheLimitAndStayFew() {
        statuses.registerPushed("few", settings().maxWatches(2).build());
        for (int i = 0; i < 100; i++) {
            Map<String, String> params = Map.of("job", "" + i);
            assertThat(statuses.set("few", params, ScriptedSource.json(RUNNING)))
                    .isCompleted();
            assertThat(statuses.end("few", params)).isCompletedWithValue(true);
        }
        assertThat(statuses.stats("few").watches()).isLessThanOrEqualTo(2);
    }

    @Test
    void clientsThatWatchWhatNobodySetsDoNotKeepPublishersOut() {
        statuses.registerPushed("few", settings().maxWatches(2).build());
        for (int i = 0; i < 2; i++) {
            statuses.join(few("made-up-" + i), null, new RecordingOutlet(), reason -> {});
        }
        assertThat(statuses.admit(few("made-up-3"), null)).isCompletedWithValue(Admission.FULL);
        assertThat(statuses.set("few", Map.of("job", "1"), ScriptedSource.json(RUNNING)))
                .isCompleted();
        assertThat(statuses.set("few", Map.of("job", "made-up-1"), ScriptedSource.json(RUNNING)))
                .isCompleted();
        assertThatThrownBy(() -> statuses.set("few", Map.of("job", "3"), ScriptedSource.json(RUNNING)))
                .isInstanceOf(TooManyWatches.class)
                .hasMessageContaining("fanfare.limits.watches");
    }

    @Test
    void aStatusThatIsSetJustAfterSomebodyAskedForItStays() {
        statuses.registerPushed("builds", settings().build());
        StatusUrl url = statuses.url("builds", Map.of("job", List.of("1")));
        assertThat(statuses.snapshot(url)).isCompletedWithValue(new Snapshot.Missing());
        statuses.set("builds", Map.of("job", "1"), ScriptedSource.json(RUNNING));
        ticker.advance(Duration.ofDays(1));
        assertThat(statuses.snapshot(url).toCompletableFuture().join()).isInstanceOf(Snapshot.Known.class);
    }

    @Test
    void failingAndRecoveringIsOneLineEachHoweverManyPollsFail() {
        List<String> lines = new ArrayList<>();
        Logger logger = Logger.getLogger(SourceHealth.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getLevel() + " " + line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setLevel(Level.INFO);
        try {
            source.fails(new SourceFailure("answers with status 500"));
            join("secret-1");
            join("secret-2");
            ticker.advance(Duration.ofMinutes(10));
            source.says(QUEUED);
            ticker.advance(Duration.ofMinutes(2));
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .startsWith("WARNING")
                .contains("'jobs'", "status 500")
                .doesNotContain("secret");
        assertThat(lines.get(1)).startsWith("INFO").contains("'jobs' works again");
    }

    @Test
    void aPushedStatusReachesThoseWhoWatchIt() {
        statuses.registerPushed("builds", settings().build());
        Map<String, String> params = Map.of("job", "1");
        StatusUrl url = statuses.url("builds", Map.of("job", List.of("1")));
        assertThat(statuses.admit(url, null)).as("it waits").isCompletedWithValue(Admission.STREAM);
        statuses.set("builds", params, ScriptedSource.json(QUEUED));
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url, null, client, reason -> {});
        statuses.set("builds", params, ScriptedSource.json(QUEUED));
        statuses.set("builds", params, ScriptedSource.json(RUNNING));
        assertThat(statuses.end("builds", params)).isCompletedWithValue(true);
        assertThat(statuses.end("builds", params)).isCompletedWithValue(false);
        client.awaitEnd();
        assertThat(client.events()).containsExactly(update(QUEUED), update(RUNNING), end(RUNNING));
        statuses.set("builds", params, ScriptedSource.json(QUEUED));
        assertThat(statuses.admit(url, "end-" + id(RUNNING)))
                .as("it begins anew")
                .isCompletedWithValue(Admission.STREAM);
    }

    @Test
    void aPushedStatusStaysUntilItHasEnded() {
        statuses.registerPushed("builds", settings().maxWatches(1).build());
        statuses.set("builds", Map.of("job", "1"), JsonValue.TRUE);
        ticker.advance(Duration.ofDays(10));
        assertThat(statuses.watches()).isEqualTo(1);
        assertThatThrownBy(() -> statuses.set("builds", Map.of("job", "2"), JsonValue.TRUE))
                .isInstanceOf(TooManyWatches.class);
        statuses.end("builds", Map.of("job", "1"));
        ticker.advance(Duration.ofSeconds(61));
        assertThat(statuses.watches()).isZero();
        assertThat(statuses.end("builds", Map.of("job", "9"))).isCompletedWithValue(false);
    }

    @Test
    void askingForPushedStatusesThatNobodySetKeepsNoPlaces() {
        statuses.registerPushed("builds", settings().build());
        for (int i = 0; i < 100; i++) {
            statuses.snapshot(statuses.url("builds", Map.of("job", List.of("" + i))));
        }
        ticker.advance(Duration.ofSeconds(10));
        assertThat(statuses.watches()).isZero();
    }

    @Test
    void onlyPushedStatusesCanBeSet() {
        assertThatThrownBy(() -> statuses.set("jobs", Map.of("job", "1"), JsonValue.TRUE))
                .hasMessageContaining("polled");
        assertThatThrownBy(() -> statuses.end("nope", Map.of())).isInstanceOf(UnknownSource.class);
    }

    @Test
    void namesOfSourcesAreCheckedAndUnique() {
        for (String name : List.of("stream", "", "Jobs", "1a", "a_b", "a/b")) {
            assertThatThrownBy(() -> statuses.register(name, source, settings().build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        assertThatThrownBy(() -> statuses.registerPushed("jobs", settings().build()))
                .hasMessageContaining("two status sources 'jobs'");
    }

    @Test
    void aUrlIsTheTopicWithSortedAndEncodedParameters() {
        statuses.register(
                "two", source, SourceSettings.builder().params("b", "a").build());
        assertThat(statuses.url("two", Map.of("b", List.of("ü/ &"), "a", List.of("1"), "form", List.of("x", "y")))
                        .topic()
                        .value())
                .isEqualTo("/status/two?a=1&b=%C3%BC%2F%20%26");
        statuses.register("none", source, SourceSettings.builder().build());
        assertThat(statuses.url("none", Map.of())).hasToString("/status/none");
    }

    @Test
    void parametersThatAreWrongAreRefusedWithWhatWouldBeRight() {
        statuses.register(
                "strict",
                source,
                SourceSettings.builder()
                        .params("id")
                        .patterns(Map.of("id", Pattern.compile("[0-9]+")))
                        .build());
        assertRefused(Map.of(), "'id' is missing; 'strict' takes id");
        assertRefused(Map.of("id", List.of("1"), "x", List.of("1")), "no parameter 'x'; 'strict' takes id");
        assertRefused(Map.of("id", List.of("1", "1")), "given 2 times");
        assertRefused(Map.of("id", List.of("")), "no value");
        assertRefused(Map.of("id", List.of("1".repeat(1025))), "1025 bytes");
        assertRefused(Map.of("id", List.of("1x")), "does not match [0-9]+");
        assertRefused(Map.of("x".repeat(5000), List.of("1")), "…");
        assertThatThrownBy(() -> url("\ud800")).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> statuses.url("nope", Map.of()))
                .isInstanceOf(UnknownSource.class)
                .hasMessageContaining("'nope'");
    }

    /** One that tries each way to cut a thousand signs into thirty pieces would try for ages. */
    @Test
    void aPatternThatIsTooCostlyForAValueRefusesItAndTheLogSaysSoOnce() {
        statuses.register(
                "strict",
                source,
                SourceSettings.builder()
                        .params("id")
                        .patterns(Map.of("id", Pattern.compile("(.*a){30}")))
                        .build());
        try (RecordedLog log = new RecordedLog(ParamsReader.class.getName())) {
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
                for (int i = 0; i < 3; i++) {
                    assertRefused(Map.of("id", List.of("a".repeat(1000) + "!")), "does not match (.*a){30}");
                }
            });
            assertThat(log.count(Level.WARNING)).isEqualTo(1);
        }
    }

    private void assertRefused(Map<String, List<String>> query, String message) {
        assertThatThrownBy(() -> statuses.url("strict", query))
                .isInstanceOf(ParamsRefused.class)
                .hasMessageContaining(message);
    }

    @Test
    void halfASurrogatePairReachesClientsAsItCame() {
        source.says("{\"name\":\"\\ud800\"}");
        RecordingOutlet client = join("1");
        client.awaitEvents(1);
        assertThat(client.events().get(0).data()).isEqualTo("{\"name\":\"\\ud800\"}");
    }

    @Test
    void aStatusMayChangeItsType() {
        source.says("{\"n\":1}");
        RecordingOutlet client = join("1");
        for (String next : List.of("[1]", "\"1\"", "1", "null", "true", "{}")) {
            source.says(next);
            ticker.advance(Duration.ofSeconds(6));
        }
        client.awaitEvents(7);
        assertThat(client.events())
                .extracting(Received::data)
                .containsExactly("{\"n\":1}", "[1]", "\"1\"", "1", "null", "true", "{}");
    }

    @Test
    void aSourceThatComesAndGoesAtEachPollIsToldInTurnAndEndsWithItsNewestStatus() {
        source.says("0");
        RecordingOutlet client = join("1");
        for (int i = 1; i <= 100; i++) {
            source.fails(new SourceFailure("answers with status 500"));
            ticker.advance(Duration.ofSeconds(6));
            source.says("" + i);
            ticker.advance(Duration.ofSeconds(12));
        }
        client.awaitEvents(301);
        assertThat(client.events().subList(1, 301)).extracting(Received::type).startsWith("stale", "fresh", "update");
        assertThat(client.events().get(300).data()).isEqualTo("100");
    }

    @Test
    void closingStopsPollsAndTellsThoseWhoWait() {
        source.answers(CompletableFuture::new);
        CompletableFuture<Admission> waiting = statuses.admit(url("1"), null).toCompletableFuture();
        statuses.close();
        assertThat(waiting).isCompletedExceptionally();
        assertThatThrownBy(() -> statuses.admit(url("1"), null)).isInstanceOf(IllegalStateException.class);
        ticker.advance(Duration.ofHours(1));
        assertThat(source.reads()).isEqualTo(1);
    }

    @Test
    void aClientThatReadsNothingForAWhileGetsTheNewestStatusAndTheEnd() {
        source.says("{\"n\":0}");
        RecordingOutlet client = join("1");
        client.awaitEvents(1);
        client.refuse();
        for (int i = 1; i <= 5; i++) {
            source.says("{\"n\":" + i + "}");
            ticker.advance(EVERY);
        }
        source.says(DONE);
        ticker.advance(EVERY);
        client.accept();
        client.awaitEnd();
        assertThat(client.events()).endsWith(update(DONE), end(DONE)).doesNotHaveDuplicates();
    }
}
