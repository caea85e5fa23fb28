package dev.fanfare.status;

import java.time.Duration;
import java.time.Instant;

/** What is known of a status now. */
public sealed interface Snapshot {
    /**
     * The newest status known.
     *
     * @param status the status
     * @param changed when it became what it is
     * @param age how long ago the source said so
     */
    record Known(Status status, Instant changed, Duration age) implements Snapshot {}

    /** The source knows no such status. */
    record Missing() implements Snapshot {}

    /**
     * The source fails, and no status is known.
     *
     * @param reason what the source does, in words that clients may see
     * @param retryAfter when it is asked again
     */
    record Failing(String reason, Duration retryAfter) implements Snapshot {}

    /**
     * The source has reached its limit of watches.
     *
     * @param retryAfter when to try again
     */
    record Full(Duration retryAfter) implements Snapshot {}
}
