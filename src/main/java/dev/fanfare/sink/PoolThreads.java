package dev.fanfare.sink;

import dev.fanfare.stream.Threads;
import java.util.concurrent.ThreadFactory;

/**
 * The threads of a {@link BlockingPool}.
 *
 * @param factory makes them
 * @param most how many there may be at a time
 */
record PoolThreads(ThreadFactory factory, int most) {
    /** Each has a stack, and systems bound their number. */
    private static final int MOST_PLATFORM = 4096;

    /** Each costs a few kilobytes of heap while it blocks; as many as connections that one machine serves. */
    private static final int MOST_VIRTUAL = 262_144;

    /** Virtual ones where they don't pin (Java 24 on), else platform threads that don't keep the JVM alive. */
    static PoolThreads ofThisMachine() {
        return Threads.virtual()
                .map(virtual -> new PoolThreads(virtual, MOST_VIRTUAL))
                .orElseGet(() -> new PoolThreads(Threads.daemons("fanfare-pool"), MOST_PLATFORM));
    }
}
