package dev.fanfare.status.poll;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many polls of a source go at a time; the others wait in the order in which they came. A source that hangs so has
 * no more than its share of connections and threads. Thread-safe; no method blocks.
 */
final class PollGate {
    /** What waits to be let in, known by its identity. */
    interface Poll {
        /** There is room for this poll now. */
        void go();
    }

    private final int mostOpen;

    @GuardedBy("this")
    private final Set<Poll> queue = new LinkedHashSet<>();

    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private boolean letsIn;

    PollGate(int mostOpen) {
        this.mostOpen = mostOpen;
    }

    /** Calls {@link Poll#go} as soon as there is room, in this thread or another; {@link #leave} is to follow. */
    void enter(Poll poll) {
        synchronized (this) {
            queue.add(poll);
        }
        letIn();
    }

    /** Takes back what waits. */
    synchronized void cancel(Poll poll) {
        queue.remove(poll);
    }

    /** A poll that was let in is over. */
    void leave() {
        synchronized (this) {
            open--;
        }
        letIn();
    }

    /** One thread at a time, so that polls that are over at once do not call one another deeper and deeper. */
    private void letIn() {
        Poll next;
        while ((next = next()) != null) {
            try {
                next.go();
            } finally {
                synchronized (this) {
                    letsIn = false;
                }
            }
        }
    }

    private synchronized @Nullable Poll next() {
        if (letsIn || open >= mostOpen || queue.isEmpty()) {
            return null;
        }
        Iterator<Poll> first = queue.iterator();
        Poll next = first.next();
        first.remove();
        open++;
        letsIn = true;
        return next;
    }

    /** How many polls are going on. */
    synchronized int open() {
        return open;
    }
}
