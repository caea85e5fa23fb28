package dev.fanfare.history;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.event.TraceContext;
import dev.fanfare.log.Follower;
import dev.fanfare.log.HistoryStats;
import dev.fanfare.log.LocalCopy;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import dev.fanfare.log.PositionRing;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * Events lie in a list by position. Two indexes spare a scan: by the publisher's id and by topic, each with the positions of
 * its events in order. What leaves the list leaves the indexes, oldest first in both.
 */
/**
 * The newest events in memory, bounded by number, age and bytes; they end with the process. Thread-safe; everything is done
 * in the caller's thread, under one lock but for comparing topics with templates.
 */
public final class MemoryHistory implements LocalCopy {
    private static final int EVENT_OVERHEAD_BYTES = 240;
    private static final long PAGE_BYTES = 1L << 20;
    private static final int SCAN_PER_PAGE = 4096;
    /** Characters of topics to read for a page, each time they are read: a few milliseconds with the worst templates. */
    private static final long COMPARED_PER_PAGE = 200_000;

    private static final Selector EVERYTHING = Selector.parse("*");

    private record Kept(LogEntry logged, long bytes, long appendedNanos) {}

    private final String epoch = Epoch.create();
    private final HistorySettings settings;
    private final Ticker ticker;
    private volatile Follower follower = Follower.NONE;

    @GuardedBy("this")
    private final Recent<Kept> kept = new Recent<>();

    @GuardedBy("this")
    private final Map<EventId, PositionRing> byId = new HashMap<>();

    @GuardedBy("this")
    private final Map<Topic, PositionRing> byTopic = new HashMap<>();

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private long commits;

    @GuardedBy("this")
    private long reads;

    @GuardedBy("this")
    private boolean closed;

    private volatile String note = "";

    /** An empty history. */
    public MemoryHistory(HistorySettings settings, Ticker ticker) {
        this.settings = settings;
        this.ticker = ticker;
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public synchronized long head() {
        return kept.head();
    }

    @Override
    public synchronized long keptAfter() {
        trim(ticker.nanos());
        return keptAfterNow();
    }

    @GuardedBy("this")
    private long keptAfterNow() {
        return kept.head() - kept.size();
    }

    @Override
    public synchronized void follow(Follower next) {
        follower = follower.and(next);
    }

    /** Events that have more than the history's bytes together are refused: they would leave nothing, not even themselves. */
    @Override
    public CompletionStage<Long> append(List<Event> events) {
        CompletionStage<Long> refused = null;
        long first = 0;
        synchronized (this) {
            refused = refusal(events);
            if (refused == null) {
                first = add(events);
            }
        }
        if (refused != null) {
            return refused;
        }
        // Without the lock, since it encodes; so threads may come to the follower in another order.
        follower.events(first - 1, first, events);
        return CompletableFuture.completedStage(first);
    }

    @GuardedBy("this")
    private @Nullable CompletionStage<Long> refusal(List<Event> events) {
        if (closed) {
            return CompletableFuture.failedStage(
                    new IllegalStateException("The history is closed; it takes no more events"));
        }
        long more = 0;
        for (Event event : events) {
            more += bytesOf(event);
        }
        if (more > settings.maxBytes()) {
            return CompletableFuture.failedStage(new PublicationTooLarge(more, settings.maxBytes()));
        }
        return null;
    }

    @GuardedBy("this")
    private long add(List<Event> events) {
        long first = kept.head() + 1;
        long now = ticker.nanos();
        for (Event event : events) {
            Kept added = new Kept(new LogEntry(kept.head() + 1, event), bytesOf(event), now);
            kept.add(added);
            bytes += added.bytes();
            index(added.logged());
        }
        commits++;
        trim(now);
        return first;
    }

    @GuardedBy("this")
    private void index(LogEntry logged) {
        EventId id = logged.event().id();
        if (id != null) {
            byId.computeIfAbsent(id, key -> new PositionRing()).add(logged.position());
        }
        for (Topic topic : Set.copyOf(logged.event().topics())) {
            byTopic.computeIfAbsent(topic, key -> new PositionRing()).add(logged.position());
        }
    }

    private static long bytesOf(Event event) {
        long sum = EVENT_OVERHEAD_BYTES + bytesOf(event.data()) + bytesOf(event.comment()) + bytesOf(event.type());
        EventId id = event.id();
        if (id != null) {
            sum += EVENT_OVERHEAD_BYTES + bytesOf(id.value());
        }
        for (Topic topic : event.topics()) {
            sum += EVENT_OVERHEAD_BYTES + bytesOf(topic.value());
        }
        TraceContext trace = event.trace();
        if (trace != null) {
            sum += EVENT_OVERHEAD_BYTES + bytesOf(trace.state());
        }
        return sum;
    }

    /** A string takes one byte a character in memory, or two if any of its characters is beyond Latin-1. */
    private static long bytesOf(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xFF) {
                return 2L * text.length();
            }
        }
        return text.length();
    }

    @GuardedBy("this")
    private void trim(long now) {
        while (kept.size() > 0) {
            Kept oldest = kept.first();
            boolean old = now - oldest.appendedNanos() > settings.maxAge().toNanos();
            if (!old && kept.size() <= settings.maxEvents() && bytes <= settings.maxBytes()) {
                return;
            }
            kept.removeFirst();
            bytes -= oldest.bytes();
            forget(oldest.logged());
        }
    }

    @GuardedBy("this")
    private void forget(LogEntry logged) {
        EventId id = logged.event().id();
        if (id != null) {
            byId.computeIfPresent(id, (key, found) -> found.removeFirst(logged.position()) ? null : found);
        }
        for (Topic topic : logged.event().topics()) {
            byTopic.computeIfPresent(topic, (key, found) -> found.removeFirst(logged.position()) ? null : found);
        }
    }

    @Override
    public synchronized CompletionStage<Void> dropAfter(long position) {
        while (kept.size() > 0 && kept.head() > position) {
            Kept newest = kept.get(kept.head());
            kept.removeLast();
            bytes -= newest.bytes();
            EventId id = newest.logged().event().id();
            long at = newest.logged().position();
            if (id != null) {
                byId.computeIfPresent(id, (key, found) -> found.removeLast(at) ? null : found);
            }
            for (Topic topic : newest.logged().event().topics()) {
                byTopic.computeIfPresent(topic, (key, found) -> found.removeLast(at) ? null : found);
            }
        }
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> keepNote(String text) {
        note = text;
        return CompletableFuture.completedStage(null);
    }

    @Override
    public String note() {
        return note;
    }

    @Override
    public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        long from;
        List<Kept> stretch;
        synchronized (this) {
            reads++;
            trim(ticker.nanos());
            from = Math.max(after, keptAfterNow());
            List<PositionRing> lists = positionsOf(selectors);
            if (lists != null) {
                return CompletableFuture.completedStage(merge(from, lists, maxEvents));
            }
            stretch = stretch(from, selectors.contains(EVERYTHING) ? maxEvents : SCAN_PER_PAGE);
        }
        return CompletableFuture.completedStage(scan(from, stretch, selectors, maxEvents));
    }

    /** The positions of each topic, or null if the selectors are not all exact topics. */
    @GuardedBy("this")
    private @Nullable List<PositionRing> positionsOf(Set<Selector> selectors) {
        List<PositionRing> lists = new ArrayList<>(selectors.size());
        for (Selector selector : selectors) {
            if (!(selector instanceof Selector.Exact exact)) {
                return null;
            }
            PositionRing positions = byTopic.get(exact.topic());
            if (positions != null) {
                lists.add(positions);
            }
        }
        return lists;
    }

    /** The events that follow, whatever they are, so that they can be compared without the lock. */
    @GuardedBy("this")
    private List<Kept> stretch(long from, int most) {
        int size = (int) Math.min(Math.min(most, SCAN_PER_PAGE), kept.head() - from);
        List<Kept> stretch = new ArrayList<>(size);
        for (int i = 1; i <= size; i++) {
            stretch.add(kept.get(from + i));
        }
        return stretch;
    }

    /** Events of exact topics: the lowest position of all lists, again and again. */
    @GuardedBy("this")
    private Page merge(long from, List<PositionRing> lists, int maxEvents) {
        int[] at = new int[lists.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = lists.get(i).indexAfter(from);
        }
        List<LogEntry> found = new ArrayList<>();
        long size = 0;
        while (found.size() < maxEvents && size < PAGE_BYTES) {
            long lowest = Long.MAX_VALUE;
            for (int i = 0; i < at.length; i++) {
                if (at[i] < lists.get(i).size()) {
                    lowest = Math.min(lowest, lists.get(i).get(at[i]));
                }
            }
            if (lowest == Long.MAX_VALUE) {
                return new Page(from, found, kept.head());
            }
            for (int i = 0; i < at.length; i++) {
                if (at[i] < lists.get(i).size() && lists.get(i).get(at[i]) == lowest) {
                    at[i]++;
                }
            }
            Kept event = kept.get(lowest);
            found.add(event.logged());
            size += event.bytes();
        }
        return new Page(from, found, found.get(found.size() - 1).position());
    }

    /** Those of a stretch that match; the page ends where it has looked at enough. */
    private static Page scan(long from, List<Kept> stretch, Set<Selector> selectors, int maxEvents) {
        List<LogEntry> found = new ArrayList<>();
        long size = 0;
        long compared = 0;
        long passes = selectors.stream().mapToLong(Selector::passes).sum();
        long position = from;
        for (Kept event : stretch) {
            if (found.size() >= maxEvents || size >= PAGE_BYTES || compared >= COMPARED_PER_PAGE) {
                break;
            }
            position = event.logged().position();
            for (Topic topic : event.logged().event().topics()) {
                compared += topic.value().length() * passes;
            }
            if (matches(event.logged().event(), selectors)) {
                found.add(event.logged());
                size += event.bytes();
            }
        }
        return new Page(from, found, position);
    }

    private static boolean matches(Event event, Set<Selector> selectors) {
        for (Selector selector : selectors) {
            for (Topic topic : event.topics()) {
                if (selector.matches(topic)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        for (LogEntry candidate : named(id)) {
            if (known.test(candidate.event())) {
                return CompletableFuture.completedStage(OptionalLong.of(candidate.position()));
            }
        }
        return CompletableFuture.completedStage(OptionalLong.empty());
    }

    /** The earliest events with an id, to be asked about without the lock. */
    private synchronized List<LogEntry> named(EventId id) {
        reads++;
        trim(ticker.nanos());
        PositionRing positions = byId.get(id);
        if (positions == null) {
            return List.of();
        }
        int size = Math.min(positions.size(), MOST_OF_ONE_ID);
        List<LogEntry> named = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            named.add(kept.get(positions.get(i)).logged());
        }
        return named;
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic) {
        return last(topic, Long.MAX_VALUE);
    }

    @Override
    public synchronized CompletionStage<Optional<LogEntry>> last(Topic topic, long upTo) {
        trim(ticker.nanos());
        PositionRing positions = byTopic.get(topic);
        int count = positions == null ? 0 : positions.indexAfter(upTo);
        return CompletableFuture.completedStage(
                positions == null || count == 0
                        ? Optional.empty()
                        : Optional.of(kept.get(positions.get(count - 1)).logged()));
    }

    @Override
    public synchronized HistoryStats stats() {
        long now = ticker.nanos();
        trim(now);
        Duration oldestAge = kept.size() == 0
                ? Duration.ZERO
                : Duration.ofNanos(now - kept.first().appendedNanos());
        return new HistoryStats(kept.size(), bytes, oldestAge, commits, kept.head(), Duration.ZERO, 0, reads);
    }

    /** How many topics have events here. */
    synchronized int indexedTopics() {
        return byTopic.size();
    }

    /** How many ids of publishers have events here. */
    synchronized int indexedIds() {
        return byId.size();
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
