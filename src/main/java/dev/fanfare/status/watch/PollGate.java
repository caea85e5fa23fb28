package dev.fanfare.status.watch;

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
    private final int mostOpen;

    @GuardedBy("this")
    private final Set<Poller> queue = new LinkedHashSet<>();

    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private boolean letsIn;

    PollGate(int mostOpen) {
        this.mostOpen = mostOpen;
    }

    /** Calls {@link Poller#go} as soon as there is room, in this thread or another; {@link #leave} is to follow. */
    void enter(Poller poller) {
        synchronized (this) {
            queue.add(poller);
        }
        letIn();
    }

    /** Takes back what waits. */
    synchronized void cancel(Poller poller) {
        queue.remove(poller);
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
        Poller next;
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

    private synchronized @Nullable Poller next() {
        if (letsIn || open >= mostOpen || queue.isEmpty()) {
            return null;
        }
        Iterator<Poller> first = queue.iterator();
        Poller next = first.next();
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
