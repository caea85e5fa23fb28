package dev.fanfare.history.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingAppendsTest {
    private final PendingAppends appends = new PendingAppends();

    private PendingAppend enter(PreparedAppend what) {
        PendingAppend append = new PendingAppend(what, what.bytes(), 0, new CompletableFuture<>());
        appends.enter(append);
        return append;
    }

    private PendingAppend enter(String data) {
        Event event = Event.builder().topic("t").data(data).build();
        return enter(PreparedAppend.of(List.of(event), null));
    }

    private PendingAppend enterChange() {
        return enter(PreparedAppend.of(new PreparedAppend.Change(-1, "note")));
    }

    @Test
    void aBatchHasTheOldestThatFitIntoItsBytesAndAtLeastOne() {
        PendingAppend first = enter("x".repeat(1000));
        PendingAppend second = enter("y");
        PendingAppend third = enter("z".repeat(1000));

        assertThat(appends.take(10)).containsExactly(first);
        assertThat(appends.take(1030)).containsExactly(second);
        assertThat(appends.take(1050)).containsExactly(third);
        assertThat(appends.take(1050)).isEmpty();
    }

    @Test
    void aChangeIsAloneInItsBatch() {
        PendingAppend before = enter("a");
        PendingAppend change = enterChange();
        PendingAppend after = enter("b");

        assertThat(appends.take(Long.MAX_VALUE)).containsExactly(before);
        assertThat(appends.take(Long.MAX_VALUE)).containsExactly(change);
        assertThat(appends.take(Long.MAX_VALUE)).containsExactly(after);
    }

    @Test
    void aBatchIsWaitedForThatIsAsLargeAsTheLastOne() {
        enter("a");
        assertThat(appends.isAwaited()).isTrue();
        enter("b");
        enter("c");
        assertThat(appends.take(Long.MAX_VALUE)).hasSize(3);

        enter("d");
        assertThat(appends.isAwaited()).isTrue();
        enter("e");
        assertThat(appends.isAwaited()).isFalse();
        assertThat(appends.isBatchWaiting()).isFalse();
        enter("f");
        assertThat(appends.isAwaited()).isTrue();
        assertThat(appends.isBatchWaiting()).isTrue();
    }

    @Test
    void whatACommitHasTakenCountsUntilItIsAnswered() {
        PendingAppend first = enter("a");
        PendingAppend second = enter("b");
        List<PendingAppend> batch = appends.take(first.bytes());
        assertThat(appends.size()).isEqualTo(2);
        assertThat(appends.begun()).containsExactly(first);
        assertThat(appends.oldest()).isSameAs(first);

        appends.answered(batch);
        assertThat(appends.size()).isEqualTo(1);
        assertThat(appends.begun()).isEmpty();
        assertThat(appends.oldest()).isSameAs(second);
        assertThat(appends.giveUpWaiting()).containsExactly(second);
        assertThat(appends.isAnyWaiting()).isFalse();
    }

    @Test
    void itIsFullByNumberAndByBytesButTakesOneOfAnySize() {
        assertThat(appends.isFullFor(Long.MAX_VALUE / 2)).isFalse();
        enter("a");
        assertThat(appends.isFullFor(1000)).isFalse();
        assertThat(appends.isFullFor(1L << 40)).isTrue();
        while (appends.size() < PendingAppends.MOST) {
            assertThat(appends.isFullFor(1)).isFalse();
            enter("");
        }
        assertThat(appends.isFullFor(0)).isTrue();
    }
}
