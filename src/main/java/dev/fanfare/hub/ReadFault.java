package dev.fanfare.hub;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Tells the operator that the history can't be read: when it begins, not for each client that it concerns. Thread-safe. */
final class ReadFault {
    private static final System.Logger LOG = System.getLogger(ReadFault.class.getName());

    private final String message;
    private final AtomicBoolean lasts = new AtomicBoolean();

    /** @param message what can't be done */
    ReadFault(String message) {
        this.message = message;
    }

    /** Notes how a reading ended. */
    void note(@Nullable Throwable error) {
        if (error == null) {
            lasts.set(false);
        } else if (lasts.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.ERROR, message, error);
        }
    }
}
