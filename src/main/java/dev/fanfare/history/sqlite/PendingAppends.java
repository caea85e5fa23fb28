package dev.fanfare.history.sqlite;

import dev.fanfare.stream.HeapShare;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The appends that are not answered yet, oldest first: those that a commit has taken, and behind them those that wait for the
 * next one. Bounded by number and bytes. Not thread-safe: its owner's lock guards it.
 */
final class PendingAppends {
    static final int MOST = 65_536;
    static final int MOST_OF_A_BATCH = 4096;
    private static final long MOST_BYTES = HeapShare.of(8, 64L << 20);

    private final ArrayDeque<PendingAppend> waiting = new ArrayDeque<>();

    /** Those that wait among them. */
    private final ArrayDeque<PendingAppend> unanswered = new ArrayDeque<>();

    private long bytes;
    private int wanted = 1;

    /** Those that are not answered. */
    int size() {
        return unanswered.size();
    }

    /** Whether there is no room for this many bytes more. */
    boolean isFullFor(long more) {
        return unanswered.size() >= MOST || (!unanswered.isEmpty() && bytes + more > MOST_BYTES);
    }

    /** Takes one in, as a whole or not at all if memory runs out. */
    void enter(PendingAppend append) {
        unanswered.add(append);
        try {
            waiting.add(append);
        } catch (RuntimeException | Error e) {
            unanswered.removeLast();
            throw e;
        }
        bytes += append.bytes();
    }

    boolean isAnyWaiting() {
        return !waiting.isEmpty();
    }

    /** Whether as many wait as there were in the last batch. */
    boolean isBatchWaiting() {
        return waiting.size() >= wanted;
    }

    /** Whether the append that has just entered is one for which the committing thread may wait. */
    boolean isAwaited() {
        return waiting.size() == 1 || waiting.size() == wanted;
    }

    /** The next batch, oldest first; a change is alone in its batch. Empty if none wait. */
    List<PendingAppend> take(long maxBytes) {
        // All the memory that is needed, before anything leaves the queue.
        List<PendingAppend> batch = new ArrayList<>(Math.min(MOST_OF_A_BATCH, waiting.size()));
        long taken = 0;
        PendingAppend next;
        while (batch.size() < MOST_OF_A_BATCH && (next = waiting.peek()) != null) {
            boolean isAlone = next.what().change() != null;
            if (!batch.isEmpty() && (isAlone || taken + next.bytes() > maxBytes)) {
                break;
            }
            batch.add(waiting.remove());
            taken += next.bytes();
            if (isAlone) {
                break;
            }
        }
        wanted = Math.max(1, batch.size());
        return batch;
    }

    /** The oldest ones, which were a batch, are answered. */
    void answered(List<PendingAppend> batch) {
        for (PendingAppend append : batch) {
            if (unanswered.poll() != null) {
                bytes -= append.bytes();
            }
        }
    }

    /** The one that has been here longest; null if all are answered. */
    @Nullable
    PendingAppend oldest() {
        return unanswered.peek();
    }

    /** Those that a commit has taken. */
    List<PendingAppend> begun() {
        return unanswered.stream().limit(unanswered.size() - waiting.size()).toList();
    }

    /** Those that wait, which no commit takes any more. */
    List<PendingAppend> giveUpWaiting() {
        List<PendingAppend> givenUp = List.copyOf(waiting);
        waiting.clear();
        return givenUp;
    }
}
