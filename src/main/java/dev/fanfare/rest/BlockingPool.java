package dev.fanfare.rest;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/*
 * Most tasks take microseconds, so few threads do for thousands of clients. A task that blocks (a client that reads nothing)
 * must not hold up the others, so a thread that has been at one task for STUCK_MS no longer counts as one of the few, and
 * another takes its place. A watcher thread looks for that as long as tasks wait. Where the JVM has virtual threads that
 * don't pin (24 on), the threads are virtual.
 *
 *   waiting tasks -> up to `parallelism` threads that move + any number that are stuck, together at most MAX_THREADS
 */
/** Runs tasks that may block, without letting those that do hold up the others. Thread-safe; threads start when needed. */
public final class BlockingPool implements Executor, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BlockingPool.class.getName());
    private static final int MAX_THREADS = 4096;
    private static final long STUCK_MS = 20;
    private static final long IDLE_MS = 10_000;

    private final ThreadFactory threads = threadFactory();
    private final int parallelism = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

    // Guarded by this.
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final Set<Worker> workers = new HashSet<>();
    private int idle;
    private int stuck;
    private boolean watching;
    private boolean closed;

    @Override
    public synchronized void execute(Runnable task) {
        if (closed) {
            return;
        }
        waiting.add(task);
        if (idle > 0) {
            // The watcher waits on the same monitor, so notify() could wake it instead of a worker.
            notifyAll();
        } else {
            addWorkerIfFew();
        }
        if (!watching) {
            watching = true;
            start("fanfare-pool-watch", this::watch);
        }
    }

    private void addWorkerIfFew() {
        if (workers.size() - stuck < parallelism && workers.size() < MAX_THREADS) {
            Worker worker = new Worker();
            workers.add(worker);
            start("fanfare-pool", worker);
        }
    }

    private void start(String name, Runnable task) {
        Thread thread = threads.newThread(task);
        thread.setName(name);
        thread.start();
    }

    /** Ends as soon as no task waits. It never waits for the pool's monitor to be notified: that is for idle workers. */
    private void watch() {
        try {
            do {
                Thread.sleep(STUCK_MS);
            } while (tasksWait());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
        watching = !waiting.isEmpty() && !closed;
        return watching;
    }

    /** Takes no more tasks, drops those that wait, and interrupts those that run. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
        workers.forEach(Worker::interrupt);
        notifyAll();
    }

    private final class Worker implements Runnable {
        // Guarded by the pool.
        private Thread thread = Thread.currentThread();
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
            if (atWork) {
                thread.interrupt();
            }
        }

        @Override
        public void run() {
            try {
                Runnable task;
                while ((task = next()) != null) {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.log(System.Logger.Level.ERROR, "A task failed", e);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                synchronized (BlockingPool.this) {
                    leaveTask();
                    workers.remove(this);
                }
            }
        }

        private @org.jspecify.annotations.Nullable Runnable next() throws InterruptedException {
            synchronized (BlockingPool.this) {
                thread = Thread.currentThread();
                leaveTask();
                if (workers.size() - stuck > parallelism) {
                    return null;
                }
                long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MS);
                while (waiting.isEmpty() && !closed) {
                    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                    if (left <= 0) {
                        return null;
                    }
                    idle++;
                    try {
                        BlockingPool.this.wait(left);
                    } finally {
                        idle--;
                    }
                }
                atWork = true;
                sinceNanos = System.nanoTime();
                return waiting.poll();
            }
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
