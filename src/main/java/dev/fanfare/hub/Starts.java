package dev.fanfare.hub;

import dev.fanfare.event.EventId;
import dev.fanfare.log.History;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds where clients go on that were here before. Thread-safe; no method blocks. */
final class Starts {
    private final History history;
    private final LogIds ids;
    private final Dispatcher dispatcher;
    private final int replayMax;

    /** @param replayMax most events to replay to a client whose id is unknown */
    Starts(History history, LogIds ids, Dispatcher dispatcher, int replayMax) {
        this.history = history;
        this.ids = ids;
        this.dispatcher = dispatcher;
        this.replayMax = replayMax;
    }

    /** See {@link Hub#locate(String, Rights)}. */
    CompletionStage<Start> locate(@Nullable String lastEventId, Rights rights) {
        if (lastEventId == null) {
            return CompletableFuture.completedStage(Start.NOW);
        }
        if (lastEventId.isEmpty()) {
            long now = dispatcher.dispatched();
            return CompletableFuture.completedStage(new Start(now, null, answerFor(now)));
        }
        if (lastEventId.equals(Start.EARLIEST)) {
            return CompletableFuture.completedStage(new Start(history.keptAfter(), null, Start.EARLIEST));
        }
        EventId id;
        try {
            id = new EventId(lastEventId);
        } catch (IllegalArgumentException e) { // no event can have it
            return CompletableFuture.completedStage(unknown(lastEventId));
        }
        if (id.isHubMade()) {
            OptionalLong position = ids.positionOf(lastEventId);
            return CompletableFuture.completedStage(
                    position.isPresent() ? known(position.getAsLong(), lastEventId) : unknown(lastEventId));
        }
        return ids.eventOf(id, event -> Entry.visible(event, rights))
                .thenApply(found -> found != null ? known(found.position(), lastEventId) : unknown(lastEventId));
    }

    private Start known(long position, String id) {
        return new Start(position, null, position >= history.keptAfter() ? id : Start.EARLIEST);
    }

    private Start unknown(String id) {
        String shown = id.substring(0, Math.min(id.length(), EventId.MAX_BYTES));
        long after = Math.max(history.keptAfter(), history.head() - replayMax);
        return new Start(after, shown, answerFor(after));
    }

    private String answerFor(long position) {
        return position <= history.keptAfter()
                ? Start.EARLIEST
                : ids.at(position).value();
    }
}
