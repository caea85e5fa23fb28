package dev.fanfare.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** Those who wait until the copy has come to a position, a while and not longer. Thread-safe. */
final class HeadWaiters {
    /** Most waiters, about as many as connections are allowed; one more does not wait at all. */
    static final int MOST = 100_000;

    private final Ticker ticker;
    private final Duration longest;
    private final LongSupplier head;

    /** By the position that they wait for. */
    @GuardedBy("this")
    private final TreeMap<Long, List<CompletableFuture<Boolean>>> waiting = new TreeMap<>();

    @GuardedBy("this")
    private int count;

    /** @param head asked for the position that has been reached */
    HeadWaiters(Ticker ticker, Duration longest, LongSupplier head) {
        this.ticker = ticker;
        this.longest = longest;
        this.head = head;
    }

    /** Completes with true once the copy has a position, with false if it does not come to it in time. */
    CompletionStage<Boolean> await(long position) {
        CompletableFuture<Boolean> reached = new CompletableFuture<>();
        synchronized (this) {
            if (count >= MOST) {
                return CompletableFuture.completedStage(false);
            }
            waiting.computeIfAbsent(position, key -> new ArrayList<>(1)).add(reached);
            count++;
        }
        Ticker.Alarm alarm = ticker.schedule(longest, () -> giveUp(position, reached));
        CompletionStage<Boolean> outcome = reached.whenComplete((isThere, error) -> alarm.cancel());
        reached(head.getAsLong()); // it may have come meanwhile
        return outcome;
    }

    private void giveUp(long position, CompletableFuture<Boolean> late) {
        synchronized (this) {
            List<CompletableFuture<Boolean>> those = waiting.get(position);
            if (those == null || !those.removeIf(each -> each == late)) {
                return;
            }
            count--;
            if (those.isEmpty()) {
                waiting.remove(position);
            }
        }
        late.complete(false);
    }

    /** The copy has come to a position. */
    void reached(long position) {
        List<CompletableFuture<Boolean>> done = new ArrayList<>();
        synchronized (this) {
            if (count == 0) {
                return;
            }
            Iterator<List<CompletableFuture<Boolean>>> there =
                    waiting.headMap(position, true).values().iterator();
            while (there.hasNext()) {
                List<CompletableFuture<Boolean>> those = there.next();
                done.addAll(those);
                count -= those.size();
                there.remove();
            }
        }
        done.forEach(each -> each.complete(true));
    }
}
