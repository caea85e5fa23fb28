package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.TraceContext;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.KeyedQueue;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.HeapShare;
import dev.fanfare.stream.Ticker;
import jakarta.json.JsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is pushed: each status is an event of the log, private, on the topic that is its URL, of type {@code update} or
 * {@code end}. So it survives where the log's history does. Thread-safe; no method blocks.
 */
final class Pushes {
    private static final String AS_OF = "as-of ";
    private static final int MAX_STEPS = 65_536;
    /** How many ends in a row are looked past. */
    private static final int MOST_ENDS = 64;

    private static final long MAX_BYTES = HeapShare.of(8, 64L << 20);
    /** About what a status that waits takes up besides its text. */
    private static final int OVERHEAD_BYTES = 512;

    /** Where it is kept; null for nowhere. */
    private final @Nullable Hub log;

    private final @Nullable History history;
    private final Ticker ticker;

    /** For each status its steps, one after the other, so that what is kept last is what clients see last. */
    private final KeyedQueue<StatusUrl, Boolean> steps =
            new KeyedQueue<>(MAX_STEPS, MAX_BYTES, "statuses to be set or ended");

    Pushes(@Nullable Hub log, @Nullable History history, Ticker ticker) {
        this.log = log;
        this.history = history;
        this.ticker = ticker;
    }

    /**
     * What was pushed last.
     *
     * @param status null if nothing was, or is kept
     * @param ended whether it was ended then
     * @param time when
     */
    record Last(@Nullable Newest status, boolean ended, Instant time) {
        static final Last NOTHING = new Last(null, false, Instant.EPOCH);
    }

    /**
     * Keeps a status, then shows it to clients. Of several that wait only the newest is kept and shown, and the others complete
     * as it does; but a final one, which ends streams, is not passed over.
     *
     * @param trace the span in which it is set; null for none
     * @param adopt shows the status to clients; not called where nobody knows whether the status was kept
     * @return completes once it is kept and shown; exceptionally as {@link Hub#publish(Event)} does
     */
    CompletionStage<Void> set(StatusUrl url, Newest next, @Nullable TraceContext trace, Runnable adopt) {
        String json = next.json();
        CompletionStage<Boolean> set = steps.newestInTurn(
                url,
                OVERHEAD_BYTES + json.length(),
                !next.status().isFinal(),
                () -> keep(url, json, false, trace).thenApply(kept -> {
                    adopt.run();
                    return true;
                }));
        if (!set.toCompletableFuture().isDone()) {
            next.forgetValue(); // what waits is bounded by its text
        }
        return set.thenAccept(done -> {});
    }

    /** Runs a step that ends a status when those before it are over. */
    CompletionStage<Boolean> end(StatusUrl url, Supplier<CompletionStage<Boolean>> step) {
        return steps.inTurn(List.of(url), OVERHEAD_BYTES, step);
    }

    /** Keeps a status; completes once it is as safe as the history makes it, exceptionally as {@link Hub#publish(Event)} does. */
    CompletionStage<?> keep(StatusUrl url, String json, boolean ended, @Nullable TraceContext trace) {
        if (log == null) {
            return CompletableFuture.completedStage(url);
        }
        CompletionStage<EventId> kept = log.publish(Event.builder()
                .topic(url.topic().value())
                .isPrivate(true)
                .type(ended ? StatusEvents.END : StatusEvents.UPDATE)
                .comment(AS_OF + ticker.now().truncatedTo(ChronoUnit.MILLIS))
                .data(json)
                .build()
                .withTrace(trace));
        return isShared() ? kept.thenCompose(this::seen) : kept;
    }

    /** Waits a while until this node has the event, so that whoever set a status here finds it here. */
    private CompletionStage<EventId> seen(EventId id) {
        Hub own = log;
        return own == null
                ? CompletableFuture.completedStage(id)
                : own.locate(id.value()).handle((start, error) -> id);
    }

    /** Whether what is kept comes back by a {@link PushedFeed}, in the order of a log that nodes share. */
    boolean isShared() {
        return history != null && history.isShared();
    }

    CompletionStage<Last> last(StatusUrl url, SourceSettings settings) {
        History kept = history;
        if (kept == null) {
            return CompletableFuture.completedStage(Last.NOTHING);
        }
        return kept.last(url.topic()).thenCompose(found -> {
            Last last = last(found, settings);
            return last.ended() && kept.isShared() && found.isPresent()
                    ? newestSet(kept, url, settings, found.get().position() - 1, MOST_ENDS)
                            .thenApply(set -> set.status() == null ? last : new Last(set.status(), true, last.time()))
                    : CompletableFuture.completedStage(last);
        });
    }

    /**
     * What was set last up to a position. An end tells what the node that appended it knew, and others may have set the status
     * meanwhile; and several nodes may have ended it at the same time.
     */
    private static CompletionStage<Last> newestSet(
            History kept, StatusUrl url, SourceSettings settings, long upTo, int left) {
        return kept.last(url.topic(), upTo).thenCompose(found -> {
            Last last = last(found, settings);
            return found.isPresent() && last.ended() && left > 1
                    ? newestSet(kept, url, settings, found.get().position() - 1, left - 1)
                    : CompletableFuture.completedStage(last);
        });
    }

    /** Others publish to the topic, too, if they may; what is no status then counts as nothing. */
    static boolean isStatus(Event event) {
        String comment = event.comment();
        return event.isPrivate() && comment != null && comment.startsWith(AS_OF);
    }

    private static Last last(Optional<LogEntry> found, SourceSettings settings) {
        return found.isPresent() ? last(found.get().event(), settings) : Last.NOTHING;
    }

    /** What an event says of a status; nothing where it is none. */
    static Last last(Event event, SourceSettings settings) {
        String data = event.data();
        String comment = event.comment();
        if (data == null || comment == null || !isStatus(event)) {
            return Last.NOTHING;
        }
        try {
            Instant time = Instant.parse(comment.substring(AS_OF.length()));
            Newest status = Newest.of(JsonText.read(data), settings);
            return new Last(status, StatusEvents.END.equals(event.type()), time);
        } catch (DateTimeException | JsonException | SourceFailure e) {
            return Last.NOTHING;
        }
    }
}
