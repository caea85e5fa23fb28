package dev.fanfare.hub;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries of a log, in memory: a ring by position, bounded by number and by bytes. One thread at a time adds
 * (the {@link Dispatcher}'s lock sees to it); any thread reads. A reader finds an entry whole or not at all.
 */
final class Tail {
    private final AtomicReferenceArray<@Nullable EncodedEvent> ring;
    private final int mask;
    private final int maxEvents;
    private final long maxBytes;
    private volatile long start;
    private volatile long bytes;
    private long head;

    /** @param after the position before the first entry to be added */
    Tail(int maxEvents, long maxBytes, long after) {
        int slots = Integer.highestOneBit(Math.max(2, maxEvents) - 1) << 1;
        this.ring = new AtomicReferenceArray<>(slots);
        this.mask = slots - 1;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.start = after + 1;
        this.head = after;
    }

    /** Adds the entry that follows the newest one, and lets the oldest go where a bound is passed. */
    void add(EncodedEvent entry) {
        add(entry.position(), entry);
    }

    /** Leaves out the entry that would follow the newest one; those who want it read the history. */
    void skip(long position) {
        add(position, null);
    }

    /** Leaves out all up to a position; nothing is done where the newest entry is there or behind. */
    void passOver(long position) {
        if (position <= head) {
            return;
        }
        if (position - head < ring.length()) {
            for (long skipped = head + 1; skipped <= position; skipped++) {
                skip(skipped);
            }
            return;
        }
        for (int slot = 0; slot < ring.length(); slot++) {
            ring.set(slot, null);
        }
        head = position;
        bytes = 0;
        start = position + 1;
    }

    private void add(long position, @Nullable EncodedEvent entry) {
        head = position;
        long first = start;
        long held = bytes + (entry == null ? 0 : entry.retainedBytes());
        while (first < head && (head - first >= maxEvents || held > maxBytes)) {
            EncodedEvent oldest = ring.getAndSet((int) first & mask, null);
            held -= oldest == null ? 0 : oldest.retainedBytes();
            first++;
        }
        ring.set((int) head & mask, entry);
        bytes = held;
        start = first;
    }

    /** The entry at a position, or null if the tail has let it go or has not got it yet. */
    @Nullable
    EncodedEvent get(long position) {
        EncodedEvent entry = ring.get((int) position & mask);
        return entry != null && entry.position() == position ? entry : null;
    }

    /** The oldest position that is still here. */
    long start() {
        return start;
    }

    /** Bytes held, frames with their overhead. */
    long bytes() {
        return bytes;
    }
}
