package dev.fanfare.log;

/** What becomes of ids, and of a client that fell behind what a log keeps. */
public enum LogMode {
    /** Clients resume from the ids of the log; one that missed something gets a {@code gap} event. */
    RESUMABLE,
    /** The newest event of each topic is kept; a client that missed others gets that one, and no {@code gap}. */
    LATEST,
    /** Nothing is kept; a client that fell behind the tail is closed. */
    LIVE
}
