package dev.fanfare.history;

import dev.fanfare.event.Ranges;
import dev.fanfare.history.sqlite.SqliteHistory;
import dev.fanfare.history.sqlite.SqliteKeeper;
import dev.fanfare.stream.HeapShare;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How much is kept for clients that were away; whichever bound is reached first, the oldest events go.
 *
 * @param store where events are kept
 * @param path the file of {@link Store#SQLITE}; means nothing for {@link Store#MEMORY}
 * @param maxEvents most events kept; at least 1
 * @param maxAge how long an event is kept; 1 s to 3650 d
 * @param maxBytes most bytes kept; at least 64 KiB, of a file 16 MiB
 * @param replayMax most events replayed to a client whose last id is not known; 0 or more
 */
public record HistorySettings(Store store, Path path, int maxEvents, Duration maxAge, long maxBytes, int replayMax) {

    /** Where events are kept. */
    public enum Store {
        /** In memory: they end with the process. */
        MEMORY,
        /** In a file that outlives the process; see {@link SqliteHistory}. */
        SQLITE
    }

    /** The file used when none is named. */
    public static final Path DEFAULT_PATH = Path.of("fanfare.db");

    /** The defaults of {@code docs/reference/configuration.md} for memory. */
    public static final HistorySettings DEFAULTS =
            new HistorySettings(10_000, Duration.ofDays(1), HeapShare.of(8, 32L << 20), 100_000);

    /** The defaults of {@code docs/reference/configuration.md} for a file. */
    public static final HistorySettings SQLITE_DEFAULTS =
            new HistorySettings(Store.SQLITE, DEFAULT_PATH, 1_000_000, Duration.ofDays(7), 1L << 30, 100_000);

    /** In a file, with the defaults. */
    public static HistorySettings sqlite(Path path) {
        HistorySettings defaults = SQLITE_DEFAULTS;
        return new HistorySettings(
                Store.SQLITE, path, defaults.maxEvents(), defaults.maxAge(), defaults.maxBytes(), defaults.replayMax());
    }

    /** In memory. */
    public HistorySettings(int maxEvents, Duration maxAge, long maxBytes, int replayMax) {
        this(Store.MEMORY, DEFAULT_PATH, maxEvents, maxAge, maxBytes, replayMax);
    }

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public HistorySettings {
        Ranges.requireAtLeast("max-events", maxEvents, 1);
        Ranges.requireBetween("max-age", maxAge, Duration.ofSeconds(1), Duration.ofDays(3650));
        requireBytes(store, maxBytes);
        Ranges.requireAtLeast("replay-max", replayMax, 0);
    }

    /**
     * Returns {@code bytes} if a store can be bounded by them.
     *
     * @throws IllegalArgumentException naming the least
     */
    public static long requireBytes(Store store, long bytes) {
        if (store == Store.SQLITE && bytes < SqliteKeeper.LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "max-bytes is " + bytes + "; a file needs at least " + (SqliteKeeper.LEAST_BYTES >> 20) + "MiB");
        }
        Ranges.requireAtLeast("max-bytes", bytes, 64 << 10);
        return bytes;
    }
}
