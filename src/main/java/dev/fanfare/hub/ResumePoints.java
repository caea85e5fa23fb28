package dev.fanfare.hub;

import dev.fanfare.event.EventId;
import dev.fanfare.log.History;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds where clients go on that were here before. Thread-safe; no method blocks. */
final class ResumePoints {
    private final History history;
    private final LogIds ids;
    private final Dispatcher dispatcher;
    private final int replayMax;

    /** @param replayMax most events to replay to a client whose id is unknown */
    ResumePoints(History history, LogIds ids, Dispatcher dispatcher, int replayMax) {
        this.history = history;
        this.ids = ids;
        this.dispatcher = dispatcher;
        this.replayMax = replayMax;
    }

    /** See {@link Hub#locate(String, Rights)}. */
    CompletionStage<ResumePoint> locate(@Nullable String lastEventId, Rights rights) {
        if (lastEventId == null) {
            return CompletableFuture.completedStage(ResumePoint.NOW);
        }
        if (lastEventId.isEmpty()) {
            long now = dispatcher.dispatched();
            return CompletableFuture.completedStage(new ResumePoint(now, null, answerFor(now)));
        }
        if (lastEventId.equals(ResumePoint.EARLIEST)) {
            return CompletableFuture.completedStage(new ResumePoint(history.keptAfter(), null, ResumePoint.EARLIEST));
        }
        EventId id;
        try {
            id = new EventId(lastEventId);
        } catch (IllegalArgumentException e) { // no event can have it
            return CompletableFuture.completedStage(unknown(lastEventId));
        }
        if (id.isHubMade()) {
            return ids.positionOf(lastEventId)
                    .thenApply(position ->
                            position.isPresent() ? known(position.getAsLong(), lastEventId) : unknown(lastEventId));
        }
        return ids.eventOf(id, event -> EncodedEvent.visible(event, rights))
                .thenApply(found -> found != null ? known(found.position(), lastEventId) : unknown(lastEventId));
    }

    private ResumePoint known(long position, String id) {
        return new ResumePoint(position, null, position >= history.keptAfter() ? id : ResumePoint.EARLIEST);
    }

    private ResumePoint unknown(String id) {
        String shown = id.substring(0, Math.min(id.length(), EventId.MAX_BYTES));
        long after = history.before(replayMax);
        return new ResumePoint(after, shown, answerFor(after));
    }

    private String answerFor(long position) {
        return position <= history.keptAfter()
                ? ResumePoint.EARLIEST
                : ids.at(position).value();
    }
}
