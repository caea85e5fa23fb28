package dev.fanfare.hub;

/** What becomes of an event that a publisher gives the id of an earlier one. */
public enum SameId {
    /** It is a new event, as in Mercure. A client that resumes from the id gets what follows the earliest one kept. */
    ACCEPT,
    /** With the same content it is not published again; with other content it is refused. */
    ONCE
}
