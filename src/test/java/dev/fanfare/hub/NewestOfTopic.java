package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A history that keeps the newest event of each topic. Thread-safe. */
final class NewestOfTopic implements History {
    // Guarded by this.
    private final Map<Topic, LogEntry> newest = new HashMap<>();
    private long head;
    private Follower follower = Follower.NONE;

    @Override
    public String epoch() {
        return "newest";
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
    public synchronized CompletionStage<Long> append(List<Event> events) {
        long first = head + 1;
        for (Event event : events) {
            newest.put(event.topics().get(0), new LogEntry(++head, event));
        }
        follower.events(first - 1, first, events);
        return CompletableFuture.completedStage(first);
    }

    @Override
    public synchronized CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        List<LogEntry> events = newest.values().stream()
                .filter(logged -> logged.position() > after)
                .filter(logged -> selectors.stream()
                        .anyMatch(s -> s.matches(logged.event().topics().get(0))))
                .sorted((one, other) -> Long.compare(one.position(), other.position()))
                .toList();
        return CompletableFuture.completedStage(new Page(after, events, head));
    }

    @Override
    public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        return CompletableFuture.completedStage(OptionalLong.empty());
    }

    @Override
    public synchronized CompletionStage<Optional<LogEntry>> last(Topic topic) {
        return CompletableFuture.completedStage(Optional.ofNullable(newest.get(topic)));
    }

    @Override
    public long keptAfter() {
        return head();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
