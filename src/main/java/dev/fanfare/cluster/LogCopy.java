package dev.fanfare.cluster;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.History;
import dev.fanfare.log.LocalCopy;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Life;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * Where a loss is taken back, positions of the copy are given out again. So whoever reads looks at the places before and
 * after, and reads again if they are others: what changes the copy is done in the order drop, new places, next append.
 */
/**
 * A node's copy of the log, with the positions of the log. What changes it is done by one thread, each step awaited before the
 * next; any thread reads.
 */
final class LogCopy {
    private final LocalCopy copy;
    private volatile Places places;
    /** The log has let go of all up to here, though the copy may not have yet. */
    private volatile long logKeptAfter;

    /** @throws IllegalArgumentException if the copy was written by something else */
    LogCopy(LocalCopy copy) {
        this.copy = copy;
        this.places = Places.read(copy.note());
    }

    boolean isMet() {
        return places.isMet();
    }

    /** What this node knows of the log. */
    Known known() {
        Places now = places;
        return now.isMet() ? new Known(now.lives(), head()) : Known.NOTHING;
    }

    @Nullable
    String epochOf(long position) {
        return places.epochOf(position);
    }

    @Nullable
    Life life(String epoch) {
        return places.life(epoch);
    }

    List<Life> lives() {
        return places.lives();
    }

    // Reading.

    /** Whether nothing was taken back since somebody looked; other places may be equal and mean other events. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isStill(Places then) {
        return then == places;
    }

    /** The position of the newest event that is here, or the one before the first of a life that has none. */
    long head() {
        while (true) {
            Places now = places;
            long head = now.cursorOf(copy.head());
            if (isStill(now)) {
                return head;
            }
        }
    }

    long keptAfter() {
        while (true) {
            Places now = places;
            long kept = now.cursorOf(copy.keptAfter());
            long head = now.cursorOf(copy.head());
            if (isStill(now)) {
                return Math.max(kept, Math.min(logKeptAfter, head));
            }
        }
    }

    /** See {@link History#before}. */
    long before(long newest) {
        long local = Math.max(copy.keptAfter(), copy.head() - newest);
        return Math.max(keptAfter(), places.cursorOf(local));
    }

    CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        Places now = places;
        if (!now.isMet()) {
            return CompletableFuture.completedStage(new Page(after, List.of(), after));
        }
        Places.Cursor cursor = now.find(Math.max(after, keptAfter()));
        return copy.read(cursor.local(), selectors, maxEvents)
                .thenCompose(page -> isStill(now)
                        ? CompletableFuture.completedStage(shared(now, cursor, page))
                        : read(after, selectors, maxEvents));
    }

    private static Page shared(Places places, Places.Cursor cursor, Page page) {
        List<LogEntry> events = new ArrayList<>(page.events().size());
        for (LogEntry each : page.events()) {
            events.add(new LogEntry(places.sharedOf(each.position()), each.event()));
        }
        long after = page.after() == cursor.local() ? cursor.shared() : places.cursorOf(page.after());
        return new Page(after, events, Math.max(after, places.cursorOf(page.upTo())));
    }

    CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        Places now = places;
        return copy.find(id, known).thenCompose(found -> {
            if (!isStill(now)) {
                return find(id, known);
            }
            long position = found.isPresent() ? now.sharedOf(found.getAsLong()) : 0;
            return CompletableFuture.completedStage(
                    position > logKeptAfter ? OptionalLong.of(position) : OptionalLong.empty());
        });
    }

    CompletionStage<Optional<LogEntry>> last(Topic topic) {
        Places now = places;
        return copy.last(topic)
                .thenCompose(found -> isStill(now)
                        ? CompletableFuture.completedStage(found.flatMap(entry -> shared(now, entry)))
                        : last(topic));
    }

    CompletionStage<Optional<LogEntry>> last(Topic topic, long upTo) {
        Places now = places;
        if (!now.isMet()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        return copy.last(topic, now.find(upTo).local())
                .thenCompose(found -> isStill(now)
                        ? CompletableFuture.completedStage(found.flatMap(entry -> shared(now, entry)))
                        : last(topic, upTo));
    }

    private Optional<LogEntry> shared(Places now, LogEntry entry) {
        long position = now.sharedOf(entry.position());
        return position > logKeptAfter ? Optional.of(new LogEntry(position, entry.event())) : Optional.empty();
    }

    // Changing, by one thread.

    /** The log has let go of all up to a position. */
    void letGo(long position) {
        logKeptAfter = Math.max(logKeptAfter, position);
    }

    /** Appends events that follow the head. */
    CompletionStage<Void> append(List<Event> events) {
        return copy.append(events).thenAccept(first -> {});
    }

    /** Has nothing any more, and goes on behind a position, of one of these lives. */
    CompletionStage<Void> beginAfter(long position, List<Life> lives) {
        return copy.dropAfter(copy.keptAfter()).thenCompose(dropped -> {
            Places.Stretch only = new Places.Stretch(copy.head() + 1, position + 1);
            return keep(new Places(lives, List.of(only)));
        });
    }

    /** Takes back what was lost behind a position that is here. */
    CompletionStage<Void> dropAfter(long position) {
        long local = places.find(position).local();
        return copy.dropAfter(local).thenAccept(dropped -> places = places.upTo(position));
    }

    /** Goes on with the next life, from its first position on. */
    CompletionStage<Void> goOn(long first) {
        return keep(places.goingOn(new Places.Stretch(copy.head() + 1, first), copy.keptAfter()));
    }

    CompletionStage<Void> keepLives(List<Life> lives) {
        return lives.equals(places.lives()) ? CompletableFuture.completedStage(null) : keep(places.withLives(lives));
    }

    private CompletionStage<Void> keep(Places next) {
        places = next;
        return copy.keepNote(next.text());
    }
}
