package dev.fanfare.stream;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's time. One daemon thread rings the alarms; it starts with the first of them and ends with {@link #close}. */
public final class SystemTicker implements Ticker, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SystemTicker.class.getName());

    private final ScheduledThreadPoolExecutor executor;

    /** A ticker whose thread is not yet started. */
    public SystemTicker() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "fanfare-ticker");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRejectedExecutionHandler((task, pool) -> {
            /* closed: nothing rings any more */
        });
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Alarm schedule(Duration delay, Runnable task) {
        Future<?> future = executor.schedule(() -> ring(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    private static void ring(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A scheduled task failed", e);
        }
    }

    /** Drops what has not rung yet and ends the thread. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
