package dev.fanfare.stream;

/** Which clients get positions, blocks that hold an id and no data. */
public enum Positions {
    /** Those that look like a browser, and those that ask. */
    BROWSERS,
    /** Every client that does not decline. */
    ALL,
    /** No client, whatever it asks. */
    NONE
}
