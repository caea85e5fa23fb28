package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.Page;
import dev.fanfare.testing.ForwardingHistory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A history whose stages a test completes: appends and reads are done at once, but followers and callers are told only when the test says so, in
 * whatever order. Thread-safe.
 */
public class ScriptedHistory extends ForwardingHistory {
    // Guarded by this.
    private final List<Runnable> appends = new ArrayList<>();
    private final ArrayDeque<Runnable> reads = new ArrayDeque<>();
    private @Nullable RuntimeException appendFailure;
    private @Nullable RuntimeException readFailure;
    private boolean throwing;
    private boolean holdsAppends;
    private boolean holdsReads;
    private int readCount;
    private Follower follower = Follower.NONE;

    public ScriptedHistory(History history) {
        super(history);
    }

    public synchronized void holdAppends() {
        holdsAppends = true;
    }

    public synchronized void holdReads() {
        holdsReads = true;
    }

    /** Lets the append with this index, in the order of the log, be complete; in the caller's thread. */
    public void completeAppend(int index) {
        Runnable append;
        synchronized (this) {
            append = appends.get(index);
        }
        append.run();
    }

    /** Lets all reads that wait be complete, and those that come. */
    public void completeReads() {
        List<Runnable> due;
        synchronized (this) {
            holdsReads = false;
            due = new ArrayList<>(reads);
            reads.clear();
        }
        due.forEach(Runnable::run);
    }

    public synchronized int heldReads() {
        return reads.size();
    }

    public synchronized int readCount() {
        return readCount;
    }

    /** Has appends fail; null lets them succeed again. */
    public synchronized void failAppends(@Nullable RuntimeException failure) {
        appendFailure = failure;
    }

    /** Has reads fail; thrown, or as the outcome of the stage. Null lets them succeed again. */
    public synchronized void failReads(@Nullable RuntimeException failure, boolean thrown) {
        readFailure = failure;
        throwing = thrown;
    }

    @Override
    public CompletionStage<Long> append(List<Event> events) {
        CompletableFuture<Long> told = new CompletableFuture<>();
        synchronized (this) {
            if (appendFailure != null) {
                return CompletableFuture.failedStage(appendFailure);
            }
            long first = super.append(events).toCompletableFuture().join();
            if (holdsAppends) {
                appends.add(() -> tell(first, events, told));
                return told;
            }
            tell(first, events, told);
        }
        return told;
    }

    private void tell(long first, List<Event> events, CompletableFuture<Long> told) {
        follower.events(first - 1, first, events);
        told.complete(first);
    }

    @Override
    public synchronized void follow(Follower next) {
        follower = follower.and(next);
    }

    @Override
    public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        CompletableFuture<Page> told = new CompletableFuture<>();
        synchronized (this) {
            readCount++;
            if (readFailure != null) {
                if (throwing) {
                    throw readFailure;
                }
                return CompletableFuture.failedStage(readFailure);
            }
            Page page = super.read(after, selectors, maxEvents)
                    .toCompletableFuture()
                    .join();
            if (holdsReads) {
                reads.add(() -> told.complete(page));
                return told;
            }
            told.complete(page);
        }
        return told;
    }
}
