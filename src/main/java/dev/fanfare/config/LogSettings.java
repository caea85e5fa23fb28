package dev.fanfare.config;

/**
 * What the log of the standalone server is like.
 *
 * @param format how a record looks
 * @param access whether requests are logged
 */
public record LogSettings(Format format, boolean access) {
    /** How a record looks. */
    public enum Format {
        /** A line for people. */
        TEXT,
        /** A JSON object in a line. */
        JSON
    }
}
