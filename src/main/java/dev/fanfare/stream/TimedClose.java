package dev.fanfare.stream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Closes things one after the other, and returns in time whatever hangs: a disk, a database, somebody's code. */
public final class TimedClose {
    private static final System.Logger LOG = System.getLogger(TimedClose.class.getName());

    private TimedClose() {}

    /**
     * Runs the steps in order on a daemon thread, and waits for it. A step that fails is logged, and the next one follows. What
     * is not done in time goes on beside, on that thread.
     *
     * @param what what is closed, for the log
     * @param most how long the caller waits; an interrupt does not shorten it, and is kept
     * @return whether all steps are done
     */
    public static boolean within(Duration most, String what, Runnable... steps) {
        Thread closer = new Thread(() -> run(what, steps), "fanfare-close");
        closer.setDaemon(true);
        try {
            closer.start();
        } catch (OutOfMemoryError e) { // no more threads; then the caller's must do
            run(what, steps);
            return true;
        }
        long deadline = System.nanoTime() + most.toNanos();
        boolean interrupted = false;
        long left = most.toMillis();
        while (left > 0 && closer.isAlive()) {
            try {
                closer.join(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        boolean done = !closer.isAlive();
        if (!done) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Closing {0} takes longer than {1} ms; the thread {2} goes on with it",
                    what,
                    String.valueOf(most.toMillis()),
                    closer.getName());
        }
        return done;
    }

    /** A step that closes something, or nothing where there is nothing. */
    public static Runnable of(@Nullable AutoCloseable closed) {
        return () -> {
            try {
                if (closed != null) {
                    closed.close();
                }
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static void run(String what, Runnable... steps) {
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.WARNING, "A part of " + what + " did not close well", e);
            }
        }
    }
}
