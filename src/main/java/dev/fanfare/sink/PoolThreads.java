package dev.fanfare.sink;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ThreadFactory;

/**
 * The threads of a {@link BlockingPool}.
 *
 * @param factory makes them
 * @param most how many there may be at a time
 */
record PoolThreads(ThreadFactory factory, int most) {
    private static final System.Logger LOG = System.getLogger(PoolThreads.class.getName());

    /** Each has a stack, and systems bound their number. */
    private static final int MOST_PLATFORM = 4096;

    /** Each costs a few kilobytes of heap while it blocks; as many as connections that one machine serves. */
    private static final int MOST_VIRTUAL = 262_144;

    /** Virtual ones where they don't pin (Java 24 on), else platform threads that don't keep the JVM alive. */
    static PoolThreads ofThisMachine() {
        if (Runtime.version().feature() >= 24) {
            try {
                Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
                return new PoolThreads(
                        (ThreadFactory) Class.forName("java.lang.Thread$Builder")
                                .getMethod("factory")
                                .invoke(builder),
                        MOST_VIRTUAL);
            } catch (NoSuchMethodException
                    | ClassNotFoundException
                    | IllegalAccessException
                    | InvocationTargetException e) {
                LOG.log(System.Logger.Level.INFO, "No virtual threads here; platform threads are used", e);
            }
        }
        return new PoolThreads(PoolThreads::platform, MOST_PLATFORM);
    }

    private static Thread platform(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }
}
