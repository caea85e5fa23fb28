package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.MemoryHistory;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.log.History;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.LogMode;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ForwardingHistory;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RecordingOutlet.Received;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statuses that were pushed before this process began, in a history that fails at times. */
class KeptStatusesTest {
    private static final Map<String, String> JOB = Map.of("job", "1");
    private static final JsonValue QUEUED = ScriptedSource.json("{\"state\":\"queued\"}");
    private static final JsonValue RUNNING = ScriptedSource.json("{\"state\":\"running\"}");

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final FailingHistory history = new FailingHistory(new MemoryHistory(HistorySettings.DEFAULTS, ticker));
    private final Hub hub = new Hub(history, loops, HubSettings.of(LogMode.RESUMABLE, 1000, 1 << 20));
    private Statuses statuses = statuses();

    private Statuses statuses() {
        Statuses made = new Statuses(loops, 1000, 1 << 20, hub, history, () -> 1.0);
        made.registerPushed("builds", SourceSettings.builder().params("job").build());
        return made;
    }

    @BeforeEach
    void pushBeforeTheRestart() {
        assertThat(statuses.set("builds", JOB, QUEUED)).isCompleted();
        statuses.close();
        statuses = statuses();
    }

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
        history.close();
    }

    private StatusUrl url() {
        return statuses.url("builds", Map.of("job", List.of("1")));
    }

    private CompletableFuture<Snapshot> snapshot() {
        return statuses.snapshot(url()).toCompletableFuture();
    }

    private RecordingOutlet join() {
        RecordingOutlet client = new RecordingOutlet();
        statuses.join(url(), null, client, reason -> {});
        return client;
    }

    private void assertTold(JsonValue status) {
        assertThat(snapshot().join())
                .isInstanceOfSatisfying(
                        Snapshot.Known.class,
                        known -> assertThat(known.status().json()).isEqualTo(status.toString()));
    }

    @Test
    void aStatusIsLookedUpAgainForWhoAsksAfterTheHistoryHasFailed() {
        history.failing = true;
        assertThat(snapshot().join()).isInstanceOf(Snapshot.Failing.class);
        assertThat(snapshot().join()).isInstanceOf(Snapshot.Failing.class);
        history.failing = false;
        assertTold(QUEUED);
        assertThat(statuses.stats("builds").failing()).isZero();
        assertThat(statuses.end("builds", JOB)).isCompletedWithValue(true);
    }

    @Test
    void whoAsksWhileTheHistoryIsAskedWaitsForItsAnswer() {
        CompletableFuture<Optional<LogEntry>> slow = new CompletableFuture<>();
        history.answer = slow;
        CompletableFuture<Snapshot> first = snapshot();
        CompletableFuture<Snapshot> second = snapshot();
        slow.completeExceptionally(new HistoryUnavailable("locked"));
        assertThat(first.join()).isInstanceOf(Snapshot.Failing.class);
        assertThat(second.join()).isInstanceOf(Snapshot.Failing.class);
        assertThat(history.asked).isEqualTo(1);
    }

    @Test
    void aStreamGetsTheStatusWithoutAnotherRequestOnceTheHistoryWorks() {
        history.failing = true;
        RecordingOutlet client = join();
        client.awaitEvents(1);
        ticker.advance(Duration.ofSeconds(12));
        history.failing = false;
        ticker.advance(Duration.ofSeconds(5));
        client.awaitEvents(3);
        assertThat(client.events()).extracting(Received::type).containsExactly("stale", "fresh", "update");
        assertThat(client.events().get(1).data()).contains("\"asOf\":\"" + ManualTicker.BEGIN);
        int asked = history.asked;
        ticker.advance(Duration.ofMinutes(1));
        assertThat(history.asked).as("known, so not asked any more").isEqualTo(asked);
    }

    @Test
    void theHistoryIsLeftAloneOnceNobodyWaitsForTheStatus() {
        history.failing = true;
        assertThat(snapshot().join()).isInstanceOf(Snapshot.Failing.class);
        ticker.advance(Duration.ofHours(1));
        assertThat(history.asked).isEqualTo(1);
        assertThat(statuses.watches()).isZero();
    }

    @Test
    void thatNothingWasPushedIs404AgainAfterTheHistoryHasFailed() {
        history.failing = true;
        StatusUrl nothing = statuses.url("builds", Map.of("job", List.of("9")));
        assertThat(statuses.snapshot(nothing).toCompletableFuture().join()).isInstanceOf(Snapshot.Failing.class);
        history.failing = false;
        assertThat(statuses.snapshot(nothing)).isCompletedWithValue(new Snapshot.Missing());
    }

    @Test
    void aStatusSetMeanwhileIsNotStaleForAFailureOfTheHistory() {
        CompletableFuture<Optional<LogEntry>> slow = new CompletableFuture<>();
        history.answer = slow;
        RecordingOutlet client = join();
        statuses.set("builds", JOB, RUNNING);
        slow.completeExceptionally(new HistoryUnavailable("locked"));
        assertTold(RUNNING);
        RecordingOutlet late = join();
        late.awaitEvents(1);
        client.awaitEvents(1);
        assertThat(client.events()).extracting(Received::type).containsExactly("update");
        assertThat(late.events()).extracting(Received::type).containsExactly("update");
        assertThat(history.asked).isEqualTo(1);
    }

    @Test
    void anEndFailsWhileNobodyKnowsWhetherThereIsAStatus() {
        history.failing = true;
        CompletableFuture<Boolean> ended = statuses.end("builds", JOB).toCompletableFuture();
        assertThatThrownBy(ended::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(SourceFailure.class);
        history.failing = false;
        assertThat(statuses.end("builds", JOB)).isCompletedWithValue(true);
    }

    @Test
    void ofSeveralSetsThatWaitForTheHistoryOnlyTheNewestIsKeptAndAllAreDoneWithIt() {
        long before = history.head();
        history.held = new CompletableFuture<>();
        List<CompletableFuture<Void>> sets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sets.add(statuses.set("builds", JOB, ScriptedSource.json("{\"step\":" + i + "}"))
                    .toCompletableFuture());
        }
        assertThat(sets).noneMatch(CompletableFuture::isDone);

        history.held.complete(null);

        assertThat(sets).allMatch(CompletableFuture::isDone).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(history.head() - before)
                .as("the first, and the newest of those that waited")
                .isEqualTo(2);
        assertTold(ScriptedSource.json("{\"step\":999}"));
    }

    @Test
    void setsThatWaitForTheHistoryAreBoundedAndTheOthersAreRefused() {
        history.held = new CompletableFuture<>();
        int refused = 0;
        for (int i = 0; i < 70_000; i++) {
            CompletableFuture<Void> set =
                    statuses.set("builds", JOB, ScriptedSource.json("" + i)).toCompletableFuture();
            if (set.isCompletedExceptionally()) {
                refused++;
                assertThatThrownBy(set::join).hasCauseInstanceOf(HistoryUnavailable.class);
            }
        }
        assertThat(refused).isEqualTo(70_000 - 65_536);

        history.held.complete(null);

        assertTold(ScriptedSource.json("65535"));
        assertThat(statuses.set("builds", JOB, RUNNING)).isCompleted();
    }

    @Test
    void setsOfManyStatusesThatWaitAreBoundedByTheirBytes() {
        history.held = new CompletableFuture<>();
        JsonValue large = ScriptedSource.json("\"" + "x".repeat(1 << 20) + "\"");
        List<CompletableFuture<Void>> sets = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            sets.add(statuses.set("builds", Map.of("job", "" + i), large).toCompletableFuture());
        }
        assertThat(sets.subList(0, 63)).noneMatch(CompletableFuture::isDone);
        assertThat(sets.subList(63, 70)).allMatch(CompletableFuture::isCompletedExceptionally);
        history.held.complete(null);
        assertThat(sets.subList(0, 63)).allMatch(set -> set.isDone() && !set.isCompletedExceptionally());
    }

    @Test
    void aStatusThatEndsIsNotPassedOverForANewerOne() {
        statuses.registerPushed(
                "deploys", SourceSettings.builder().end("/state=done").build());
        history.held = new CompletableFuture<>();
        long before = history.head();
        for (String state : List.of("running", "done", "queued")) {
            statuses.set("deploys", Map.of(), ScriptedSource.json("{\"state\":\"" + state + "\"}"));
        }
        history.held.complete(null);
        assertThat(history.head() - before).isEqualTo(3);
    }

    /** A node that lags behind the log ends what it knows, and another one may have ended it too. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void whatEndedInALogOfSeveralNodesIsTheNewestThatWasSetThere(int ends) {
        statuses.close();
        history.shared = true;
        keep("update", RUNNING);
        for (int i = 0; i < ends; i++) {
            keep("end", QUEUED);
        }
        statuses = statuses();

        RecordingOutlet client = join();

        client.awaitEvents(2);
        assertThat(client.events()).extracting(Received::type).containsExactly("update", "end");
        assertThat(client.data()).containsOnly(RUNNING.toString());
    }

    private void keep(String type, JsonValue status) {
        assertThat(hub.publish(Event.builder()
                        .topic(url().topic().value())
                        .isPrivate(true)
                        .type(type)
                        .comment("as-of " + ManualTicker.BEGIN)
                        .data(status.toString())
                        .build()))
                .isCompleted();
    }

    /** A history whose look-ups of the newest event fail when a test says so. Tests call it from one thread. */
    private static final class FailingHistory extends ForwardingHistory {
        boolean failing;
        boolean shared;
        CompletableFuture<Optional<LogEntry>> answer = new CompletableFuture<>();
        volatile CompletableFuture<?> held = CompletableFuture.completedFuture(null);
        int asked;

        FailingHistory(History kept) {
            super(kept);
            answer.complete(Optional.empty());
        }

        @Override
        public boolean isShared() {
            return shared;
        }

        @Override
        public CompletionStage<Long> append(List<Event> events) {
            return held.thenCompose(released -> super.append(events));
        }

        @Override
        public CompletionStage<Optional<LogEntry>> last(Topic topic) {
            asked++;
            if (failing) {
                return CompletableFuture.failedStage(new HistoryUnavailable("locked"));
            }
            return answer.isDone() ? super.last(topic) : answer;
        }
    }
}
