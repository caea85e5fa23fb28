package dev.fanfare.status.poll;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Has a source asked for one status, again and again. Thread-safe; no method blocks. */
public interface Polling {
    /** Begins at once; does nothing if it was started before. */
    void start();

    /** Ends for good. */
    void stop();

    /** When the source was asked last; null if never. */
    @Nullable
    Instant asked();

    /** When this node is to ask the source next; null if it is not to, while it asks, and in the end. */
    @Nullable
    Instant due();

    /** Whether somebody waits for what the source says. */
    boolean isReading();

    /** The node that asks; null if this one does and has no others to share with, or if nobody does. */
    default @Nullable String owner() {
        return null;
    }
}
