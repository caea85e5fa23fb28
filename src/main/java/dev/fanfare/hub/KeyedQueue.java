package dev.fanfare.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.HistoryUnavailable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A step names the keys that it must be alone with. Steps with a key in common run one after the other, in the order in which
 * they came; each key knows the last step in its line. All keys of a step are entered at once, under one lock, so no two steps
 * can wait for one another.
 *
 * A step may end before the call that begins it returns, and so may all that follow. So followers are begun by a loop, never
 * from within the step before, whose stack would be too deep in the end.
 *
 * Want of memory may strike anywhere. A step that was entered needs no further memory to be begun or to let its followers go:
 * what they are linked by was allocated before. A step that can't be entered leaves no trace.
 */
/**
 * Runs steps that have a key in common one after the other. The number of steps under way and what they hold in memory are
 * bounded; a step above the bound is refused at once. Thread-safe; no method blocks.
 *
 * @param <K> what steps may have in common
 * @param <T> what a step results in
 */
public final class KeyedQueue<K, T> {
    private final int maxSteps;
    private final long maxBytes;
    private final String steps;

    /** For each key the last step in its line. */
    @GuardedBy("this")
    private final Map<K, Step> lastInLine = new HashMap<>();

    @GuardedBy("this")
    private int underWay;

    @GuardedBy("this")
    private long bytes;

    // Steps whose turn has come, in a list linked by Step.next; one thread at a time begins them.
    @GuardedBy("this")
    private @Nullable Step firstReady;

    @GuardedBy("this")
    private @Nullable Step lastReady;

    @GuardedBy("this")
    private boolean beginning;

    /**
     * A queue without steps.
     *
     * @param maxSteps most steps under way, those that wait among them
     * @param maxBytes most bytes that they hold; a single step may hold more
     * @param steps what a message calls several steps, such as {@code publications}
     */
    public KeyedQueue(int maxSteps, long maxBytes, String steps) {
        this.maxSteps = maxSteps;
        this.maxBytes = maxBytes;
        this.steps = steps;
    }

    /** Work that waits for its turn, or runs. Its fields are guarded by the queue. */
    private final class Step {
        final Collection<K> keys;
        final CompletableFuture<T> outcome = new CompletableFuture<>();
        final List<Step> followers = new ArrayList<>(2);
        final boolean replaceable;
        Supplier<CompletionStage<T>> work;
        long holds;
        int callers = 1;
        int waitsFor;
        boolean begun;
        boolean over;

        @Nullable
        Step next;

        Step(Collection<K> keys, long holds, boolean replaceable, Supplier<CompletionStage<T>> work) {
            this.keys = keys;
            this.holds = holds;
            this.replaceable = replaceable;
            this.work = work;
        }
    }

    /**
     * Runs a step once those before it with a key in common are over.
     *
     * @param holds bytes that the step holds in memory
     * @param work begins the step, in this thread or in that which ended the one before
     * @return completes as the work's stage does; exceptionally with {@link HistoryUnavailable} if too many steps are under
     *     way, and the work is not begun then
     */
    public CompletionStage<T> inTurn(Collection<K> keys, long holds, Supplier<CompletionStage<T>> work) {
        return enter(new Step(List.copyOf(keys), holds, false, work));
    }

    /**
     * Runs a step as {@link #inTurn} does, or in place of the last step of the key's line if that came by this method too, may
     * be replaced, and has not begun. Both stages then complete as this work's does.
     *
     * @param replaceable whether a later step may take the place of this one
     */
    public CompletionStage<T> newestInTurn(K key, long holds, boolean replaceable, Supplier<CompletionStage<T>> work) {
        synchronized (this) {
            Step last = lastInLine.get(key);
            if (last != null && last.replaceable && replaceable && !last.begun) {
                if (isFull(holds - last.holds)) {
                    return refusal();
                }
                underWay++;
                bytes += holds - last.holds;
                last.callers++;
                last.holds = holds;
                last.work = work;
                return last.outcome;
            }
        }
        return enter(new Step(List.of(key), holds, replaceable, work));
    }

    private CompletionStage<T> enter(Step step) {
        synchronized (this) {
            if (isFull(step.holds)) {
                return refusal();
            }
            link(step);
            underWay++;
            bytes += step.holds;
            if (step.waitsFor > 0) {
                return step.outcome;
            }
            step.begun = true;
        }
        run(step);
        return step.outcome;
    }

    @GuardedBy("this")
    private boolean isFull(long more) {
        return underWay >= maxSteps || (underWay > 0 && bytes + more > maxBytes);
    }

    @GuardedBy("this")
    private CompletionStage<T> refusal() {
        return CompletableFuture.failedStage(
                new HistoryUnavailable(underWay + " " + steps + " are under way; try again when there are fewer"));
    }

    /** Puts the step at the end of the lines of all its keys, or leaves them as they are if memory runs out. */
    @GuardedBy("this")
    private void link(Step step) {
        Map<K, Step> before = new LinkedHashMap<>();
        for (K key : step.keys) {
            Step last = lastInLine.get(key);
            if (last != null) {
                before.put(key, last);
            }
        }
        try {
            for (Step predecessor : before.values()) {
                if (!predecessor.followers.contains(step)) {
                    predecessor.followers.add(step);
                    step.waitsFor++;
                }
            }
            for (K key : step.keys) {
                lastInLine.put(key, step);
            }
        } catch (RuntimeException | Error e) {
            before.values().forEach(predecessor -> predecessor.followers.remove(step));
            for (K key : step.keys) {
                Step last = before.get(key);
                if (last == null) {
                    lastInLine.remove(key, step);
                } else {
                    lastInLine.replace(key, last);
                }
            }
            throw e;
        }
    }

    private void run(Step step) {
        try {
            step.work.get().whenComplete((value, error) -> end(step, value, error));
        } catch (RuntimeException | Error e) {
            end(step, null, e);
        }
    }

    private void end(Step step, @Nullable T value, @Nullable Throwable error) {
        synchronized (this) {
            if (step.over) {
                return;
            }
            step.over = true;
            underWay -= step.callers;
            bytes -= step.holds;
            for (K key : step.keys) {
                lastInLine.remove(key, step);
            }
            for (Step follower : step.followers) {
                if (--follower.waitsFor == 0) {
                    addReady(follower);
                }
            }
        }
        if (error != null) {
            step.outcome.completeExceptionally(error);
        } else {
            completeWith(step.outcome, value);
        }
        beginReady();
    }

    @SuppressWarnings("NullAway") // a step whose result is null has T as @Nullable, which the stage can't say
    private static <T> void completeWith(CompletableFuture<T> outcome, @Nullable T value) {
        outcome.complete(value);
    }

    @GuardedBy("this")
    private void addReady(Step step) {
        Step last = lastReady;
        if (last == null) {
            firstReady = step;
        } else {
            last.next = step;
        }
        lastReady = step;
    }

    private void beginReady() {
        synchronized (this) {
            if (beginning) {
                return;
            }
            beginning = true;
        }
        while (true) {
            Step step;
            synchronized (this) {
                step = firstReady;
                if (step == null) {
                    beginning = false;
                    return;
                }
                firstReady = step.next;
                if (firstReady == null) {
                    lastReady = null;
                }
                step.next = null;
                step.begun = true;
            }
            run(step);
        }
    }
}
