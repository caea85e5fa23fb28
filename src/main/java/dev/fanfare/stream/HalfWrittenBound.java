package dev.fanfare.stream;

import java.util.concurrent.atomic.AtomicLong;

/** The half-written bytes of all clients of a service, and the most that these may be. Thread-safe. */
final class HalfWrittenBound {
    private final long most;
    private final long mostPerLoop;
    private final AtomicLong bytes = new AtomicLong();

    /** @param loops how many loops share the bound */
    HalfWrittenBound(long most, int loops) {
        this.most = most;
        this.mostPerLoop = most / loops;
    }

    /** Adds to the bytes; whether the bound is passed now. */
    boolean add(long more) {
        return bytes.addAndGet(more) > most;
    }

    /** Whether clients hold more than they may. */
    boolean isPassed() {
        return bytes.get() > most;
    }

    /** What one loop's clients may hold while the bound is passed. */
    long mostPerLoop() {
        return mostPerLoop;
    }

    long bytes() {
        return bytes.get();
    }
}
