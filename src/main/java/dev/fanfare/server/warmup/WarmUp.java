package dev.fanfare.server.warmup;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.fanfare.config.Settings;
import dev.fanfare.rest.health.HealthCheck;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time between an open port and a server that is ready: the code that serves clients runs until the JVM has compiled it, while
 * clients that come already are served. The server is ready after that time whatever the work does; a failure is a line in the log.
 * Thread-safe.
 */
public final class WarmUp implements AutoCloseable {
    /** What there is to do. */
    @FunctionalInterface
    interface Work {
        /**
         * Does it, and leaves nothing behind.
         *
         * @param longest how long it may take
         * @throws InterruptedException if it is to end at once
         */
        void run(Duration longest) throws Exception;
    }

    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final String NAME = "fanfare-warm-up";

    private static final Duration MOST_TO_END = Duration.ofSeconds(3);

    /** The process ends at that time. */
    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(300);

    private final Duration longest;
    private final Ticker ticker;
    private final Work work;
    private final QuietThreads threads = new QuietThreads(NAME);

    /** When it began; null before. */
    private volatile @Nullable Long beganNanos;

    private volatile @Nullable Thread worker;
    private volatile boolean done;
    private volatile boolean cancelled;
    private volatile boolean failed;

    /** @param longest zero for nothing to do */
    WarmUp(Duration longest, Ticker ticker, Work work) {
        this.longest = longest;
        this.ticker = ticker;
        this.work = work;
        this.done = longest.isZero();
    }

    /** The warm-up of a server with these settings; {@link #begin} begins it. */
    @SuppressWarnings("resource") // a ticker whose alarms nobody sets has no thread
    public static WarmUp of(Settings settings) {
        return new WarmUp(settings.http().warmUp(), new SystemTicker(), new Rehearsal(settings));
    }

    /** What the server has to wait for with being ready: one check, or none where there is nothing to do. */
    public List<HealthCheck> checks() {
        return longest.isZero() ? List.of() : List.of(new HealthCheck("warm-up", this::result));
    }

    private HealthCheck.Result result() {
        return isOver() ? HealthCheck.Result.up() : HealthCheck.Result.down("the server warms up");
    }

    /** By the clock as well: the work may hang. */
    private boolean isOver() {
        Long began = beganNanos;
        return done || (began != null && ticker.nanos() - began >= longest.toNanos());
    }

    /** Begins, once the port is open; returns at once. */
    public void begin() {
        if (done) {
            return;
        }
        beganNanos = ticker.nanos();
        Thread thread = new Thread(threads, this::run, NAME);
        thread.setDaemon(true);
        worker = thread;
        thread.start();
    }

    private void run() {
        Throwable failure = null;
        QuietThreads.Silence silence = threads.silence();
        try {
            work.run(longest);
            failure = threads.lost();
        } catch (Exception | Error e) {
            failure = e;
        } finally {
            done = true;
            awaitThreads();
            silence.close();
        }
        failed = failure != null;
        if (failed && !cancelled) {
            LOG.log(
                    WARNING,
                    "The warm-up failed ({0}): the server is ready all the same, and serves its first clients more slowly;"
                            + " fanfare.http.warm-up=0s leaves it out",
                    String.valueOf(failure)); // as a failure it would be a stack trace, and not in the line
            LOG.log(DEBUG, "The failure of the warm-up", failure);
        }
    }

    /** A server that is closed answers its last clients beside, and might speak of it. */
    private void awaitThreads() {
        try {
            threads.awaitEnd(MOST_TO_END);
        } catch (InterruptedException e) {
            // The process ends.
        }
    }

    /**
     * Waits until what has begun is over.
     *
     * @return whether it did all of its work
     */
    public boolean await() throws InterruptedException {
        Thread thread = worker;
        if (thread != null) {
            thread.join();
        }
        return !failed && !cancelled;
    }

    /** Ends it, for a server that is about to end; returns at once. */
    public void cancel() {
        cancelled = true;
        done = true;
        Thread thread = worker;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Ends it, and waits a moment for what it leaves behind to be gone. */
    @Override
    public void close() {
        cancel();
        Thread thread = worker;
        if (thread == null) {
            return;
        }
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, MOST_TO_CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
