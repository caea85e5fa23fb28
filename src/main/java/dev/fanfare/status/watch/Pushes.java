package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.hub.Hub;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Ticker;
import jakarta.json.JsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
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

    /** Where it is kept; null for nowhere. */
    private final @Nullable Hub log;

    private final @Nullable History history;
    private final Ticker ticker;

    // Guarded by itself: the newest step that is under way for each status.
    private final Map<StatusUrl, CompletableFuture<?>> steps = new HashMap<>();

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

    /** Runs the steps of one status one after the other, so that what is kept last is what clients see last. */
    <T> CompletionStage<T> inTurn(StatusUrl url, Supplier<CompletionStage<T>> step) {
        CompletableFuture<T> done = new CompletableFuture<>();
        CompletableFuture<?> before;
        synchronized (steps) {
            before = steps.put(url, done);
        }
        CompletionStage<?> turn = before == null ? CompletableFuture.completedFuture(null) : before;
        turn.whenComplete((ignored, failure) -> run(step, url, done));
        return done;
    }

    private <T> void run(Supplier<CompletionStage<T>> step, StatusUrl url, CompletableFuture<T> done) {
        CompletionStage<T> stage;
        try {
            stage = step.get();
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedStage(e);
        }
        stage.whenComplete((value, error) -> {
            synchronized (steps) {
                steps.remove(url, done);
            }
            if (error != null) {
                done.completeExceptionally(error);
            } else {
                done.complete(value);
            }
        });
    }

    /** Keeps a status; completes once it is as safe as the history makes it. */
    CompletionStage<?> keep(StatusUrl url, String json, boolean ended) {
        if (log == null) {
            return CompletableFuture.completedStage(url);
        }
        return log.publish(Event.builder()
                .topic(url.topic().value())
                .isPrivate(true)
                .type(ended ? StatusEvents.END : StatusEvents.UPDATE)
                .comment(AS_OF + ticker.now().truncatedTo(ChronoUnit.MILLIS))
                .data(json)
                .build());
    }

    CompletionStage<Last> last(StatusUrl url, SourceSettings settings) {
        if (history == null) {
            return CompletableFuture.completedStage(Last.NOTHING);
        }
        return history.last(url.topic()).thenApply(found -> last(found, settings));
    }

    /** Others publish to the topic, too, if they may; what is no status then counts as nothing. */
    private static Last last(Optional<LogEntry> found, SourceSettings settings) {
        Event event = found.map(LogEntry::event).orElse(null);
        String data = event == null ? null : event.data();
        String comment = event == null ? null : event.comment();
        if (event == null || data == null || comment == null || !event.isPrivate() || !comment.startsWith(AS_OF)) {
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
