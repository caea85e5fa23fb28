package dev.fanfare.testing;

import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.SharedStates;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine in memory for the states that nodes share: {@link #node} gives each node its way to it. All happens in the thread
 * that asks, at once. Thread-safe.
 */
public final class FakeStates {
    private static final class Value {
        @Nullable
        String owner;

        long generation;
        long number;
        SharedStates.@Nullable Stamp toldBy;
        byte @Nullable [] value;
        long holdsNanos;
        SharedStates.@Nullable Note note;
    }

    private final Ticker ticker;
    private final Duration lease;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, Long> livesUntil = new HashMap<>();
    private final List<Consumer<SharedStates.Follower>> told = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private long generations;
    private boolean isAway;
    private int calls;

    public FakeStates(Ticker ticker, Duration lease) {
        this.ticker = ticker;
        this.lease = lease;
    }

    /** One node's way to the engine. */
    public synchronized Node node() {
        Node node = new Node();
        nodes.add(node);
        return node;
    }

    /** Whether the engine can be reached. */
    public synchronized void setAway(boolean away) {
        isAway = away;
    }

    /** Forgets all, as {@code FLUSHALL} does. */
    public synchronized void flush() {
        values.clear();
        livesUntil.clear();
        generations = 0;
    }

    /** How many calls of all nodes have reached it. */
    public synchronized int calls() {
        return calls;
    }

    /** Who looks after a value; null if nobody does, or nobody who lives. */
    public synchronized @Nullable String ownerOf(String key) {
        Value value = values.get(key);
        return value == null || !lives(value.owner) ? null : value.owner;
    }

    private boolean lives(@Nullable String node) {
        Long until = node == null ? null : livesUntil.get(node);
        return until != null && ticker.nanos() < until;
    }

    /** A node's way to it. Its faults are its own. */
    public final class Node implements SharedStates {
        private @Nullable Follower follower;
        private int heard;
        private final AtomicInteger hearing = new AtomicInteger();
        private boolean isCut;
        private boolean losesAnswers;
        private final List<CompletableFuture<Void>> held = new ArrayList<>();
        private boolean isHung;

        /** Whether it is cut off: its calls fail, and it hears nothing. */
        public void setCut(boolean cut) {
            synchronized (FakeStates.this) {
                isCut = cut;
            }
            hear();
        }

        /** Whether its calls are done, and their answers are lost. */
        public void setLosesAnswers(boolean loses) {
            synchronized (FakeStates.this) {
                losesAnswers = loses;
            }
        }

        /** Whether nothing comes back: what is asked stays open, and is done when this ends. */
        public void setHung(boolean hung) {
            List<CompletableFuture<Void>> open;
            synchronized (FakeStates.this) {
                isHung = hung;
                open = hung ? List.of() : List.copyOf(held);
                held.removeAll(open);
            }
            open.forEach(each -> each.complete(null));
            hear();
        }

        /** Skips what it has not heard, and is told so. */
        public void miss() {
            Follower missing;
            synchronized (FakeStates.this) {
                heard = told.size();
                missing = follower;
            }
            if (missing != null) {
                missing.missed();
            }
        }

        private <T> CompletionStage<T> call(Supplier<T> what) {
            CompletableFuture<Void> open = null;
            synchronized (FakeStates.this) {
                if (isHung) {
                    open = new CompletableFuture<>();
                    held.add(open);
                }
            }
            return open == null ? now(what) : open.thenCompose(done -> now(what));
        }

        private <T> CompletionStage<T> now(Supplier<T> what) {
            T answer;
            synchronized (FakeStates.this) {
                if (isAway || isCut) {
                    return CompletableFuture.failedStage(new HistoryUnavailable("the engine is away"));
                }
                calls++;
                answer = what.get();
                if (losesAnswers) {
                    return CompletableFuture.failedStage(new HistoryUnavailable("the answer is lost"));
                }
            }
            nodesNow().forEach(Node::hear);
            return CompletableFuture.completedStage(answer);
        }

        private List<Node> nodesNow() {
            synchronized (FakeStates.this) {
                return List.copyOf(nodes);
            }
        }

        private void hear() {
            if (hearing.getAndIncrement() != 0) {
                return;
            }
            int seen = 1;
            do {
                Consumer<Follower> next;
                while ((next = next()) != null) {
                    Follower hears = follower;
                    if (hears != null) {
                        next.accept(hears);
                    }
                }
                seen = hearing.addAndGet(-seen);
            } while (seen != 0);
        }

        private @Nullable Consumer<Follower> next() {
            synchronized (FakeStates.this) {
                boolean isOpen = follower != null && !isAway && !isCut && !isHung && heard < told.size();
                return isOpen ? told.get(heard++) : null;
            }
        }

        @Override
        public CompletionStage<Pulse> beat(String node, boolean begins, Set<String> others) {
            return call(() -> {
                boolean lives = begins || lives(node);
                if (lives) {
                    livesUntil.put(node, ticker.nanos() + lease.toNanos());
                }
                Set<String> gone = new HashSet<>(others);
                gone.removeIf(FakeStates.this::lives);
                return new Pulse(lives, gone);
            });
        }

        @Override
        public CompletionStage<List<State>> claim(String node, List<String> keys, long known) {
            return call(
                    () -> keys.stream().map(key -> claimed(node, key, known)).toList());
        }

        private State claimed(String node, String key, long known) {
            Value value = values.computeIfAbsent(key, none -> new Value());
            if (!lives(value.owner)) {
                generations = Math.max(generations, known) + 1;
                value.owner = node;
                value.generation = generations;
                value.number = 0;
            }
            byte[] bytes = value.value;
            Told last = bytes == null || value.toldBy == null
                    ? null
                    : new Told(value.toldBy, bytes, Duration.ofNanos(ticker.nanos() - value.holdsNanos));
            return new State(value.owner, value.generation, last, value.note);
        }

        @Override
        public CompletionStage<Set<String>> tell(List<Telling> tellings) {
            return call(() -> {
                Set<String> refused = new HashSet<>();
                tellings.forEach(telling -> tell(telling, refused));
                return refused;
            });
        }

        private void tell(Telling telling, Set<String> refused) {
            Value value = owned(telling.key(), telling.stamp(), refused);
            if (value == null) {
                return;
            }
            if (telling.isNote()) {
                Note note = new Note(telling.stamp(), telling.bytes());
                value.note = note;
                told.add(follower -> follower.noted(telling.key(), note));
            } else {
                value.note = null;
                value.value = telling.bytes();
                value.toldBy = telling.stamp();
                value.holdsNanos = ticker.nanos();
                Told last = new Told(telling.stamp(), telling.bytes(), Duration.ZERO);
                told.add(follower -> follower.told(telling.key(), last));
            }
        }

        /** Null if there is nothing to do: it was refused, or is known. */
        private @Nullable Value owned(String key, Stamp stamp, Set<String> refused) {
            Value value = values.get(key);
            if (value == null || value.generation != stamp.generation() || value.owner == null) {
                refused.add(key);
                return null;
            }
            if (stamp.number() <= value.number) {
                return null;
            }
            value.number = stamp.number();
            return value;
        }

        @Override
        public CompletionStage<Set<String>> fresh(List<Fresh> fresh) {
            return call(() -> {
                Set<String> refused = new HashSet<>();
                for (Fresh each : fresh) {
                    Value value = owned(each.key(), each.stamp(), refused);
                    if (value != null) {
                        value.note = null;
                        value.holdsNanos = ticker.nanos() - each.age().toNanos();
                        told.add(follower -> follower.fresh(
                                each.stamp().generation(), each.stamp().number(), each.age()));
                    }
                }
                return refused;
            });
        }

        @Override
        public CompletionStage<Void> free(String node, List<String> keys) {
            return call(() -> {
                List<String> freed = new ArrayList<>();
                for (String key : keys) {
                    Value value = values.get(key);
                    if (value != null && node.equals(value.owner)) {
                        value.owner = null;
                        freed.add(key);
                    }
                }
                told.add(follower -> follower.free(freed));
                return null;
            });
        }

        @Override
        public CompletionStage<Void> leave(String node) {
            return call(() -> {
                livesUntil.remove(node);
                return null;
            });
        }

        @Override
        public void follow(Follower next) {
            synchronized (FakeStates.this) {
                heard = told.size();
                follower = next;
            }
        }

        @Override
        public void close() {
            synchronized (FakeStates.this) {
                follower = null;
                nodes.remove(this);
            }
        }
    }
}
