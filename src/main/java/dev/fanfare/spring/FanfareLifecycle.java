package dev.fanfare.spring;

import org.springframework.context.SmartLifecycle;

/**
 * Ends the streams before anything else of the application stops: a server that waits for open requests would wait for them
 * until its time limit. Thread-safe.
 */
public final class FanfareLifecycle implements SmartLifecycle {
    private static final System.Logger LOG = System.getLogger(FanfareLifecycle.class.getName());

    private final Drain drain;
    private final Runnable close;
    private volatile boolean running;
    private volatile boolean stopped;

    /** Has streams leave, each with a reconnection delay of its own, over the time that is configured. */
    @FunctionalInterface
    public interface Drain {
        /** Returns once no stream is left, or the time is over. */
        void run() throws InterruptedException;
    }

    /**
     * @param drain ends the streams in good order
     * @param close ends whatever is left, for good
     */
    public FanfareLifecycle(Drain drain, Runnable close) {
        this.drain = drain;
        this.close = close;
    }

    /** @throws IllegalStateException after a stop */
    @Override
    public void start() {
        if (stopped) {
            throw new IllegalStateException(
                    "Fanfare has ended its streams and can't start again: close the application context and make another");
        }
        running = true;
    }

    @Override
    public void stop() {
        if (!running) {
            return;
        }
        stopped = true;
        try {
            drain.run();
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.INFO, "Interrupted while streams were leaving; they end at once");
            Thread.currentThread().interrupt();
        }
        close.run();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The last phase to start and the first to stop, before the web server's graceful shutdown. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }

    /** Spring 7 pauses contexts of tests that are not in use, and goes on with them later: streams stay open meanwhile. */
    public boolean isPauseable() {
        return false;
    }
}
