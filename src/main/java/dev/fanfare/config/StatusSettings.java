package dev.fanfare.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The status gateway.
 *
 * @param defaultSource the source of {@code /status/stream}; there may be none of that name unless it was configured
 * @param maxWatches most watches at a time, for each source
 * @param sources those configured, by name; the demo's is not among them
 */
public record StatusSettings(String defaultSource, int maxWatches, SortedMap<String, ConfiguredSource> sources) {

    /** Copies the sources. */
    public StatusSettings {
        sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
    }
}
