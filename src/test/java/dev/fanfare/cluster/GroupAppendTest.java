package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Outcome;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupAppendTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ManualTicker ticker = new ManualTicker();
    private final FakeSharedLog engine = new FakeSharedLog(ticker);
    private final FakeSharedLog.Node node = attached(engine.node());
    private final GroupAppend group = new GroupAppend(node, ticker, TIMEOUT, Runnable::run);

    private static FakeSharedLog.Node attached(FakeSharedLog.Node node) {
        node.attach(Known.NOTHING);
        return node;
    }

    private CompletableFuture<Outcome> append(String... texts) {
        return group.append(SharedLogContract.texts(texts)).toCompletableFuture();
    }

    private static Throwable failure(CompletionStage<?> stage) {
        return stage.<Throwable>handle((done, error) -> error)
                .toCompletableFuture()
                .getNow(new AssertionError("not answered"));
    }

    @Test
    void answersWithThePositionOfTheFirstEvent() {
        assertThat(append("a", "b")).isCompletedWithValue(new Appended(1));
        assertThat(append("c")).isCompletedWithValue(new Appended(3));
    }

    @Test
    void whatArrivesWhileABatchIsUnderWayGoesTogether() {
        Slow slow = new Slow();
        GroupAppend slowly = new GroupAppend(slow, ticker, TIMEOUT, Runnable::run);

        for (int i = 0; i < 5000; i++) {
            slowly.append(SharedLogContract.texts("e" + i));
        }
        assertThat(slow.batches).containsExactly(1);
        slow.answer();
        assertThat(slow.batches).containsExactly(1, GroupAppend.MOST_IN_BATCH);
        slow.answer();
        assertThat(slow.batches).containsExactly(1, GroupAppend.MOST_IN_BATCH, 4999 - GroupAppend.MOST_IN_BATCH);
        slow.answer();
        assertThat(slow.sequences).containsExactly(1L, 2L, 3L);
        assertThat(slowly.stats()).isEqualTo(new GroupAppend.Stats(3, 5000, 0, 0, 0));
    }

    @Test
    void aBatchEndsBeforeItHasTooManyBytes() {
        Slow slow = new Slow();
        GroupAppend slowly = new GroupAppend(slow, ticker, TIMEOUT, Runnable::run);
        Publication large = Publication.of(List.of(new byte[400 << 10]));
        Publication huge = Publication.of(List.of(new byte[3 << 20]));

        for (Publication each : List.of(large, large, large, large, huge, large)) {
            slowly.append(each);
        }
        for (int i = 0; i < 5; i++) {
            slow.answer();
        }

        assertThat(slow.batches).containsExactly(1, 2, 1, 1, 1);
    }

    @Test
    void storesABatchOnceWhoseAnswerWasLost() {
        engine.loseAnswers(2);
        CompletableFuture<Outcome> stage = append("a");
        assertThat(stage).isNotDone();

        ticker.advance(Duration.ofSeconds(1));

        assertThat(stage).isCompletedWithValue(new Appended(1));
        assertThat(append("b")).isCompletedWithValue(new Appended(2));
        assertThat(group.stats().retries()).isEqualTo(2);
    }

    @Test
    void aShortAbsenceOfTheEngineIsAPauseAndNoFailure() {
        engine.goAway();
        List<CompletableFuture<Outcome>> stages = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            stages.add(append("e" + i));
        }
        ticker.advance(Duration.ofSeconds(4));
        assertThat(stages).noneMatch(CompletableFuture::isDone);

        engine.comeBack();
        ticker.advance(GroupAppend.LONGEST_PAUSE);

        assertThat(stages.stream().map(CompletableFuture::join).toList())
                .isEqualTo(IntStream.rangeClosed(1, 10).mapToObj(Appended::new).toList());
    }

    @Test
    void asksRarelyWhileTheEngineIsAway() {
        engine.refuse(Integer.MAX_VALUE);
        append("a");
        ticker.advance(Duration.ofMillis(4900));

        assertThat(group.stats().retries()).isBetween(5L, 20L);
    }

    @Test
    void whoeverWasSurelyNotSentLearnsThat() {
        engine.goAway();
        CompletableFuture<Outcome> stage = append("a");

        ticker.advance(TIMEOUT);

        assertThat(failure(stage))
                .isInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("fanfare.cluster.timeout");
        engine.comeBack();
        ticker.advance(TIMEOUT);
        assertThat(engine.head()).isZero();
        assertThat(append("b")).isCompletedWithValue(new Appended(1));
    }

    @Test
    void onlyThoseWhoseTimeIsUpLeaveABatchThatWasNeverSent() {
        engine.goAway();
        append("first");
        ticker.advance(Duration.ofSeconds(3));
        CompletableFuture<Outcome> later = append("later");
        ticker.advance(Duration.ofSeconds(2));

        engine.comeBack();
        ticker.advance(GroupAppend.LONGEST_PAUSE);

        assertThat(later).isCompletedWithValue(new Appended(1));
        assertThat(engine.head()).isEqualTo(1);
    }

    @Test
    void whoeverMayBeStoredLearnsThat() {
        engine.loseAnswers(Integer.MAX_VALUE);
        CompletableFuture<Outcome> stage = append("a");

        ticker.advance(TIMEOUT);

        assertThat(failure(stage)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aBatchThatMayBeStoredKeepsItsContentWhileSomebodyWaits() {
        Slow slow = new Slow();
        GroupAppend slowly = new GroupAppend(slow, ticker, TIMEOUT, Runnable::run);
        slowly.append(SharedLogContract.texts("alone"));
        CompletableFuture<Outcome> early =
                slowly.append(SharedLogContract.texts("early")).toCompletableFuture();
        ticker.advance(Duration.ofSeconds(1));
        CompletableFuture<Outcome> late =
                slowly.append(SharedLogContract.texts("late")).toCompletableFuture();
        slow.answer();

        slow.fail(new OutcomeUnknown("lost"));
        ticker.advance(Duration.ofMillis(4500));
        assertThat(failure(early)).isInstanceOf(OutcomeUnknown.class);
        slow.answer();

        assertThat(late).isCompletedWithValue(new Appended(2));
        assertThat(slow.batches).containsExactly(1, 2, 2);
        assertThat(slow.sequences).containsExactly(1L, 2L, 2L);
    }

    @Test
    void aBatchThatNobodyWaitsForIsGivenUp() {
        Slow slow = new Slow();
        GroupAppend slowly = new GroupAppend(slow, ticker, TIMEOUT, Runnable::run);
        CompletableFuture<Outcome> first =
                slowly.append(SharedLogContract.texts("first")).toCompletableFuture();
        ticker.advance(TIMEOUT);
        assertThat(failure(first)).isInstanceOf(OutcomeUnknown.class);
        CompletableFuture<Outcome> second =
                slowly.append(SharedLogContract.texts("second")).toCompletableFuture();
        assertThat(slow.sequences).containsExactly(1L);

        slow.fail(new OutcomeUnknown("lost"));
        ticker.advance(GroupAppend.LONGEST_PAUSE);
        slow.answer();

        assertThat(second).isCompleted();
        assertThat(slow.sequences).containsExactly(1L, 2L);
    }

    @Test
    void refusesWhatWouldWaitBeyondTheBounds() {
        Slow slow = new Slow();
        GroupAppend slowly = new GroupAppend(slow, ticker, TIMEOUT, Runnable::run);
        for (int i = 0; i < GroupAppend.MOST_WAITING; i++) {
            slowly.append(SharedLogContract.texts("e"));
        }

        CompletionStage<Outcome> refused = slowly.append(SharedLogContract.texts("one more"));

        assertThat(failure(refused)).isInstanceOf(HistoryUnavailable.class);
        slow.answer();
        assertThat(slowly.append(SharedLogContract.texts("again")).toCompletableFuture())
                .isNotDone();
    }

    @Test
    void answersAllOnceItIsClosed() {
        Slow slow = new Slow();
        GroupAppend slowly = new GroupAppend(slow, ticker, TIMEOUT, Runnable::run);
        CompletableFuture<Outcome> sent =
                slowly.append(SharedLogContract.texts("sent")).toCompletableFuture();
        CompletableFuture<Outcome> waiting =
                slowly.append(SharedLogContract.texts("waiting")).toCompletableFuture();

        slowly.close();

        assertThat(failure(sent)).isInstanceOf(OutcomeUnknown.class);
        assertThat(failure(waiting)).isInstanceOf(HistoryUnavailable.class);
        assertThat(failure(slowly.append(SharedLogContract.texts("late")))).isInstanceOf(HistoryUnavailable.class);
    }

    /** Answers when a test says that it does. */
    private final class Slow extends ForwardingSharedLog {
        private final List<Integer> batches = new ArrayList<>();
        private final List<Long> sequences = new ArrayList<>();
        private List<Publication> batch = List.of();
        private CompletableFuture<List<Outcome>> stage = new CompletableFuture<>();

        Slow() {
            super(node);
        }

        @Override
        public CompletionStage<List<Outcome>> append(long sequence, List<Publication> publications) {
            batches.add(publications.size());
            sequences.add(sequence);
            batch = publications;
            stage = new CompletableFuture<>();
            return stage;
        }

        void answer() {
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 1; i <= batch.size(); i++) {
                outcomes.add(new Appended(i));
            }
            stage.complete(outcomes);
        }

        void fail(RuntimeException failure) {
            stage.completeExceptionally(failure);
        }
    }
}
