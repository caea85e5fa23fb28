package dev.fanfare.status.watch;

import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.status.share.SharedPolls;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** A source under its name, by one definition, with its watches, which the next definition takes over. Thread-safe. */
final class RegisteredSource {
    private final ParamsReader params;
    private final WatchedSource watched;
    private final WatchRegistry watches;
    private final WatchRegistry.Maker maker;

    /** Null if statuses are pushed. */
    private final @Nullable PolledSource polled;

    /** Null if there are no other nodes. */
    private final @Nullable SharedPolls shared;

    private RegisteredSource(
            WatchedSource watched,
            @Nullable PolledSource polled,
            @Nullable SharedPolls shared,
            WatchRegistry.Maker maker,
            @Nullable RegisteredSource before) {
        this.params = new ParamsReader(watched.name(), watched.settings());
        this.watched = watched;
        this.polled = polled;
        this.shared = shared;
        this.maker = maker;
        this.watches = before == null ? new WatchRegistry(watched, maker) : before.watches;
    }

    /**
     * A source that is polled.
     *
     * @param shared null if there are no other nodes
     * @param before the one that this one is to replace, of the same kind; null for a new one
     */
    static RegisteredSource polled(
            String name,
            StatusSource source,
            SourceSettings settings,
            StatusLog log,
            Ticker ticker,
            DoubleSupplier random,
            @Nullable SharedPolls shared,
            Tracing tracing,
            @Nullable RegisteredSource before) {
        PolledSource polled = new PolledSource(name, source, settings, ticker, random, tracing);
        WatchedSource watched = watched(name, settings, false, log, ticker, before);
        return new RegisteredSource(
                watched,
                polled,
                shared,
                (watches, url) -> new PolledWatch(watched, watches, url, polled, shared),
                before);
    }

    /** A source whose statuses are pushed; otherwise as the other method. */
    static RegisteredSource pushed(
            String name,
            SourceSettings settings,
            StatusLog log,
            Pushes pushes,
            Ticker ticker,
            @Nullable RegisteredSource before) {
        WatchedSource watched = watched(name, settings, true, log, ticker, before);
        return new RegisteredSource(
                watched, null, null, (watches, url) -> new PushedWatch(watched, watches, url, pushes), before);
    }

    private static WatchedSource watched(
            String name,
            SourceSettings settings,
            boolean isPushed,
            StatusLog log,
            Ticker ticker,
            @Nullable RegisteredSource before) {
        SourceSettings.Missing missing = settings.missing();
        boolean waits = missing == null ? isPushed : missing == SourceSettings.Missing.WAIT;
        SourceHealth health = before == null ? new SourceHealth(name) : before.watched.health();
        return new WatchedSource(name, settings, waits, health, log, ticker);
    }

    SourceSettings settings() {
        return watched.settings();
    }

    /** The definition, which a watch has to be by. */
    WatchedSource watched() {
        return watched;
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

    /**
     * Holds in place of the definition before: nobody who looked that up gets anything any more, and its watches go on under this
     * one. A watch whose parameters this one does not take ends without an event.
     *
     * @param tellsTheSame whether the statuses that are known stay known
     * @param later gets what is left to be done without locks
     */
    void takeOver(RegisteredSource before, boolean tellsTheSame, List<Runnable> later) {
        watches.redefine(watched, maker);
        Watch.Next next = new Watch.Next(watched, polled, shared, tellsTheSame);
        for (Watch watch : watches.watches()) {
            later.add(accepts(watch.url()) ? watch.goOn(next) : watch::breakOff);
        }
        later.add(before::letGo);
    }

    private boolean accepts(StatusUrl url) {
        Map<String, List<String>> query = new HashMap<>();
        url.params().forEach((param, value) -> query.put(param, List.of(value)));
        try {
            return url(query).equals(url);
        } catch (ParamsRefused e) {
            return false;
        }
    }

    /**
     * Holds no more: nobody gets a watch from now on.
     *
     * @param isOver whether its statuses have ended with it; otherwise their streams end without an event, since there are others
     * @param later gets what is left to be done without locks
     */
    void remove(boolean isOver, List<Runnable> later) {
        watches.remove();
        for (Watch watch : watches.watches()) {
            later.add(isOver ? watch::vanish : watch::breakOff);
        }
        later.add(this::letGo);
    }

    private void letGo() {
        if (polled != null) {
            polled.letGo();
        }
    }

    void close() {
        watches.close();
        watches.watches().forEach(Watch::drop);
        letGo();
    }
}
