package dev.fanfare.log;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reports to the operator that something which clients ask of the history fails: when it begins, not for each client that it
 * concerns. Thread-safe.
 */
public final class ReadFault {
    private static final System.Logger LOG = System.getLogger(ReadFault.class.getName());

    private final String message;
    private final AtomicBoolean lasts = new AtomicBoolean();

    /** @param message what can't be done */
    public ReadFault(String message) {
        this.message = message;
    }

    /** Notes how a request to the history ended; null if it went well. */
    public void note(@Nullable Throwable error) {
        if (error == null) {
            lasts.set(false);
        } else if (lasts.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.ERROR, message, error);
        }
    }
}
