package dev.fanfare.status.poll;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is: while a listener hears of a failure, the next step of its poller waits. There is one such step at most: the
 * states of a poller allow for no second one. Guarded by the lock of its poller.
 */
final class Turn {
    private boolean isTaken;
    private @Nullable Runnable next;

    /** The listener is about to hear of a failure. */
    void take() {
        isTaken = true;
    }

    boolean isTaken() {
        return isTaken;
    }

    /** Whether a step may be done now; else {@link #end} returns it. */
    boolean isFreeFor(Runnable step) {
        if (isTaken) {
            next = step;
            return false;
        }
        return true;
    }

    /** The listener has heard; returns the step that waited, to be done without the lock. */
    @Nullable
    Runnable end() {
        isTaken = false;
        Runnable waited = next;
        next = null;
        return waited;
    }
}
