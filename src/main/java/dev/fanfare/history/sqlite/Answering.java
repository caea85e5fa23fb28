package dev.fanfare.history.sqlite;

import dev.fanfare.log.Follower;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what was committed to the follower, and their positions to publishers, in the order of the log and on a thread of its
 * own. Batches are handed over by one thread at a time. Thread-safe.
 */
final class Answering {
    private static final System.Logger LOG = System.getLogger(Answering.class.getName());
    private static final int ENDING_SECONDS = 5;

    private final Consumer<List<PendingAppend>> answered;
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread completer = new Thread(task, "fanfare-history-done");
                completer.setDaemon(true);
                return completer;
            });

    private volatile Follower follower = Follower.NONE;

    /** @param answered hears of each batch after its publishers */
    Answering(Consumer<List<PendingAppend>> answered) {
        this.answered = answered;
    }

    /** See {@link dev.fanfare.log.History#follow}. */
    synchronized void follow(Follower next) {
        follower = follower.and(next);
    }

    /** Starts the thread if it is not; may fail for want of threads. */
    void start() {
        thread.prestartCoreThread();
    }

    /**
     * Answers a batch.
     *
     * @param first the position of its first event
     * @param failure why it was not committed; null if it was
     */
    void answer(List<PendingAppend> batch, long first, @Nullable RuntimeException failure) {
        try {
            thread.execute(() -> answerNow(batch, first, failure));
        } catch (RejectedExecutionException | OutOfMemoryError e) { // closed, or no memory to hand it over
            answerNow(batch, first, failure);
        }
    }

    private void answerNow(List<PendingAppend> batch, long first, @Nullable RuntimeException failure) {
        long position = first;
        for (PendingAppend append : batch) {
            try {
                if (failure != null) {
                    append.stage().completeExceptionally(failure);
                } else {
                    follower.events(position - 1, position, append.what().published());
                    append.stage().complete(position);
                }
            } catch (RuntimeException | Error e) { // want of memory, mostly, in what hangs on the stage
                append.stage().completeExceptionally(e);
                GroupCommit.logSafely("An append was not answered well", e);
            }
            position += append.what().events().size();
        }
        answered.accept(batch);
    }

    /** Ends the thread when all that was handed over is answered, and waits for that. */
    void end() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(ENDING_SECONDS, TimeUnit.SECONDS)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The code that runs after an append takes long; the history no longer waits for it");
        }
    }
}
