package dev.fanfare.server.warmup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Threads of which nobody hears: what they and those that they start say does not reach the log, and one that ends by an error ends
 * nothing else. Thread-safe.
 */
final class QuietThreads extends ThreadGroup {
    private volatile @Nullable Throwable lost;

    QuietThreads(String name) {
        super(name);
    }

    @Override
    public void uncaughtException(Thread thread, Throwable error) {
        lost = error;
    }

    /** The error that ended one of them; null if there was none. */
    @Nullable
    Throwable lost() {
        return lost;
    }

    /**
     * Waits until the caller is the only one left, or an interrupt, at most for a time.
     *
     * @return whether it is
     */
    boolean awaitEnd(Duration most) throws InterruptedException {
        long endNanos = System.nanoTime() + most.toNanos();
        for (Thread other = anotherOne(); other != null; other = anotherOne()) {
            long leftMs = (endNanos - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            other.join(leftMs);
        }
        return true;
    }

    private @Nullable Thread anotherOne() {
        Thread[] some = new Thread[2];
        enumerate(some);
        return some[0] == Thread.currentThread() ? some[1] : some[0];
    }

    /** Keeps what they say from the log until that is closed. */
    Silence silence() {
        return new Silence();
    }

    /** Filters of the handlers through which all records go. */
    final class Silence implements AutoCloseable {
        private final List<Runnable> undo = new ArrayList<>();

        private Silence() {
            for (Handler handler : Logger.getLogger("").getHandlers()) {
                Filter before = handler.getFilter();
                Filter during = record -> !isOneOfThem() && (before == null || before.isLoggable(record));
                handler.setFilter(during);
                undo.add(() -> {
                    if (handler.getFilter() == during) {
                        handler.setFilter(before);
                    }
                });
            }
        }

        private boolean isOneOfThem() {
            ThreadGroup group = Thread.currentThread().getThreadGroup();
            return group != null && parentOf(group);
        }

        @Override
        public void close() {
            undo.forEach(Runnable::run);
        }
    }
}
