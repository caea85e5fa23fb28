package dev.fanfare.stream;

import java.time.Duration;

/**
 * Tells whether a client that has something to take takes enough of it within the write timeout. A stalled client is closed:
 * otherwise one that takes next to nothing would hold what it has in part for ever.
 *
 * @param beganNanos when the check began
 * @param fromBytes what the client's outlet had taken by then
 */
record StallCheck(long beganNanos, long fromBytes) {
    private static final long LEAST_BYTES_PER_SECOND = 1024;

    /** How long the check has lasted, in nanoseconds. */
    long lasts(long nowNanos) {
        return nowNanos - beganNanos;
    }

    /** How many bytes the client has taken since the check began. */
    long movedBytes(long acceptedBytes) {
        return acceptedBytes - fromBytes;
    }

    /** Whether the client has taken enough for a check of this length. */
    boolean hasMovedEnough(long acceptedBytes, Duration length) {
        return movedBytes(acceptedBytes) >= Math.max(1, LEAST_BYTES_PER_SECOND * length.toMillis() / 1000);
    }
}
