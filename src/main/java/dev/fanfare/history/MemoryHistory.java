package dev.fanfare.history;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.History;
import dev.fanfare.hub.Logged;
import dev.fanfare.hub.Page;
import dev.fanfare.hub.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * Events lie in a list by position. Two indexes spare a scan: by the publisher's id and by topic, each with the positions of
 * its events in order. What leaves the list leaves the indexes, oldest first in both.
 */
/**
 * The newest events in memory, bounded by number, age and bytes; they end with the process. Thread-safe; everything is done
 * in the caller's thread, under one lock.
 */
public final class MemoryHistory implements History {
    private static final int EVENT_OVERHEAD_BYTES = 240;
    private static final long PAGE_BYTES = 1L << 20;
    private static final int SCAN_PER_PAGE = 4096;

    private record Kept(Logged logged, long bytes, long appendedNanos) {}

    private final String epoch = Epoch.create();
    private final HistorySettings settings;
    private final Ticker ticker;

    // Guarded by this.
    private final Recent<Kept> kept = new Recent<>();
    private final Map<EventId, Positions> byId = new HashMap<>();
    private final Map<Topic, Positions> byTopic = new HashMap<>();
    private long bytes;
    private boolean closed;

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
        return kept.head() - kept.size();
    }

    @Override
    public synchronized CompletionStage<Long> append(List<Event> events) {
        if (closed) {
            return CompletableFuture.failedStage(
                    new IllegalStateException("The history is closed; it takes no more events"));
        }
        long first = kept.head() + 1;
        long now = ticker.nanos();
        for (Event event : events) {
            Kept added = new Kept(new Logged(kept.head() + 1, event), bytesOf(event), now);
            kept.add(added);
            bytes += added.bytes();
            index(added.logged());
        }
        trim(now);
        return CompletableFuture.completedStage(first);
    }

    private void index(Logged logged) {
        EventId id = logged.event().id();
        if (id != null) {
            byId.computeIfAbsent(id, key -> new Positions()).add(logged.position());
        }
        for (Topic topic : Set.copyOf(logged.event().topics())) {
            byTopic.computeIfAbsent(topic, key -> new Positions()).add(logged.position());
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

    private void forget(Logged logged) {
        EventId id = logged.event().id();
        if (id != null) {
            byId.computeIfPresent(id, (key, found) -> found.removeFirst(logged.position()) ? null : found);
        }
        for (Topic topic : logged.event().topics()) {
            byTopic.computeIfPresent(topic, (key, found) -> found.removeFirst(logged.position()) ? null : found);
        }
    }

    @Override
    public synchronized CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        trim(ticker.nanos());
        long from = Math.max(after, keptAfter());
        List<Positions> lists = new ArrayList<>(selectors.size());
        for (Selector selector : selectors) {
            if (!(selector instanceof Selector.Exact exact)) {
                return CompletableFuture.completedStage(scan(from, selectors, maxEvents));
            }
            Positions positions = byTopic.get(exact.topic());
            if (positions != null) {
                lists.add(positions);
            }
        }
        return CompletableFuture.completedStage(merge(from, lists, maxEvents));
    }

    /** Events of exact topics: the lowest position of all lists, again and again. */
    private Page merge(long from, List<Positions> lists, int maxEvents) {
        int[] at = new int[lists.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = lists.get(i).indexAfter(from);
        }
        List<Logged> found = new ArrayList<>();
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

    /** Events in the order of the log, those that match; the page ends where it has looked at enough. */
    private Page scan(long from, Set<Selector> selectors, int maxEvents) {
        List<Logged> found = new ArrayList<>();
        long size = 0;
        long position = from;
        long last = Math.min(kept.head(), from + SCAN_PER_PAGE);
        while (position < last && found.size() < maxEvents && size < PAGE_BYTES) {
            Kept event = kept.get(++position);
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
    public synchronized CompletionStage<OptionalLong> find(EventId id) {
        trim(ticker.nanos());
        Positions positions = byId.get(id);
        return CompletableFuture.completedStage(
                positions == null ? OptionalLong.empty() : OptionalLong.of(positions.get(0)));
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
