package dev.fanfare.status.watch;

/** What a client is answered that wants the stream of a status. */
public enum Admission {
    /** The stream opens. Where the source fails and no status is known yet, it opens and waits for one. */
    STREAM,
    /** The status has ended and the client has been told: 204, so that its {@code EventSource} stops for good. */
    OVER,
    /** The source knows no such status: 404. */
    MISSING,
    /** The source has as many watches as it may: 503. */
    FULL,
    /** The clients of this status have as many different rules as they may: 400. */
    TOO_MANY_RULES
}
