package dev.fanfare.status.share;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/*
 *   IDLE --something is put in--> RUNNING --nothing is left--> IDLE
 *
 * Whoever puts something in while it is idle does what is there to do; others leave theirs and go. At most two things wait: the
 * newest value, and the newest of what came behind it. States, not history: what was overtaken is of no interest.
 */
/** Does one thing after the other, by one thread at a time. Thread-safe; calls what it is given without locks. */
final class InOrder {
    private static final System.Logger LOG = System.getLogger(InOrder.class.getName());

    @GuardedBy("this")
    private @Nullable Runnable value;

    @GuardedBy("this")
    private @Nullable Runnable note;

    @GuardedBy("this")
    private boolean isRunning;

    /** Puts in a value, in place of all that waits. */
    void value(Runnable next) {
        synchronized (this) {
            value = next;
            note = null;
        }
        run();
    }

    /** Puts in what comes behind a value, in place of what waits there. */
    void note(Runnable next) {
        synchronized (this) {
            note = next;
        }
        run();
    }

    /** Forgets what waits. */
    synchronized void clear() {
        value = null;
        note = null;
    }

    private void run() {
        synchronized (this) {
            if (isRunning) {
                return;
            }
            isRunning = true;
        }
        Runnable next;
        while ((next = next()) != null) {
            try {
                next.run();
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, "What the source of a status said could not be handled", e);
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable first = value != null ? value : note;
        if (value != null) {
            value = null;
        } else {
            note = null;
        }
        isRunning = first != null;
        return first;
    }
}
