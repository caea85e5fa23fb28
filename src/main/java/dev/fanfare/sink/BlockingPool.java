package dev.fanfare.sink;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * Most tasks take microseconds, so few threads do for thousands of clients. A task that blocks (a client that reads nothing)
 * must not hold up the others, so a thread that has been at one task for STUCK_MS no longer counts as one of the few, and
 * another takes its place. A watcher thread looks for that as long as tasks wait. Where it finds all stuck, it lets twice as
 * many move, so that thousands of clients that stall at once take up threads within a second or two, not a few per turn.
 *
 *   waiting tasks -> up to `allowance` threads that move + any number that are stuck, together at most threads.most()
 *
 * Where all threads there may be are stuck, tasks that can give way are told to, those that have been stuck for longest first,
 * as many as wait. Without that clients beyond the number of threads would hold up everybody.
 *
 * Only idle workers wait on the monitor, and after close() the one that closes. An idle worker counts until it has the
 * monitor again, and a task until it is taken; so where no more tasks wait than workers are idle, each has its own.
 */
/** Runs tasks that may block, without letting those that do hold up the others. Thread-safe; threads start when needed. */
public final class BlockingPool implements Executor, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BlockingPool.class.getName());
    private static final long STUCK_MS = 20;
    private static final long GIVES_WAY_AFTER_MS = 1000;
    private static final int MOST_AT_ONCE = 128;
    private static final long IDLE_MS = 10_000;
    private static final long CLOSE_MS = 500;

    /** A task that may block because one client takes nothing, and that can be ended for the sake of all others. */
    interface Yielding extends Runnable {
        /** Ends the task soon, and its client with it. Called while it runs, or just after, by another thread. Does not block. */
        void giveWay();
    }

    private final PoolThreads threads;
    private final InterruptRetries nudges = new InterruptRetries();
    private final int parallelism;
    private final long idleMs;
    // A thread would else inherit that of whoever happens to need it, and CDI containers tell applications apart by it.
    private final ClassLoader contextLoader = Thread.currentThread().getContextClassLoader();

    @GuardedBy("this")
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private final Set<Worker> workers = new HashSet<>();

    @GuardedBy("this")
    private int idle;

    @GuardedBy("this")
    private int stuck;

    @GuardedBy("this")
    private int allowance;

    @GuardedBy("this")
    private int taken;

    @GuardedBy("this")
    private boolean watching;

    /** The thread that watches, to be woken; null before it runs. */
    @GuardedBy("this")
    private @Nullable Thread watcher;

    @GuardedBy("this")
    private boolean isShort;

    @GuardedBy("this")
    private boolean isFull;

    @GuardedBy("this")
    private boolean closed;

    /** A pool that fits this machine. */
    public BlockingPool() {
        this(PoolThreads.ofThisMachine(), Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), IDLE_MS);
    }

    /**
     * A pool.
     *
     * @param parallelism how many threads that are not stuck there are as long as some move
     * @param idleMs how long a thread without a task stays
     */
    BlockingPool(PoolThreads threads, int parallelism, long idleMs) {
        this.threads = threads;
        this.parallelism = parallelism;
        this.allowance = parallelism;
        this.idleMs = idleMs;
    }

    /** Runs the task in a thread of the pool, soon; once the pool is closed, in one that ends with it. */
    @Override
    public synchronized void execute(Runnable task) {
        // Also after close(): somebody may wait for the answer that this task writes, and this thread may hold locks,
        // so
        // it can't run the task itself.
        waiting.add(task);
        boolean isTaken = idle >= waiting.size();
        if (isTaken) {
            notify();
        } else {
            isTaken = addWorkerIfFew();
        }
        if (!closed || !isTaken) { // a container complains of threads that are there after the end
            watchIfNobodyDoes();
        }
    }

    /** Calls the nudge from time to time until it is done, also when the pool is closed. */
    synchronized void nudge(InterruptRetries.Nudge nudge, long delayMs) {
        nudges.add(nudge, delayMs);
        watchIfNobodyDoes();
    }

    @GuardedBy("this")
    private void watchIfNobodyDoes() {
        if (!watching) {
            watching = start("fanfare-pool-watch", this::watch);
        }
    }

    /** Whether there is a new worker. */
    @GuardedBy("this")
    private boolean addWorkerIfFew() {
        if (workers.size() - stuck >= allowance || workers.size() >= threads.most()) {
            return false;
        }
        Worker worker = new Worker();
        return start("fanfare-pool", worker) && workers.add(worker);
    }

    /** Whether there is a thread for it; where there is none, tasks wait for the threads there are. */
    @GuardedBy("this")
    private boolean start(String name, Runnable task) {
        try {
            Thread thread = threads.factory().newThread(task);
            thread.setName(name);
            thread.setContextClassLoader(contextLoader);
            thread.start();
            isShort = false;
            return true;
        } catch (OutOfMemoryError e) { // what the JVM says when the system gives it no more threads
            if (!isShort) {
                isShort = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "No thread can be started; tasks wait for the existing ones: " + e);
            }
            return false;
        }
    }

    /** Ends as soon as no task waits and nobody has to be nudged. */
    private void watch() {
        synchronized (this) {
            watcher = Thread.currentThread();
        }
        do {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(STUCK_MS));
            Thread.interrupted(); // or it would not park again
            nudges.run();
            lookAfterTasks().forEach(BlockingPool::giveWay);
        } while (isWatchNeeded());
    }

    private static void giveWay(Yielding task) {
        try {
            task.giveWay();
        } catch (RuntimeException | Error e) { // must not end the watch over all others
            LOG.log(System.Logger.Level.ERROR, "A task that blocks could not be ended", e);
        }
    }

    private synchronized boolean isWatchNeeded() {
        watching = !waiting.isEmpty() || !nudges.isEmpty();
        if (waiting.isEmpty()) {
            allowance = parallelism;
        }
        if (!watching) {
            watcher = null;
            notifyAll(); // close() may wait for this
        }
        return watching;
    }

    /** Sees to it that tasks move; returns those that have to give way. */
    private synchronized List<Yielding> lookAfterTasks() {
        long now = System.nanoTime();
        for (Worker worker : workers) {
            if (worker.becomesStuck(now)) {
                stuck++;
            }
        }
        isFull &= stuck > 0;
        boolean allStuck = !workers.isEmpty() && stuck == workers.size();
        if (allStuck) {
            allowance = Math.max(allowance, Math.min(2 * allowance, MOST_AT_ONCE));
        } else if (taken >= waiting.size()) { // at this rate, all that waits is taken within a turn
            allowance = Math.max(allowance / 2, parallelism);
        }
        taken = 0;
        for (int i = 0; i < waiting.size() && addWorkerIfFew(); i++) {}
        boolean full = isShort || workers.size() >= threads.most();
        return full && allStuck && !waiting.isEmpty() ? surplus(now) : List.of();
    }

    @GuardedBy("this")
    private List<Yielding> surplus(long now) {
        if (!isFull) {
            isFull = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "All " + workers.size() + " threads that write to clients wait for clients that take nothing; the"
                            + " clients that have stalled for longest are closed");
        }
        int leaving = (int) workers.stream().filter(Worker::givesWay).count();
        return workers.stream()
                .filter(worker -> worker.canGiveWay(now))
                .sorted(Comparator.comparingLong(worker -> worker.sinceNanos - now))
                .limit(Math.max(0, Math.min(waiting.size() - leaving, MOST_AT_ONCE)))
                .map(Worker::toGiveWay)
                .toList();
    }

    /**
     * Ends the threads. Tasks that wait and run, a stream's last deeds among them, have {@value #CLOSE_MS} ms; then what runs is
     * interrupted, and what still waits follows. No task is dropped: what comes later is run too, but no thread stays for more.
     */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        LockSupport.unpark(watcher);
        awaitNoThreads();
        workers.forEach(Worker::interrupt);
    }

    @GuardedBy("this")
    private void awaitNoThreads() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
        try {
            while (!workers.isEmpty() || watching) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Worker implements Runnable {
        // Guarded by the pool, which the checker can't follow from one object to another; each method asserts it.
        private @Nullable Thread thread;

        private @Nullable Runnable task;

        private boolean isStuck;

        private boolean givesWay;

        private long sinceNanos;

        /** Whether it is stuck since the last look. */
        boolean becomesStuck(long now) {
            assert Thread.holdsLock(BlockingPool.this) : "the pool's lock";
            boolean becomes = task != null && !isStuck && now - sinceNanos > TimeUnit.MILLISECONDS.toNanos(STUCK_MS);
            isStuck |= becomes;
            return becomes;
        }

        boolean givesWay() {
            assert Thread.holdsLock(BlockingPool.this) : "the pool's lock";
            return givesWay;
        }

        boolean canGiveWay(long now) {
            assert Thread.holdsLock(BlockingPool.this) : "the pool's lock";
            return !givesWay
                    && task instanceof Yielding
                    && now - sinceNanos > TimeUnit.MILLISECONDS.toNanos(GIVES_WAY_AFTER_MS);
        }

        Yielding toGiveWay() {
            assert Thread.holdsLock(BlockingPool.this) : "the pool's lock";
            givesWay = true;
            return (Yielding) Objects.requireNonNull(task);
        }

        void interrupt() {
            assert Thread.holdsLock(BlockingPool.this) : "the pool's lock";
            if (task != null && thread != null) {
                thread.interrupt();
            }
        }

        @Override
        public void run() {
            Runnable next;
            while ((next = next()) != null) {
                try {
                    next.run();
                } catch (RuntimeException | Error e) { // what one task runs into must not cost the others a thread
                    LOG.log(System.Logger.Level.ERROR, "A task failed", e);
                }
            }
        }

        /** The next task; null when the thread is not needed any more, which then no longer counts. */
        private @Nullable Runnable next() {
            synchronized (BlockingPool.this) {
                thread = Thread.currentThread();
                leaveTask();
                int wanted = waiting.isEmpty() ? parallelism : allowance;
                task = workers.size() - stuck > wanted ? null : awaitTask();
                if (task == null) {
                    workers.remove(this);
                    if (closed) {
                        BlockingPool.this.notifyAll();
                    }
                } else {
                    taken++;
                    sinceNanos = System.nanoTime();
                }
                return task;
            }
        }

        @GuardedBy("BlockingPool.this")
        private @Nullable Runnable awaitTask() {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(idleMs);
            while (waiting.isEmpty() && !closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return null;
                }
                idle++;
                try {
                    BlockingPool.this.wait(left);
                } catch (InterruptedException e) {
                    // Meant for a task that is over; only close() ends idle threads.
                } finally {
                    idle--;
                }
            }
            // A task may leave its thread interrupted; that must not hit the next one.
            Thread.interrupted();
            return waiting.poll();
        }

        @GuardedBy("BlockingPool.this")
        private void leaveTask() {
            task = null;
            givesWay = false;
            if (isStuck) {
                isStuck = false;
                stuck--;
            }
        }
    }
}
