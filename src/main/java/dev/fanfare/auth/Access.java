package dev.fanfare.auth;

/** What a client needs in order to see something. */
public enum Access {
    /** Nothing: everybody who reaches the server sees it. */
    ANONYMOUS,
    /** A token whose {@code subscribe} selectors match the thing's path. */
    TOKEN
}
