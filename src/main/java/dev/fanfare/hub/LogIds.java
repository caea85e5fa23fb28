package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.ReadFault;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The ids in a log: those that the hub makes of positions, {@code #EPOCH.POSITION}, and those that publishers gave. Thread-safe;
 * no method blocks.
 */
final class LogIds {
    private static final int MOST_DIGITS = 18;
    private static final CompletionStage<OptionalLong> NOWHERE = CompletableFuture.completedStage(OptionalLong.empty());
    private static final Set<Selector> EVERYTHING = Set.of(Selector.parse("*"));

    private final History history;
    private final ReadFault lookUpFault =
            new ReadFault("The history can't be read; ids of publishers are not found until it can");

    LogIds(History history) {
        this.history = history;
    }

    /** The id that the hub gives the event at a position, and a client's cursor there. */
    EventId at(long position) {
        return new EventId("#" + history.epochAt(position) + "." + position);
    }

    /** The ids of events that were appended side by side, the first of them at a position. */
    List<EventId> of(long first, List<Event> events) {
        List<EventId> ids = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            EventId own = events.get(i).id();
            ids.add(own != null ? own : at(first + i));
        }
        return ids;
    }

    /** The position that an id of the hub's names; empty if it is of another log, or is not there and does not come soon. */
    CompletionStage<OptionalLong> positionOf(String id) {
        int dot = id.indexOf('.');
        if (dot < 0 || id.length() - dot - 1 > MOST_DIGITS) {
            return NOWHERE;
        }
        long position;
        try {
            position = Long.parseUnsignedLong(id.substring(dot + 1));
        } catch (NumberFormatException e) { // the hub made no such id
            return NOWHERE;
        }
        return history.has(id.substring(1, dot), position)
                .thenApply(has -> has ? OptionalLong.of(position) : OptionalLong.empty());
    }

    /**
     * The earliest event with an id of a publisher that may be known of, null if there is none. Reads an event in any case, so
     * that the time does not tell whether there is one.
     */
    CompletionStage<@Nullable LogEntry> eventOf(EventId id, Predicate<Event> mayKnow) {
        CompletionStage<@Nullable LogEntry> event = history.find(id, mayKnow).thenCompose(found -> {
            long position = found.orElse(history.head());
            return history.read(Math.max(0, position - 1), EVERYTHING, 1).thenApply(page -> {
                LogEntry read = page.events().isEmpty() ? null : page.events().get(0);
                return read != null && found.isPresent() && read.position() == position ? read : null;
            });
        });
        return event.whenComplete((found, error) -> lookUpFault.note(error));
    }
}
