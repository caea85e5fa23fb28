package dev.fanfare.status.watch;

import dev.fanfare.status.SourceSettings;
import dev.fanfare.stream.Openings;
import dev.fanfare.stream.Ticker;

/** What all watches of a source share: one definition of it, which another may replace. Thread-safe. */
final class WatchedSource {
    private final String name;
    private final SourceSettings settings;
    private final boolean waitsForStatuses;
    private final Openings openings;
    private final SourceHealth health;
    private final StatusLog log;
    private final Ticker ticker;

    /**
     * @param waitsForStatuses whether streams of a status that is not there yet wait for it; otherwise they are not opened
     * @param health that of the definition before, if there is one
     */
    WatchedSource(
            String name,
            SourceSettings settings,
            boolean waitsForStatuses,
            SourceHealth health,
            StatusLog log,
            Ticker ticker) {
        this.name = name;
        this.settings = settings;
        this.waitsForStatuses = waitsForStatuses;
        this.openings = new Openings(settings.retry());
        this.health = health;
        this.log = log;
        this.ticker = ticker;
    }

    String name() {
        return name;
    }

    SourceSettings settings() {
        return settings;
    }

    boolean waitsForStatuses() {
        return waitsForStatuses;
    }

    /** What the streams begin with. */
    Openings openings() {
        return openings;
    }

    SourceHealth health() {
        return health;
    }

    StatusLog log() {
        return log;
    }

    Ticker ticker() {
        return ticker;
    }
}
