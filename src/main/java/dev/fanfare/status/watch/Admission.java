package dev.fanfare.status.watch;

/** The answer to a client that wants the stream of a status. */
public enum Admission {
    /** The stream opens. Where no status is known yet, because the source fails or waits for one, it opens and waits. */
    STREAM,
    /** The status has ended and the client knows it: 204, so that its {@code EventSource} stops for good. */
    OVER,
    /** The source knows no such status, and streams don't wait for one: 404. */
    MISSING,
    /** The source has reached its limit of watches: 503, or the form of it that an {@code EventSource} survives. */
    FULL,
    /** The clients of this status have reached the limit of different rules: as {@link #FULL}. */
    TOO_MANY_RULES
}
