package dev.fanfare.stream;

import java.time.Duration;

/**
 * A while in which a client that has something to take has to take enough of it. Who takes next to nothing would else hold what it
 * has in part for ever.
 *
 * @param beganNanos when it began
 * @param fromBytes what the client's outlet had taken by then
 */
record ProgressWindow(long beganNanos, long fromBytes) {
    private static final long LEAST_BYTES_PER_SECOND = 1024;

    /** How long it has been, in nanoseconds. */
    long lasts(long nowNanos) {
        return nowNanos - beganNanos;
    }

    /** How far the client has come in it. */
    long movedBytes(long acceptedBytes) {
        return acceptedBytes - fromBytes;
    }

    /** Whether the client has moved enough for so long a window. */
    boolean hasMovedEnough(long acceptedBytes, Duration length) {
        return movedBytes(acceptedBytes) >= Math.max(1, LEAST_BYTES_PER_SECOND * length.toMillis() / 1000);
    }
}
