package dev.fanfare.history;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A log that only counts: every event has its position and is gone. Thread-safe. */
public final class NoHistory implements History {
    private final String epoch = Epoch.create();
    private final AtomicLong head = new AtomicLong();
    private volatile Follower follower = Follower.NONE;

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public long head() {
        return head.get();
    }

    @Override
    public synchronized void follow(Follower next) {
        follower = follower.and(next);
    }

    @Override
    public CompletionStage<Long> append(List<Event> events) {
        long after = head.getAndAdd(events.size());
        follower.events(after, after + 1, events);
        return CompletableFuture.completedStage(after + 1);
    }

    @Override
    public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        long now = head.get();
        return CompletableFuture.completedStage(new Page(now, List.of(), now));
    }

    @Override
    public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        return CompletableFuture.completedStage(OptionalLong.empty());
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic) {
        return CompletableFuture.completedStage(Optional.empty());
    }

    @Override
    public long keptAfter() {
        return head.get();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
