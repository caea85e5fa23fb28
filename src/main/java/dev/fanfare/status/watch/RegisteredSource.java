package dev.fanfare.status.watch;

import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.status.share.SharedPolls;
import dev.fanfare.stream.Openings;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** A source under its name, with its watches. Thread-safe. */
final class RegisteredSource {
    private final ParamsReader params;
    private final WatchedSource watched;
    private final WatchRegistry watches;

    /** Null if statuses are pushed. */
    private final @Nullable PolledSource polled;

    private RegisteredSource(
            String name, WatchedSource watched, @Nullable PolledSource polled, WatchRegistry.Maker maker) {
        this.params = new ParamsReader(name, watched.settings());
        this.watched = watched;
        this.polled = polled;
        this.watches = new WatchRegistry(name, watched.settings().maxWatches(), maker);
    }

    /** @param shared null if there are no other nodes */
    static RegisteredSource polled(
            String name,
            StatusSource source,
            SourceSettings settings,
            StatusLog log,
            Ticker ticker,
            DoubleSupplier random,
            @Nullable SharedPolls shared,
            Tracing tracing) {
        PolledSource polled = new PolledSource(name, source, settings, ticker, random, tracing);
        WatchedSource watched = watched(name, settings, false, log, ticker);
        return new RegisteredSource(
                name, watched, polled, (watches, url) -> new PolledWatch(watched, watches, url, polled, shared));
    }

    static RegisteredSource pushed(String name, SourceSettings settings, StatusLog log, Pushes pushes, Ticker ticker) {
        WatchedSource watched = watched(name, settings, true, log, ticker);
        return new RegisteredSource(
                name, watched, null, (watches, url) -> new PushedWatch(watched, watches, url, pushes));
    }

    private static WatchedSource watched(
            String name, SourceSettings settings, boolean isPushed, StatusLog log, Ticker ticker) {
        SourceSettings.Missing missing = settings.missing();
        boolean waits = missing == null ? isPushed : missing == SourceSettings.Missing.WAIT;
        return new WatchedSource(settings, waits, new Openings(settings.retry()), new SourceHealth(name), log, ticker);
    }

    SourceSettings settings() {
        return watched.settings();
    }

    boolean isPushed() {
        return polled == null;
    }

    /** Whether streams of a status that is not there yet wait for it; otherwise they are not opened. */
    boolean waitsForStatuses() {
        return watched.waitsForStatuses();
    }

    /** When a client that found no room is to reconnect. */
    Duration retryAfterFull() {
        Duration retry = settings().retry();
        return retry.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : retry;
    }

    /** @throws ParamsRefused if they are not those of the source */
    StatusUrl url(Map<String, List<String>> query) {
        return params.url(query);
    }

    SourceStats stats() {
        int failing = watched.health().failing();
        return polled == null
                ? new SourceStats(watches.size(), failing, 0, 0, 0, 0, Duration.ZERO)
                : polled.stats(watches.size(), failing);
    }

    WatchRegistry watches() {
        return watches;
    }

    /** All watches there are now, in the order of their URLs. */
    List<Watch> all() {
        List<Watch> all = watches.watches();
        all.sort(Comparator.comparing(watch -> watch.url().toString()));
        return all;
    }

    void close() {
        watches.close();
        watches.watches().forEach(Watch::drop);
        if (polled != null) {
            polled.letGo();
        }
    }
}
