package dev.fanfare.status.share;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.SharedStates;
import dev.fanfare.log.SharedStates.Fresh;
import dev.fanfare.log.SharedStates.Stamp;
import dev.fanfare.log.SharedStates.State;
import dev.fanfare.log.SharedStates.Telling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * One thing at a time is under way, in this order, so that what is asked of one key comes in the order in which it was meant:
 *
 *   told      a last value before the key is given up
 *   given up  by a watch that is gone before another one in its place claims it
 *   claimed
 *   fresh     once in a beat, or at once where somebody waits
 *
 * What the engine did not take waits for the next beat, unless something newer has taken its place. So no map here has more
 * entries than there are watches, and those that have gone since the engine was heard last.
 */
/** What is to be asked of the engine. Thread-safe. */
final class Outbox {
    /** Most bytes told in one call, if it is more than one value. */
    private static final int MOST_BYTES = 1 << 20;

    /** A value and what was noted after it, one of them at least. */
    private record Unsent(
            SharedPoll poll,
            @Nullable Telling value,
            @Nullable Telling note) {}

    private record Found(SharedPoll poll, Stamp stamp, long nanos) {}

    private final SharedStates states;
    private final Standing standing;
    private final AtomicInteger asked = new AtomicInteger();

    @GuardedBy("this")
    private final Map<String, Unsent> unsent = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Set<String> frees = new LinkedHashSet<>();

    @GuardedBy("this")
    private final Set<SharedPoll> claims = new LinkedHashSet<>();

    @GuardedBy("this")
    private final Map<String, Found> fresh = new LinkedHashMap<>();

    /** How many of these are to be sent now. */
    @GuardedBy("this")
    private int freshDue;

    @GuardedBy("this")
    private boolean isUnderWay;

    /** Something was not taken: nothing is sent until the next beat. */
    @GuardedBy("this")
    private boolean isWaiting;

    @GuardedBy("this")
    private @Nullable CompletableFuture<Void> whenEmpty;

    Outbox(SharedStates states, Standing standing) {
        this.states = states;
        this.standing = standing;
    }

    void claim(SharedPoll poll) {
        synchronized (this) {
            claims.add(poll);
        }
        send();
    }

    synchronized void unclaim(SharedPoll poll) {
        claims.remove(poll);
    }

    void free(String key) {
        synchronized (this) {
            frees.add(key);
            fresh.remove(key);
        }
        send();
    }

    /** Tells this in place of what was to be told of the same key, but for a value that it is a note to. */
    void tell(Telling telling, SharedPoll poll) {
        synchronized (this) {
            fresh.remove(telling.key());
            Unsent before = unsent.get(telling.key());
            Telling value = before == null ? null : before.value();
            unsent.put(
                    telling.key(),
                    telling.isNote() ? new Unsent(poll, value, telling) : new Unsent(poll, telling, null));
        }
        send();
    }

    /** It goes with the next {@link #sendFresh}. */
    synchronized void fresh(SharedPoll poll, Stamp stamp, long nanos) {
        fresh.put(poll.key(), new Found(poll, stamp, nanos));
    }

    void sendFresh() {
        synchronized (this) {
            freshDue = fresh.size();
        }
        send();
    }

    /** A beat is due: what was not taken is tried once more. */
    void retry() {
        synchronized (this) {
            isWaiting = false;
        }
        send();
    }

    /** The node has another name: what it had to say under the old one is void. */
    synchronized void forget() {
        unsent.clear();
        frees.clear();
        fresh.clear();
        freshDue = 0;
    }

    /** Completes once all is told and given up. */
    CompletionStage<Void> empty() {
        CompletableFuture<Void> empty = new CompletableFuture<>();
        synchronized (this) {
            whenEmpty = empty;
        }
        send();
        return empty;
    }

    /** Sends what there is; one thread at a time, so that answers that come at once do not call deeper and deeper. */
    void send() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            Supplier<CompletionStage<?>> request = next();
            if (request != null) {
                ask(request);
            }
            seen = asked.addAndGet(-seen);
        } while (seen != 0);
    }

    private void ask(Supplier<CompletionStage<?>> request) {
        CompletionStage<?> stage;
        try {
            stage = request.get();
        } catch (RuntimeException | Error e) {
            stage = CompletableFuture.failedStage(e);
        }
        stage.whenComplete((done, error) -> over(error != null));
    }

    private void over(boolean isLost) {
        synchronized (this) {
            isUnderWay = false;
            isWaiting |= isLost;
        }
        send();
    }

    private @Nullable Supplier<CompletionStage<?>> next() {
        CompletableFuture<Void> empty = null;
        Supplier<CompletionStage<?>> request = null;
        synchronized (this) {
            if (isUnderWay) {
                return null;
            }
            if (!isWaiting) {
                request = nextRequest();
                isUnderWay = request != null;
            }
            if (!isUnderWay && unsent.isEmpty() && frees.isEmpty()) {
                empty = whenEmpty;
            }
        }
        if (empty != null) {
            empty.complete(null);
        }
        return request;
    }

    @GuardedBy("this")
    private @Nullable Supplier<CompletionStage<?>> nextRequest() {
        if (!unsent.isEmpty()) {
            List<Unsent> batch = takeUnsent();
            return () -> tell(batch);
        }
        if (!frees.isEmpty()) {
            List<String> batch = take(frees);
            return () -> free(batch);
        }
        if (!claims.isEmpty() && standing.mayClaim()) {
            List<SharedPoll> batch = take(claims);
            return () -> claim(batch);
        }
        if (freshDue > 0 && !fresh.isEmpty()) {
            List<Found> batch = take(fresh.values());
            freshDue -= batch.size();
            return () -> freshen(batch);
        }
        return null;
    }

    private static <T> List<T> take(Iterable<T> all) {
        List<T> batch = new ArrayList<>();
        Iterator<T> each = all.iterator();
        while (each.hasNext() && batch.size() < SharedStates.MOST_KEYS) {
            batch.add(each.next());
            each.remove();
        }
        return batch;
    }

    @GuardedBy("this")
    private List<Unsent> takeUnsent() {
        List<Unsent> batch = new ArrayList<>();
        long bytes = 0;
        Iterator<Unsent> each = unsent.values().iterator();
        while (each.hasNext() && batch.size() < SharedStates.MOST_KEYS / 2) {
            Unsent one = each.next();
            bytes += (one.value() == null ? 0 : one.value().bytes().length);
            if (bytes > MOST_BYTES && !batch.isEmpty()) {
                break;
            }
            batch.add(one);
            each.remove();
        }
        return batch;
    }

    private CompletionStage<?> tell(List<Unsent> batch) {
        List<Telling> tellings = new ArrayList<>();
        for (Unsent one : batch) {
            if (one.value() != null) {
                tellings.add(one.value());
            }
            if (one.note() != null) {
                tellings.add(one.note());
            }
        }
        return states.tell(tellings).whenComplete((refused, error) -> {
            for (Unsent one : batch) {
                if (refused == null) {
                    putBack(one);
                } else if (refused.contains(key(one))) {
                    one.poll().refused(generation(one));
                }
            }
        });
    }

    private static String key(Unsent one) {
        return one.poll().key();
    }

    private static long generation(Unsent one) {
        Telling telling = one.note() != null ? one.note() : one.value();
        return telling == null ? 0 : telling.stamp().generation();
    }

    private synchronized void putBack(Unsent one) {
        Unsent newer = unsent.get(key(one));
        if (newer == null) {
            unsent.put(key(one), one);
        } else if (newer.value() == null) {
            unsent.put(key(one), new Unsent(newer.poll(), one.value(), newer.note()));
        }
    }

    private CompletionStage<?> free(List<String> batch) {
        return states.free(standing.node(), batch).whenComplete((done, error) -> {
            if (error != null) {
                synchronized (this) {
                    frees.addAll(batch);
                }
            }
        });
    }

    private CompletionStage<?> claim(List<SharedPoll> batch) {
        String node = standing.node();
        List<String> keys = batch.stream().map(SharedPoll::key).toList();
        return states.claim(node, keys, standing.highest()).whenComplete((answers, error) -> {
            if (answers == null) {
                synchronized (this) {
                    claims.addAll(batch);
                }
                return;
            }
            for (int i = 0; i < batch.size(); i++) {
                claimed(batch.get(i), answers.get(i), node);
            }
        });
    }

    private void claimed(SharedPoll poll, State state, String node) {
        boolean isWanted = poll.claimed(state, node);
        if (!isWanted && node.equals(state.owner()) && standing.isUnwanted(poll)) {
            free(poll.key());
        }
    }

    private CompletionStage<?> freshen(List<Found> batch) {
        long now = standing.nanos();
        List<Fresh> all = batch.stream()
                .map(one -> new Fresh(one.poll().key(), one.stamp(), Duration.ofNanos(Math.max(0, now - one.nanos()))))
                .toList();
        return states.fresh(all).whenComplete((refused, error) -> {
            for (Found one : batch) {
                if (refused == null) {
                    putBack(one);
                } else if (refused.contains(one.poll().key())) {
                    one.poll().refused(one.stamp().generation());
                }
            }
        });
    }

    private synchronized void putBack(Found one) {
        if (!unsent.containsKey(one.poll().key())) {
            fresh.putIfAbsent(one.poll().key(), one);
        }
    }
}
