package dev.fanfare.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the log of the standalone server is like.
 *
 * @param format how a record looks
 * @param access whether requests are logged
 * @param levels from which level on records are logged, by the package or class that logs, and by an empty name for all others
 */
public record LogSettings(Format format, boolean access, SortedMap<String, System.Logger.Level> levels) {
    /** Copies the levels. */
    public LogSettings {
        levels = Collections.unmodifiableSortedMap(new TreeMap<>(levels));
    }

    /** The same without the access log. */
    public LogSettings withoutAccess() {
        return new LogSettings(format, false, levels);
    }

    /** How a record looks. */
    public enum Format {
        /** A line for people. */
        TEXT,
        /** A JSON object in a line. */
        JSON
    }
}
