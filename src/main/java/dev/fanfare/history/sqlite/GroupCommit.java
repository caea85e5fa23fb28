package dev.fanfare.history.sqlite;

import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.stream.Ticker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * One thread commits. While the disk is busy with one commit, appends gather, and the next commit takes them all. Publishers
 * that wait for their answers before they go on come back together shortly after a commit; a commit that started with
 * the first of them would leave the others to wait for the next. So it waits for as many as there were the last time, but no
 * longer than a part of what a commit takes.
 *
 * A second thread completes the stages, in the order of the log, so that what hangs on them (encoding, dispatch) goes on
 * beside the next commit.
 *
 *   append() -> waiting -> [fanfare-history] one transaction, synchronous=FULL -> [fanfare-history-done] stages
 *
 * A commit that fails is undone by closing the connection; the next one opens another. Only what was committed is counted in
 * `head`, so the positions of a failed commit are given out again, and what a failing disk has stored nevertheless is taken
 * back on opening.
 */
/** Appends events by few, shared commits, and sees to what becomes of the file. Thread-safe. */
final class GroupCommit {
    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
    private static final int MAX_WAITING_APPENDS = 65_536;
    private static final long MAX_WAITING_BYTES = 64L << 20;
    private static final int MAX_BATCH_APPENDS = 4096;
    private static final long MAX_GATHER_NANOS = 1_000_000;
    private static final Duration UPKEEP_EVERY = Duration.ofSeconds(1);
    private static final int CLOSE_SECONDS = 5;

    private record Append(PreparedAppend what, long bytes, CompletableFuture<Long> stage) {}

    private final SqliteKeeper keeper;
    private final Ticker ticker;
    private final Thread thread = new Thread(this::run, "fanfare-history");
    private final ThreadPoolExecutor done =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread completer = new Thread(task, "fanfare-history-done");
                completer.setDaemon(true);
                return completer;
            });

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    // Guarded by lock. What is waited for includes appends whose stages are not complete yet.
    private final ArrayDeque<Append> waiting = new ArrayDeque<>();
    private int unanswered;
    private long unansweredBytes;
    private int wanted = 1;
    private boolean upkeepDue;
    private boolean started;
    private boolean closed;
    private Ticker.@Nullable Alarm alarm;

    // Confined to the thread.
    private long gatherNanos;

    GroupCommit(SqliteKeeper keeper, Ticker ticker) {
        this.keeper = keeper;
        this.ticker = ticker;
        thread.setDaemon(true);
    }

    /** Completes with the position of the first event; see {@link dev.fanfare.log.History#append}. */
    CompletionStage<Long> append(PreparedAppend what) {
        long bytes = what.bytes();
        Append append = new Append(what, bytes, new CompletableFuture<>());
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedStage(
                        new IllegalStateException("The history is closed; it takes no more events"));
            }
            if (unanswered >= MAX_WAITING_APPENDS || (unanswered > 0 && unansweredBytes + bytes > MAX_WAITING_BYTES)) {
                return CompletableFuture.failedStage(new HistoryUnavailable(
                        unanswered + " publishers wait for the history's disk; try again when there are fewer"));
            }
            start();
            unanswered++;
            unansweredBytes += bytes;
            waiting.add(append);
            if (waiting.size() == 1 || waiting.size() == wanted) {
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
        return append.stage();
    }

    /** Starts the threads if they are not; upkeep begins with it. */
    void start() {
        lock.lock();
        try {
            if (!started && !closed) { // each of these may fail for want of threads; then the next call tries again
                done.prestartCoreThread();
                setAlarm();
                thread.start();
                started = true;
            }
        } finally {
            lock.unlock();
        }
    }

    private void setAlarm() {
        alarm = ticker.schedule(UPKEEP_EVERY, this::noteUpkeep);
    }

    private void noteUpkeep() {
        lock.lock();
        try {
            if (!closed) {
                upkeepDue = true;
                arrived.signal();
                setAlarm();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            List<Append> batch = take();
            if (!batch.isEmpty()) {
                commit(batch);
            } else if (isOver()) {
                return;
            }
            upkeep();
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return closed && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** What waits, oldest first; nothing if there is upkeep to do, or this is closed. */
    private List<Append> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !upkeepDue && !closed) {
                arrived.awaitUninterruptibly();
            }
            gather();
            List<Append> batch = new ArrayList<>();
            long bytes = 0;
            Append next;
            while (batch.size() < MAX_BATCH_APPENDS && (next = waiting.peek()) != null) {
                if (!batch.isEmpty() && bytes + next.bytes() > keeper.maxBatchBytes()) {
                    break;
                }
                batch.add(waiting.remove());
                bytes += next.bytes();
            }
            wanted = Math.max(1, batch.size());
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void gather() {
        if (waiting.isEmpty() || waiting.size() >= wanted) {
            return;
        }
        long left = gatherNanos;
        try {
            while (left > 0 && waiting.size() < wanted && !closed) {
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // Nobody's sign to end, close() is; so the commit begins at once.
            LOG.log(System.Logger.Level.DEBUG, "Somebody interrupted the history's thread", e);
        }
    }

    private void commit(List<Append> batch) {
        long begin = System.nanoTime();
        long first;
        try {
            first = keeper.commit(batch.stream().map(Append::what).toList());
        } catch (SQLException | RuntimeException | Error e) {
            HistoryUnavailable unavailable = keeper.failed(e);
            answer(batch, append -> append.stage().completeExceptionally(unavailable));
            return;
        }
        gatherNanos = Math.min(MAX_GATHER_NANOS, (System.nanoTime() - begin) / 4);
        long[] position = {first};
        answer(batch, append -> {
            append.stage().complete(position[0]);
            position[0] += append.what().events().size();
        });
    }

    private interface Answer {
        void to(Append append);
    }

    private void answer(List<Append> batch, Answer answer) {
        try {
            done.execute(() -> answerNow(batch, answer));
        } catch (RejectedExecutionException e) { // it has been closed, and did not wait for a disk that is so slow
            answerNow(batch, answer);
        }
    }

    private void answerNow(List<Append> batch, Answer answer) {
        long bytes = 0;
        for (Append append : batch) {
            answer.to(append);
            bytes += append.bytes();
        }
        lock.lock();
        try {
            unanswered -= batch.size();
            unansweredBytes -= bytes;
        } finally {
            lock.unlock();
        }
    }

    /** One step of what is due. */
    private void upkeep() {
        lock.lock();
        try {
            if (!upkeepDue) {
                return;
            }
            upkeepDue = false; // it may become due again meanwhile
        } finally {
            lock.unlock();
        }
        boolean more = false;
        try {
            more = keeper.upkeep();
        } catch (SQLException | RuntimeException | Error e) {
            keeper.failed(e);
        }
        lock.lock();
        try {
            upkeepDue |= more;
        } finally {
            lock.unlock();
        }
    }

    /** Commits what waits, completes its stages and ends the threads. Appending afterwards fails. */
    void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            arrived.signal();
            if (alarm != null) {
                alarm.cancel();
            }
        } finally {
            lock.unlock();
        }
        boolean interrupted = Thread.interrupted(); // no reason to lose what waits
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            done.shutdown();
            if (thread.isAlive() || !done.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "The history's disk is slow; its last events may be lost");
            }
        } catch (InterruptedException e) {
            interrupted = true;
            done.shutdown();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
