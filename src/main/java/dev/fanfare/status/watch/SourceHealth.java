package dev.fanfare.status.watch;

import dev.fanfare.status.SourceFailure;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many statuses of a source can't be told, and the two lines of the log about it: the first one that fails, the last one
 * that works again. Parameters are never logged, they may be secret. Thread-safe.
 */
final class SourceHealth {
    private static final System.Logger LOG = System.getLogger(SourceHealth.class.getName());

    private static final int LONGEST_QUOTE = 300;

    private final String name;
    private final AtomicInteger failing = new AtomicInteger();

    SourceHealth(String name) {
        this.name = name;
    }

    int failing() {
        return Math.max(0, failing.get());
    }

    /** One status more can't be told. */
    void failed(SourceFailure failure) {
        if (failing.incrementAndGet() == 1) {
            String message = String.valueOf(failure.getMessage());
            String shown = message.length() <= LONGEST_QUOTE ? message : message.substring(0, LONGEST_QUOTE) + "…";
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The status source '" + name + "' fails: " + shown + "; polls go on with a back-off");
        }
    }

    /** One status more can be told again. */
    void recovered() {
        if (failing.decrementAndGet() == 0) {
            LOG.log(System.Logger.Level.INFO, "The status source '" + name + "' works again");
        }
    }

    /** Nobody asks any more for a status that could not be told. */
    void forgotten() {
        failing.decrementAndGet();
    }
}
