package dev.fanfare.hub;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A count that one thread at a time adds to, and any thread reads. Adding is a plain read and an opaque write, see {@link
 * LoopCounters}.
 */
final class Tally {
    private final AtomicLong count = new AtomicLong();

    void add(long more) {
        count.setOpaque(count.getPlain() + more);
    }

    long get() {
        return count.getOpaque();
    }
}
