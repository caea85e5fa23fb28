package dev.fanfare.server.warmup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Clients side by side, each a thread, until their time is over or one of them fails. Thread-safe. */
final class Visitors {
    /** A request that has begun is answered, rather than met by a server that closes. */
    private static final int LAST_VISIT_MS = 200;

    private final int port;
    private final List<String> tokens;
    private final long endNanos;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile boolean stopped;

    /**
     * @param tokens good for everything
     * @param endNanos by {@link System#nanoTime}
     */
    Visitors(int port, List<String> tokens, long endNanos) {
        this.port = port;
        this.tokens = tokens;
        this.endNanos = endNanos;
    }

    /**
     * Returns when their time is over.
     *
     * @throws InterruptedException if the caller is interrupted
     * @throws Exception what one of them met
     */
    void run(int count) throws Exception {
        List<Thread> threads = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Thread thread = new Thread(this::visit, "fanfare-visitor");
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join(Math.max(1, leftMs() + LAST_VISIT_MS));
            }
        } finally {
            stopped = true;
        }
        Exception met = failure.get();
        if (met != null) {
            throw met;
        }
    }

    private void visit() {
        try (Visitor visitor = new Visitor(port, tokens, () -> leftMs() + LAST_VISIT_MS)) {
            while (!isOver()) {
                visitor.visit();
            }
        } catch (IOException | RuntimeException e) {
            if (!isOver()) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private boolean isOver() {
        return stopped || failure.get() != null || leftMs() <= 0;
    }

    private int leftMs() {
        return (int) ((endNanos - System.nanoTime()) / 1_000_000);
    }
}
