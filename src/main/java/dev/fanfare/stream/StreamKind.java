package dev.fanfare.stream;

/** What streams are for, to count them by. */
public enum StreamKind {
    /** Of topics that anybody publishes to; clients resume. */
    TOPICS,
    /** Of a broadcaster. */
    BROADCAST,
    /** Of a status. */
    STATUS,
    /** Of topics and statuses, side by side. */
    JOINT,
    /** Of events made for one client. */
    SINGLE
}
