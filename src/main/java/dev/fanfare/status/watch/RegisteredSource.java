package dev.fanfare.status.watch;

import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.stream.Openings;
import dev.fanfare.stream.Ticker;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A source under its name, with its watches. Thread-safe. */
final class RegisteredSource {
    private final SourceSettings settings;
    private final ParamsReader params;
    private final Openings openings;
    private final SourceHealth health;
    private final WatchRegistry watches;

    /** Null if statuses are pushed. */
    private final @Nullable PolledSource polled;

    private RegisteredSource(
            String name,
            SourceSettings settings,
            @Nullable PolledSource polled,
            Function<RegisteredSource, Function<StatusUrl, Watch>> maker) {
        this.settings = settings;
        this.params = new ParamsReader(name, settings);
        this.openings = new Openings(settings.retry());
        this.health = new SourceHealth(name);
        this.polled = polled;
        this.watches = new WatchRegistry(name, settings.maxWatches(), maker.apply(this));
    }

    static RegisteredSource polled(
            String name,
            StatusSource source,
            SourceSettings settings,
            StatusLog log,
            Ticker ticker,
            DoubleSupplier random) {
        PolledSource polled = new PolledSource(source, settings, ticker, random);
        return new RegisteredSource(
                name, settings, polled, owner -> url -> new PolledWatch(owner, polled, url, log, ticker));
    }

    static RegisteredSource pushed(String name, SourceSettings settings, StatusLog log, Pushes pushes, Ticker ticker) {
        return new RegisteredSource(
                name, settings, null, owner -> url -> new PushedWatch(owner, pushes, url, log, ticker));
    }

    SourceSettings settings() {
        return settings;
    }

    boolean isPushed() {
        return polled == null;
    }

    /** Whether streams of a status that is not there yet wait for it; otherwise they are not opened. */
    boolean waitsForStatuses() {
        SourceSettings.Missing missing = settings.missing();
        return missing == null ? isPushed() : missing == SourceSettings.Missing.WAIT;
    }

    /** @throws ParamsRefused as {@link Statuses#url} */
    StatusUrl url(Map<String, List<String>> query) {
        return params.url(query);
    }

    SourceStats stats() {
        return polled == null
                ? new SourceStats(watches.size(), health.failing(), 0, 0, 0, 0, Duration.ZERO)
                : polled.stats(watches.size(), health.failing());
    }

    /** What the next stream of this source begins with. */
    Frame opening() {
        return openings.next();
    }

    WatchRegistry watches() {
        return watches;
    }

    /** A watch, and what it knows. */
    record Found(Watch watch, CompletionStage<View> view) {}

    /**
     * The watch of a status, made if there is none, and what is known; the source is asked first if nothing is.
     *
     * @throws TooManyWatches if the limit is reached
     * @throws IllegalStateException if the service is closed
     */
    Found look(StatusUrl url) {
        while (true) {
            Watch watch = watches.watch(url);
            CompletionStage<View> view = watch.view();
            if (view != null) {
                return new Found(watch, view);
            }
            watches.remove(url, watch);
        }
    }

    /** What another watch of a status knows, in place of one that is gone; fails where there is no room for one. */
    CompletionStage<View> lookInstead(StatusUrl url) {
        try {
            return look(url).view();
        } catch (TooManyWatches | IllegalStateException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Forgets a watch that is gone. */
    void remove(StatusUrl url, Watch gone) {
        watches.remove(url, gone);
    }

    /** All watches there are now, in the order of their URLs. */
    List<Watch> all() {
        List<Watch> all = watches.watches();
        all.sort(Comparator.comparing(watch -> watch.url().toString()));
        return all;
    }

    /** One status more can't be told. */
    void failing(SourceFailure failure) {
        health.failed(failure);
    }

    /** One status more can be told again. */
    void recovered() {
        health.recovered();
    }

    /** Nobody asks any more for a status that could not be told. */
    void failingForgotten() {
        health.forgotten();
    }

    void close() {
        watches.close();
        watches.watches().forEach(Watch::drop);
        if (polled != null) {
            polled.letGo();
        }
    }
}
