package dev.fanfare.testing;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.HistoryStats;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A history that has another do all; tests change what they are about. As thread-safe as the other. */
public abstract class ForwardingHistory implements History {
    private final History history;

    protected ForwardingHistory(History history) {
        this.history = history;
    }

    @Override
    public String epoch() {
        return history.epoch();
    }

    @Override
    public long head() {
        return history.head();
    }

    @Override
    public String epochAt(long position) {
        return history.epochAt(position);
    }

    @Override
    public CompletionStage<Boolean> has(String epoch, long position) {
        return history.has(epoch, position);
    }

    @Override
    public long before(long newest) {
        return history.before(newest);
    }

    @Override
    public CompletionStage<Void> ready() {
        return history.ready();
    }

    @Override
    public void follow(Follower follower) {
        history.follow(follower);
    }

    @Override
    public CompletionStage<Long> append(List<Event> events) {
        return history.append(events);
    }

    @Override
    public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        return history.read(after, selectors, maxEvents);
    }

    @Override
    public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        return history.find(id, known);
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic) {
        return history.last(topic);
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic, long upTo) {
        return history.last(topic, upTo);
    }

    @Override
    public long keptAfter() {
        return history.keptAfter();
    }

    @Override
    public boolean isShared() {
        return history.isShared();
    }

    @Override
    public Optional<String> fault() {
        return history.fault();
    }

    @Override
    public Optional<String> broken() {
        return history.broken();
    }

    @Override
    public HistoryStats stats() {
        return history.stats();
    }

    @Override
    public void close() {
        history.close();
    }
}
