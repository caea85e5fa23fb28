package dev.fanfare.auth;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was found out about tokens, by their digests. Bounded in number and weight; what was not asked for longest goes first. Thread-safe. */
final class DigestCache<V> {
    private record Weighed<V>(V value, int weight) {}

    private final int maxEntries;
    private final long maxWeight;

    @GuardedBy("this")
    private final Map<TokenDigest, Weighed<V>> entries = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private long weight;

    DigestCache(int maxEntries, long maxWeight) {
        this.maxEntries = maxEntries;
        this.maxWeight = maxWeight;
    }

    synchronized @Nullable V get(TokenDigest digest) {
        Weighed<V> found = entries.get(digest);
        return found == null ? null : found.value();
    }

    /** @param added what it weighs against {@code maxWeight} */
    synchronized void put(TokenDigest digest, V value, int added) {
        remove(digest);
        entries.put(digest, new Weighed<>(value, added));
        weight += added;
        Iterator<Weighed<V>> oldest = entries.values().iterator();
        while (entries.size() > maxEntries || (weight > maxWeight && entries.size() > 1)) {
            weight -= oldest.next().weight();
            oldest.remove();
        }
    }

    synchronized void remove(TokenDigest digest) {
        Weighed<V> removed = entries.remove(digest);
        if (removed != null) {
            weight -= removed.weight();
        }
    }

    synchronized int size() {
        return entries.size();
    }
}
