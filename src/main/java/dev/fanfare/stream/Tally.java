package dev.fanfare.stream;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A count that one thread at a time adds to, and any thread reads. Adding is a plain read and an opaque write, see {@link
 * LoopCounters}.
 */
public final class Tally {
    private final AtomicLong count = new AtomicLong();

    public void add(long more) {
        count.setOpaque(count.getPlain() + more);
    }

    public long get() {
        return count.getOpaque();
    }
}
