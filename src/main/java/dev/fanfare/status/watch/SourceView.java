package dev.fanfare.status.watch;

import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A source as it is when it is looked up. Whoever asks has it looked up first and is judged then: if it is replaced meanwhile, the
 * methods that give statuses throw {@link SourceReplaced}, so that nobody gets by old rights what a new definition tells.
 * Thread-safe; no method blocks.
 */
public final class SourceView {
    private final RegisteredSource source;
    private final StatusLog log;
    private final Ticker ticker;

    SourceView(RegisteredSource source, StatusLog log, Ticker ticker) {
        this.source = source;
        this.log = log;
        this.ticker = ticker;
    }

    /** How it is asked. */
    public SourceSettings settings() {
        return source.settings();
    }

    /** Whether its statuses are pushed, not polled. */
    public boolean isPushed() {
        return source.isPushed();
    }

    /** What it has been asked, and who is interested. */
    public SourceStats stats() {
        return source.stats();
    }

    /** Its watches, in the order of their URLs. */
    public List<WatchInfo> watches() {
        return source.all().stream().map(Watch::info).toList();
    }

    /**
     * The status that a query names.
     *
     * @param query names and values as they were given, decoded; reserved names are passed over
     * @throws ParamsRefused if a parameter is unknown, missing, repeated, empty, too long, or does not match its pattern
     */
    public StatusUrl url(Map<String, List<String>> query) {
        return source.url(query);
    }

    /**
     * What a client wants of a status beside its parameters.
     *
     * @param query names and values as they were given, decoded; names that are not reserved are passed over
     * @throws ParamsRefused if a value can't be used
     */
    public StreamOptions options(Map<String, List<String>> query) {
        return StreamOptions.read(source.settings(), query);
    }

    /**
     * A client that wants the stream of a status.
     *
     * @param lastEventId what the client sent as {@code Last-Event-ID}; null if it sent none
     * @throws SourceReplaced if the source has been replaced since it was looked up
     * @throws IllegalStateException if the service is closed
     */
    public Joining joining(StatusUrl url, StreamOptions options, @Nullable String lastEventId) {
        return new Joining(source, url, options, lastEventId, log);
    }

    /**
     * What is known of a status; if nothing is, there is one poll first.
     *
     * @return completes within the source's timeout; exceptionally if the service closes meanwhile, with {@link SourceReplaced} if
     *     the source is replaced
     * @throws SourceReplaced if the source has been replaced since it was looked up
     * @throws IllegalStateException if the service is closed
     */
    public CompletionStage<Snapshot> snapshot(StatusUrl url, StreamOptions options) {
        try {
            return source.watches()
                    .look(url, source.watched())
                    .view()
                    .thenApply(view -> view.snapshot(source.settings(), options, ticker.now()));
        } catch (TooManyWatches e) {
            return CompletableFuture.completedStage(new Snapshot.Full(source.retryAfterFull()));
        }
    }

    /** When a client that was refused because of {@link Admission#FULL} is to reconnect. */
    public Duration retryAfterFull() {
        return source.retryAfterFull();
    }

    RegisteredSource registered() {
        return source;
    }
}
