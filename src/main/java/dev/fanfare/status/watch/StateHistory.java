package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A log of states, in memory: keeps for each topic the newest status, whether it is stale, and its end, so that one who
 * fell behind gets the newest {@code update} before the {@code end}. In place of patches, which do not fit a client that missed
 * one, it keeps the whole status. {@link #forget} lets go of a topic. Thread-safe; all stages are complete.
 */
final class StateHistory implements History {
    private static final Comparator<LogEntry> BY_POSITION = Comparator.comparingLong(LogEntry::position);

    private final String epoch;
    private volatile Follower follower = Follower.NONE;

    @GuardedBy("this")
    private final Map<Topic, Map<String, LogEntry>> newest = new HashMap<>();

    @GuardedBy("this")
    private @Nullable Event whole;

    @GuardedBy("this")
    private long head;

    @GuardedBy("this")
    private boolean closed;

    StateHistory() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        epoch = HexFormat.of().formatHex(random);
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public synchronized long head() {
        return head;
    }

    @Override
    public synchronized void follow(Follower next) {
        follower = follower.and(next);
    }

    @Override
    public CompletionStage<Long> append(List<Event> events) {
        long first;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedStage(new IllegalStateException("The log of states is closed"));
            }
            first = add(events);
        }
        follower.events(first - 1, first, events);
        return CompletableFuture.completedStage(first);
    }

    @GuardedBy("this")
    private long add(List<Event> events) {
        long first = head + 1;
        for (Event event : events) {
            head++;
            String kind = kindOf(event);
            LogEntry logged = new LogEntry(head, whole != null && kind.equals(StatusEvents.UPDATE) ? whole : event);
            for (Topic topic : logged.event().topics()) {
                newest.computeIfAbsent(topic, key -> new HashMap<>(4)).put(kind, logged);
            }
        }
        whole = null;
        return first;
    }

    /** The events that are appended next all lead to this whole status, which is kept in their place. */
    synchronized void keepInstead(Event update) {
        whole = update;
    }

    /** Of each kind of events the newest one says it all. */
    private static String kindOf(Event event) {
        @Nullable String type = event.type();
        if (type == null) {
            return "";
        }
        return switch (type) {
            case StatusEvents.PATCH -> StatusEvents.UPDATE;
            case StatusEvents.FRESH -> StatusEvents.STALE;
            default -> type;
        };
    }

    @Override
    public synchronized CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        List<LogEntry> found = new ArrayList<>();
        for (Selector selector : selectors) {
            if (selector instanceof Selector.Exact exact) {
                found.addAll(newest.getOrDefault(exact.topic(), Map.of()).values());
            } else {
                newest.forEach((topic, events) -> {
                    if (selector.matches(topic)) {
                        found.addAll(events.values());
                    }
                });
            }
        }
        return CompletableFuture.completedStage(page(after, found, maxEvents));
    }

    @GuardedBy("this")
    private Page page(long after, Collection<LogEntry> found, int maxEvents) {
        List<LogEntry> events = found.stream()
                .filter(logged -> logged.position() > after)
                .distinct()
                .sorted(BY_POSITION)
                .limit(maxEvents)
                .toList();
        boolean full = events.size() == maxEvents;
        return new Page(after, events, full ? events.get(maxEvents - 1).position() : Math.max(after, head));
    }

    /** Nothing: ids of states are no positions in a log, since a state may recur. */
    @Override
    public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        return CompletableFuture.completedStage(OptionalLong.empty());
    }

    @Override
    public synchronized CompletionStage<Optional<LogEntry>> last(Topic topic) {
        return CompletableFuture.completedStage(
                newest.getOrDefault(topic, Map.of()).values().stream().max(BY_POSITION));
    }

    /** Only the newest events are kept, so nothing is certain before the head. */
    @Override
    public long keptAfter() {
        return head();
    }

    /** Lets go of the events of a topic. */
    synchronized void forget(Topic topic) {
        newest.remove(topic);
    }

    /** How many topics have events here. */
    synchronized int topics() {
        return newest.size();
    }

    @Override
    public synchronized void close() {
        closed = true;
        newest.clear();
    }
}
