package dev.fanfare.sink;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** InterruptRetries that are repeated until each is done. Thread-safe; one thread runs them. */
final class InterruptRetries {
    private static final System.Logger LOG = System.getLogger(InterruptRetries.class.getName());

    /** Something short that is done again and again. */
    interface Nudge {
        int DONE = 0;

        /**
         * Does it once; does not block.
         *
         * @return after how many ms it is to be done again; {@link #DONE} for never
         */
        int nudge();
    }

    private record Due(Nudge nudge, long atNanos) {}

    @GuardedBy("this")
    private List<Due> pending = new ArrayList<>();

    synchronized void add(Nudge nudge, long delayMs) {
        pending.add(new Due(nudge, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs)));
    }

    synchronized boolean isEmpty() {
        return pending.isEmpty();
    }

    /** Does all that are due. */
    void run() {
        for (Due due : due()) {
            try {
                int againMs = due.nudge().nudge();
                if (againMs != Nudge.DONE) {
                    add(due.nudge(), againMs);
                }
            } catch (RuntimeException | Error e) { // concerns none of the others
                LOG.log(System.Logger.Level.ERROR, "An interrupt failed and is not repeated", e);
            }
        }
    }

    private synchronized List<Due> due() {
        if (pending.isEmpty()) {
            return List.of();
        }
        long now = System.nanoTime();
        List<Due> due = new ArrayList<>();
        List<Due> later = new ArrayList<>();
        for (Due each : pending) {
            (each.atNanos() - now <= 0 ? due : later).add(each);
        }
        pending = later;
        return due;
    }
}
