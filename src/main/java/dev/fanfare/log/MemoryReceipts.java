package dev.fanfare.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Receipts in memory: as long as their events are kept and the process lives, and at most {@value #MAX_RECEIPTS} of them, the
 * oldest out first. Thread-safe.
 */
public final class MemoryReceipts implements Receipts {
    /** About 30 MB. */
    public static final int MAX_RECEIPTS = 100_000;

    private record Held(Receipt receipt, long last) {}

    private final History history;

    /** The oldest first. */
    @GuardedBy("this")
    private final Map<String, Held> held = new LinkedHashMap<>();

    /** Receipts for events of a history that keeps none itself. */
    public MemoryReceipts(History history) {
        this.history = history;
    }

    @Override
    public CompletionStage<Long> append(List<Event> events, String key, String content) {
        if (events.isEmpty()) {
            long head = history.head();
            keep(key, new Held(new Receipt(content, head), head));
            return CompletableFuture.completedStage(head);
        }
        return history.append(events).thenApply(first -> {
            keep(key, new Held(new Receipt(content, first), first + events.size() - 1));
            return first;
        });
    }

    private synchronized void keep(String key, Held receipt) {
        trim();
        held.put(key, receipt);
        if (held.size() > MAX_RECEIPTS) {
            held.remove(held.keySet().iterator().next());
        }
    }

    /** Those before the first that is still needed go; positions grow with age but for a few that cross. */
    @GuardedBy("this")
    private void trim() {
        long keptAfter = history.keptAfter();
        var oldest = held.values().iterator();
        while (oldest.hasNext() && oldest.next().last() <= keptAfter) {
            oldest.remove();
        }
    }

    @Override
    public synchronized CompletionStage<Optional<Receipt>> find(String key) {
        trim();
        Held found = held.get(key);
        if (found == null || found.last() <= history.keptAfter()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        return CompletableFuture.completedStage(Optional.of(found.receipt()));
    }

    /** How many there are. */
    public synchronized int size() {
        return held.size();
    }
}
