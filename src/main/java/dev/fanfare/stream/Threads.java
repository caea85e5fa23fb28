package dev.fanfare.stream;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/** How threads for code that blocks are made, for all that need some. Stateless. */
public final class Threads {
    private static final System.Logger LOG = System.getLogger(Threads.class.getName());

    /** The first Java release in which code that blocks in {@code synchronized} does not hold a carrier of virtual threads. */
    static final int NOT_PINNING = 24;

    private Threads() {}

    /** Threads with a name that do not keep the JVM alive. */
    public static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Virtual threads, where they can run code that blocks: from Java 24 on. Before, one that waits in {@code synchronized} code
     * holds a thread that all virtual threads of the JVM share, the application's too.
     */
    public static Optional<ThreadFactory> virtual() {
        return virtual(Runtime.version().feature());
    }

    static Optional<ThreadFactory> virtual(int javaRelease) {
        if (javaRelease < NOT_PINNING) {
            return Optional.empty();
        }
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return Optional.of((ThreadFactory) Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder));
        } catch (NoSuchMethodException
                | ClassNotFoundException
                | IllegalAccessException
                | InvocationTargetException e) {
            LOG.log(System.Logger.Level.INFO, "No virtual threads here; platform threads are used", e);
            return Optional.empty();
        }
    }
}
