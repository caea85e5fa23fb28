package dev.fanfare.history.sqlite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.Follower;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.stream.Ticker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * One thread commits. While the disk is busy with one commit, appends gather, and the next commit takes them all. Publishers
 * that wait for their answers before they go on come back together shortly after a commit; a commit that started with
 * the first of them would leave the others to wait for the next. So it waits for as many as there were the last time, but no
 * longer than a part of what a commit takes.
 *
 * A second thread tells the follower and completes the stages, in the order of the log, so that what hangs on them (encoding,
 * dispatch) goes on beside the next commit.
 *
 *   append() -> waiting -> [fanfare-history] one transaction, synchronous=FULL -> [fanfare-history-done] stages
 *
 * A commit that fails is undone by closing the connection; the next one opens another. Only what was committed is counted in
 * `head`, so the positions of a failed commit are given out again, and what a failing disk has stored nevertheless is taken
 * back on opening.
 *
 * The committing thread outlives every failure, want of memory among them: whatever strikes it, the batch that it holds is
 * answered and it goes on. Should it end nevertheless, the alarm that sees to upkeep starts another.
 */
/** Appends events by few, shared commits, and sees to what becomes of the file. Thread-safe. */
final class GroupCommit {
    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
    private static final long MAX_GATHER_NANOS = 1_000_000;
    private static final Duration UPKEEP_EVERY = Duration.ofSeconds(1);
    private static final long PAUSE_AFTER_ERROR_NANOS = 100_000_000;

    /** A disk that takes longer than this for what it was given is one that hangs. */
    static final Duration LONGEST_COMMIT = Duration.ofSeconds(5);

    private final Disk disk;
    private final Ticker ticker;
    private final Answering answering = new Answering(this::answered);

    /** Made beforehand, since there may be no memory to make one. */
    private final HistoryUnavailable failedTwice =
            new HistoryUnavailable("An append failed, and so did finding out why; there may be too little memory");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    @GuardedBy("lock")
    private final PendingAppends appends = new PendingAppends();

    @GuardedBy("lock")
    private boolean upkeepDue;

    @GuardedBy("lock")
    private boolean upkeepRuns;

    /** Since when the disk has been at a step of upkeep, while it is. */
    @GuardedBy("lock")
    private long upkeepSinceNanos;

    @GuardedBy("lock")
    private boolean closed;

    @GuardedBy("lock")
    private @Nullable Thread thread;

    @GuardedBy("lock")
    private Ticker.@Nullable Alarm alarm;

    // Confined to the thread.
    private long gatherNanos;

    GroupCommit(Disk disk, Ticker ticker) {
        this.disk = disk;
        this.ticker = ticker;
    }

    /** See {@link dev.fanfare.log.History#follow}. */
    void follow(Follower next) {
        answering.follow(next);
    }

    /** Completes with the position of the first event; see {@link dev.fanfare.log.History#append}. */
    CompletionStage<Long> append(PreparedAppend what) {
        long bytes = what.bytes();
        PendingAppend append = new PendingAppend(what, bytes, ticker.nanos(), new CompletableFuture<>());
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedStage(
                        new IllegalStateException("The history is closed; it takes no more events"));
            }
            if (appends.isFullFor(bytes)) {
                return CompletableFuture.failedStage(new HistoryUnavailable(
                        appends.size() + " publishers wait for the history's disk; try again when there are fewer"));
            }
            startLocked();
            appends.enter(append);
            if (appends.isAwaited()) {
                arrived.signal();
            }
        } catch (OutOfMemoryError e) { // nor threads; the next call tries again
            return CompletableFuture.failedStage(
                    new HistoryUnavailable("There is too little memory, or no thread, to append", e));
        } finally {
            lock.unlock();
        }
        return append.stage();
    }

    /** Starts the threads if they are not; upkeep begins with it. */
    void start() {
        lock.lock();
        try {
            startLocked();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void startLocked() {
        if (thread != null || closed) {
            return;
        }
        // Each of these may fail for want of threads; then the next call tries again.
        answering.start();
        if (alarm == null) {
            setAlarm();
        }
        startThread();
    }

    @GuardedBy("lock")
    private void startThread() {
        Thread started = new Thread(this::run, "fanfare-history");
        started.setDaemon(true);
        started.start();
        thread = started;
    }

    @GuardedBy("lock")
    private void setAlarm() {
        alarm = ticker.schedule(UPKEEP_EVERY, this::noteUpkeep);
    }

    private void noteUpkeep() {
        lock.lock();
        try {
            if (!closed) {
                setAlarm();
                upkeepDue = true;
                arrived.signal();
                if (thread != null && !thread.isAlive()) {
                    LOG.log(System.Logger.Level.ERROR, "The history's thread has ended; another one takes its place");
                    startThread();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        boolean failed = false;
        while (true) {
            try {
                if (!step()) {
                    return;
                }
                failed = false;
            } catch (RuntimeException | Error e) { // a bug, or want of memory where there is no other guard
                if (!failed) {
                    logSafely("The history's thread goes on after an error", e);
                }
                failed = true;
                LockSupport.parkNanos(PAUSE_AFTER_ERROR_NANOS);
            }
        }
    }

    /** Logs an error where even that may fail. */
    static void logSafely(String message, Throwable error) {
        try {
            LOG.log(System.Logger.Level.ERROR, message, error);
        } catch (OutOfMemoryError again) {
            // There is nobody left to tell; what comes next may find memory again.
        }
    }

    /** Whether there is more to do. */
    private boolean step() {
        List<PendingAppend> batch = take();
        if (!batch.isEmpty()) {
            commit(batch);
        } else if (isOver()) {
            return false;
        }
        upkeep();
        return true;
    }

    private boolean isOver() {
        lock.lock();
        try {
            return closed && !appends.isAnyWaiting();
        } finally {
            lock.unlock();
        }
    }

    /** What waits, oldest first; nothing if there is upkeep to do, or this is closed. */
    private List<PendingAppend> take() {
        lock.lock();
        try {
            while (!appends.isAnyWaiting() && !upkeepDue && !closed) {
                arrived.awaitUninterruptibly();
            }
            gather();
            return appends.take(disk.maxBatchBytes());
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void gather() {
        if (!appends.isAnyWaiting() || appends.isBatchWaiting()) {
            return;
        }
        long left = gatherNanos;
        try {
            while (left > 0 && !appends.isBatchWaiting() && !closed) {
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // Nobody's sign to end, close() is; so the commit begins at once.
            LOG.log(System.Logger.Level.DEBUG, "The history's thread was interrupted", e);
        }
    }

    private void commit(List<PendingAppend> batch) {
        long first;
        try {
            long begin = ticker.nanos();
            PreparedAppend.Change change = batch.get(0).what().change();
            if (change != null) {
                disk.change(change);
                first = 0;
            } else {
                first = disk.commit(batch.stream().map(PendingAppend::what).toList());
            }
            gatherNanos = Math.min(MAX_GATHER_NANOS, (ticker.nanos() - begin) / 4);
        } catch (Throwable e) { // whatever it is, the batch is answered
            answering.answer(batch, 0, failed(e));
            return;
        }
        answering.answer(batch, first, null);
    }

    private RuntimeException failed(Throwable error) {
        try {
            return disk.failed(error);
        } catch (RuntimeException | Error e) {
            logSafely("A failure of the history could not be dealt with", e);
            return failedTwice;
        }
    }

    private void answered(List<PendingAppend> batch) {
        lock.lock();
        try {
            appends.answered(batch);
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
            upkeepRuns = true;
            upkeepSinceNanos = ticker.nanos();
        } finally {
            lock.unlock();
        }
        boolean more = false;
        try {
            more = disk.upkeep();
        } catch (SQLException | RuntimeException | Error e) {
            failed(e);
        } finally {
            lock.lock();
            try {
                upkeepDue |= more;
                upkeepRuns = false;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Why nothing is committed at present; null if the disk does what it was given, or is not known to hang. */
    @Nullable
    String fault() {
        lock.lock();
        try {
            PendingAppend oldest = appends.oldest();
            boolean appendIsLate = oldest != null && isLong(oldest.enteredNanos());
            boolean upkeepIsLate = upkeepRuns && isLong(upkeepSinceNanos);
            if (appendIsLate || upkeepIsLate) {
                return "the disk has not answered for more than " + LONGEST_COMMIT.toSeconds() + " s";
            }
            return isAliveLocked() ? null : "the thread that writes has ended";
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isLong(long sinceNanos) {
        return ticker.nanos() - sinceNanos > LONGEST_COMMIT.toNanos();
    }

    /** Whether the thread that writes is there, if it was started and not ended. */
    boolean isAlive() {
        lock.lock();
        try {
            return isAliveLocked();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isAliveLocked() {
        Thread started = thread;
        return closed || started == null || started.isAlive();
    }

    /** Takes no more appends; the threads end when what waits is committed and answered. */
    void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
            if (alarm != null) {
                alarm.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end of the threads, after {@link #close}. A disk that hangs is waited for, however long it does. */
    void awaitEnd() {
        Thread ending;
        lock.lock();
        try {
            ending = thread;
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (ending != null && ending.isAlive()) {
            try {
                ending.join();
            } catch (InterruptedException e) { // the file may not be closed while that thread uses it
                interrupted = true;
            }
        }
        try {
            answering.end();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers those whose appends a hanging disk has or may have: what waits is not begun any more. After {@link #close}. */
    void abandon() {
        List<PendingAppend> notBegun;
        List<PendingAppend> begun;
        lock.lock();
        try {
            begun = appends.begun();
            notBegun = appends.giveUpWaiting();
        } finally {
            lock.unlock();
        }
        begun.forEach(append -> append.stage()
                .completeExceptionally(new OutcomeUnknown("The history was closed while its disk was writing")));
        notBegun.forEach(append -> append.stage()
                .completeExceptionally(
                        new HistoryUnavailable("The history was closed before its disk had begun to write")));
    }
}
