package dev.fanfare.status.watch;

import dev.fanfare.status.SourceSettings;
import dev.fanfare.stream.Openings;
import dev.fanfare.stream.Ticker;

/**
 * What all watches of a source share. Thread-safe.
 *
 * @param waitsForStatuses whether streams of a status that is not there yet wait for it; otherwise they are not opened
 * @param openings what the streams begin with
 */
record WatchedSource(
        SourceSettings settings,
        boolean waitsForStatuses,
        Openings openings,
        SourceHealth health,
        StatusLog log,
        Ticker ticker) {}
