package dev.fanfare.rest;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/*
 * Most tasks take microseconds, so few threads do for thousands of clients. A task that blocks (a client that reads nothing)
 * must not hold up the others, so a thread that has been at one task for STUCK_MS no longer counts as one of the few, and
 * another takes its place. A watcher thread looks for that as long as tasks wait. Where the JVM has virtual threads that
 * don't pin (24 on), the threads are virtual.
 *
 * Only idle workers wait on the monitor, and after close() the one that closes. An idle worker counts until it has the
 * monitor again, and a task until it is taken; so where no more tasks wait than workers are idle, each has its own.
 *
 *   waiting tasks -> up to `parallelism` threads that move + any number that are stuck, together at most MAX_THREADS
 */
/** Runs tasks that may block, without letting those that do hold up the others. Thread-safe; threads start when needed. */
public final class BlockingPool implements Executor, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BlockingPool.class.getName());
    private static final int MAX_THREADS = 4096;
    private static final long STUCK_MS = 20;
    private static final long IDLE_MS = 10_000;
    private static final long CLOSE_MS = 500;

    private final ThreadFactory threads;
    private final int parallelism;
    private final long idleMs;
    // A thread would else inherit that of whoever happens to need it, and CDI containers tell applications apart by it.
    private final ClassLoader contextLoader = Thread.currentThread().getContextClassLoader();

    // Guarded by this.
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final Set<Worker> workers = new HashSet<>();
    private int idle;
    private int stuck;
    private boolean watching;
    private boolean isShort;
    private boolean closed;

    /** A pool that fits this machine. */
    public BlockingPool() {
        this(threadFactory(), Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), IDLE_MS);
    }

    /**
     * A pool.
     *
     * @param parallelism how many threads that are not stuck there may be
     * @param idleMs how long a thread without a task stays
     */
    BlockingPool(ThreadFactory threads, int parallelism, long idleMs) {
        this.threads = threads;
        this.parallelism = parallelism;
        this.idleMs = idleMs;
    }

    /** Runs the task in a thread of the pool, soon; once the pool is closed, not at all. */
    @Override
    public synchronized void execute(Runnable task) {
        if (closed) {
            return;
        }
        waiting.add(task);
        if (idle >= waiting.size()) {
            notify();
        } else {
            addWorkerIfFew();
        }
        if (!watching) {
            watching = start("fanfare-pool-watch", this::watch);
        }
    }

    private void addWorkerIfFew() {
        if (workers.size() - stuck < parallelism && workers.size() < MAX_THREADS) {
            Worker worker = new Worker();
            if (start("fanfare-pool", worker)) {
                workers.add(worker);
            }
        }
    }

    /** Whether there is a thread for it; where there is none, tasks wait for the threads there are. */
    private boolean start(String name, Runnable task) {
        try {
            Thread thread = threads.newThread(task);
            thread.setName(name);
            thread.setContextClassLoader(contextLoader);
            thread.start();
            isShort = false;
            return true;
        } catch (OutOfMemoryError e) { // what the JVM says when the system gives it no more threads
            if (!isShort) {
                isShort = true;
                LOG.log(System.Logger.Level.WARNING, "No thread can be started, tasks wait for those there are: " + e);
            }
            return false;
        }
    }

    /** Ends as soon as no task waits. */
    private void watch() {
        boolean tasksWait = true;
        while (tasksWait) {
            try {
                Thread.sleep(STUCK_MS);
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.DEBUG, "Somebody interrupted the watcher of a pool; it looks at once", e);
            }
            tasksWait = tasksWait();
        }
    }

    private synchronized boolean tasksWait() {
        long now = System.nanoTime();
        for (Worker worker : workers) {
            worker.noteIfStuck(now);
        }
        for (int i = 0; i < waiting.size(); i++) {
            addWorkerIfFew();
        }
        watching = !waiting.isEmpty();
        return watching;
    }

    /**
     * Takes no more tasks. Those that wait and run, a stream's last deeds among them, have {@value #CLOSE_MS} ms; then what
     * waits is dropped and what runs is interrupted.
     */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        awaitNoWorkers();
        waiting.clear();
        workers.forEach(Worker::interrupt);
    }

    private void awaitNoWorkers() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
        try {
            while (!workers.isEmpty()) {
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
        // Guarded by the pool.
        private @Nullable Thread thread;
        private boolean atWork;
        private boolean isStuck;
        private long sinceNanos;

        void noteIfStuck(long now) {
            if (atWork && !isStuck && now - sinceNanos > TimeUnit.MILLISECONDS.toNanos(STUCK_MS)) {
                isStuck = true;
                stuck++;
            }
        }

        void interrupt() {
            if (atWork && thread != null) {
                thread.interrupt();
            }
        }

        @Override
        public void run() {
            Runnable task;
            while ((task = next()) != null) {
                try {
                    task.run();
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
                Runnable task = workers.size() - stuck > parallelism ? null : awaitTask();
                if (task == null) {
                    workers.remove(this);
                    if (closed) {
                        BlockingPool.this.notifyAll();
                    }
                } else {
                    atWork = true;
                    sinceNanos = System.nanoTime();
                }
                return task;
            }
        }

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

        private void leaveTask() {
            atWork = false;
            if (isStuck) {
                isStuck = false;
                stuck--;
            }
        }
    }

    private static ThreadFactory threadFactory() {
        if (Runtime.version().feature() >= 24) {
            try {
                Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
                return (ThreadFactory) Class.forName("java.lang.Thread$Builder")
                        .getMethod("factory")
                        .invoke(builder);
            } catch (NoSuchMethodException
                    | ClassNotFoundException
                    | IllegalAccessException
                    | InvocationTargetException e) {
                LOG.log(System.Logger.Level.INFO, "No virtual threads here; platform threads are used", e);
            }
        }
        return task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        };
    }
}
