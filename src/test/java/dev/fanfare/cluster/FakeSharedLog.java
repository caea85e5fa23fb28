package dev.fanfare.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog;
import dev.fanfare.stream.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An engine in memory that does what a test tells it to; {@link #node} gives each of several nodes its log. Thread-safe. */
final class FakeSharedLog {
    private final Ticker ticker;

    @GuardedBy("this")
    private final NavigableMap<Long, SharedLog.Stored> events = new TreeMap<>();

    @GuardedBy("this")
    private List<SharedLog.Life> lives = List.of();

    @GuardedBy("this")
    private final Map<String, Answered> answered = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, SharedLog.Remembered> receipts = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, Long> ids = new HashMap<>();

    @GuardedBy("this")
    private long head;

    @GuardedBy("this")
    private long keptAfter;

    @GuardedBy("this")
    private int epochs;

    @GuardedBy("this")
    private boolean away;

    @GuardedBy("this")
    private int lostAnswers;

    @GuardedBy("this")
    private int refusals;

    @GuardedBy("this")
    private long mostBytes = Long.MAX_VALUE;

    @GuardedBy("this")
    private int appends;

    @GuardedBy("this")
    private int nodes;

    private record Answered(long sequence, List<SharedLog.Outcome> outcomes, long upTo) {}

    FakeSharedLog(Ticker ticker) {
        this.ticker = ticker;
    }

    /** A log for one more node. */
    synchronized Node node() {
        return new Node("node" + ++nodes);
    }

    /** The next appends are stored, and their answers are lost. */
    synchronized void loseAnswers(int count) {
        lostAnswers = count;
    }

    /** The next appends are refused before they are sent. */
    synchronized void refuse(int count) {
        refusals = count;
    }

    /** Publications of more bytes are too large. */
    synchronized void takeAtMost(long bytes) {
        mostBytes = bytes;
    }

    /** Nobody reaches the engine. */
    synchronized void goAway() {
        away = true;
        notifyAll();
    }

    /** The engine is there again. */
    synchronized void comeBack() {
        away = false;
        notifyAll();
    }

    /** Everything is gone. */
    synchronized void wipe() {
        forgetAfter(0);
        lives = List.of();
        keptAfter = 0;
        notifyAll();
    }

    /** The newest events are gone, as after a replica took over that lacked them. */
    synchronized void lose(int newest) {
        forgetAfter(head - newest);
        notifyAll();
    }

    @GuardedBy("this")
    private void forgetAfter(long position) {
        events.tailMap(position, false).clear();
        answered.values().removeIf(each -> each.upTo() > position);
        receipts.values().removeIf(each -> each.first() > position);
        ids.values().removeIf(each -> each > position);
        head = position;
    }

    /** The oldest events go, up to a position. */
    synchronized void trim(long upTo) {
        events.headMap(upTo, true).clear();
        keptAfter = Math.max(keptAfter, upTo);
        notifyAll();
    }

    synchronized long head() {
        return head;
    }

    /** How many appends reached the engine. */
    synchronized int appends() {
        return appends;
    }

    @GuardedBy("this")
    private SharedLog.Stand stand() {
        return new SharedLog.Stand(lives, keptAfter, head);
    }

    @GuardedBy("this")
    private SharedLog.Stand meet(SharedLog.Known known) {
        if (lives.isEmpty()) {
            if (known.head() == 0) {
                begin(List.of(), 1);
            } else {
                begin(ended(known.lives(), 0), known.head() + SharedLog.JUMP);
            }
        } else if (isBehind(known)) {
            begin(ended(lives, head), Math.max(known.head(), head) + SharedLog.JUMP);
        }
        return stand();
    }

    @GuardedBy("this")
    private boolean isBehind(SharedLog.Known known) {
        SharedLog.Life present = lives.get(lives.size() - 1);
        if (known.head() < present.from()) {
            return false;
        }
        boolean same = !known.lives().isEmpty()
                && known.lives().get(known.lives().size() - 1).epoch().equals(present.epoch());
        return !same || known.head() > head;
    }

    private static List<SharedLog.Life> ended(List<SharedLog.Life> lives, long head) {
        List<SharedLog.Life> ended = new ArrayList<>(lives);
        if (!ended.isEmpty()) {
            SharedLog.Life last = ended.remove(ended.size() - 1);
            ended.add(new SharedLog.Life(last.epoch(), last.from(), Math.max(head, last.from() - 1)));
        }
        return ended;
    }

    @GuardedBy("this")
    private void begin(List<SharedLog.Life> before, long from) {
        List<SharedLog.Life> begun = new ArrayList<>(before);
        begun.add(new SharedLog.Life("fake" + ++epochs, from, Long.MAX_VALUE));
        lives = List.copyOf(begun.subList(Math.max(0, begun.size() - SharedLog.MOST_LIVES), begun.size()));
        head = from - 1;
        if (events.isEmpty()) {
            keptAfter = head;
        }
        notifyAll();
    }

    /** One node's view of the engine. */
    final class Node implements SharedLog {
        private final String name;

        @GuardedBy("FakeSharedLog.this")
        private Known known = Known.NOTHING;

        @GuardedBy("FakeSharedLog.this")
        private @Nullable Thread follower;

        @GuardedBy("FakeSharedLog.this")
        private boolean held;

        @GuardedBy("FakeSharedLog.this")
        private boolean cut;

        @GuardedBy("FakeSharedLog.this")
        private boolean closed;

        private Node(String name) {
            this.name = name;
        }

        /** This node's follower gets nothing until {@link #release}. */
        void hold() {
            synchronized (FakeSharedLog.this) {
                held = true;
            }
        }

        /** This node's follower goes on. */
        void release() {
            synchronized (FakeSharedLog.this) {
                held = false;
                FakeSharedLog.this.notifyAll();
            }
        }

        /** This node alone does not reach the engine, or does again. */
        void cut(boolean isCut) {
            synchronized (FakeSharedLog.this) {
                cut = isCut;
                FakeSharedLog.this.notifyAll();
            }
        }

        @Override
        public CompletionStage<Stand> attach(Known knows) {
            synchronized (FakeSharedLog.this) {
                if (isAway()) {
                    return CompletableFuture.failedStage(new HistoryUnavailable("The fake engine is away"));
                }
                Stand stand = meet(knows);
                known = new Known(stand.lives(), Math.max(knows.head(), 0));
                return CompletableFuture.completedStage(stand);
            }
        }

        @GuardedBy("FakeSharedLog.this")
        private boolean isAway() {
            return away || cut;
        }

        @Override
        public CompletionStage<List<Outcome>> append(long sequence, List<Publication> batch) {
            synchronized (FakeSharedLog.this) {
                if (closed || isAway() || refusals > 0) {
                    refusals = Math.max(0, refusals - 1);
                    return CompletableFuture.failedStage(new HistoryUnavailable("The fake engine is away"));
                }
                known = new Known(meet(known).lives(), known.head());
                appends++;
                Answered before = answered.get(name);
                if (before != null && before.sequence() > sequence) {
                    throw new IllegalStateException("sequence " + sequence + " after " + before.sequence());
                }
                if (before == null || before.sequence() < sequence) {
                    List<Outcome> outcomes = new ArrayList<>();
                    for (Publication each : batch) {
                        outcomes.add(store(each));
                    }
                    before = new Answered(sequence, outcomes, head);
                    answered.put(name, before);
                }
                FakeSharedLog.this.notifyAll();
                if (lostAnswers > 0) {
                    lostAnswers--;
                    return CompletableFuture.failedStage(new OutcomeUnknown("The fake engine's answer was lost"));
                }
                learn(before.upTo());
                return CompletableFuture.completedStage(before.outcomes());
            }
        }

        @GuardedBy("FakeSharedLog.this")
        private Outcome store(Publication each) {
            if (each.bytes() > mostBytes) {
                return new TooLarge(each.bytes(), mostBytes);
            }
            Remembered receipt = each.key() == null ? null : receipts.get(each.key());
            if (receipt != null) {
                return receipt;
            }
            for (String id : each.ids()) {
                long newest = ids.getOrDefault(id, 0L);
                if (newest > each.seen()) {
                    return new Overtaken(newest);
                }
            }
            long first = each.records().isEmpty() ? head : head + 1;
            for (byte[] bytes : each.records()) {
                head++;
                events.put(head, new Stored(head, ticker.now().toEpochMilli(), bytes));
            }
            for (String id : each.ids()) {
                ids.put(id, head);
            }
            if (each.key() != null) {
                receipts.put(each.key(), new Remembered(first, each.content()));
            }
            return new Appended(first);
        }

        @GuardedBy("FakeSharedLog.this")
        private void learn(long position) {
            known = new Known(known.lives(), Math.max(known.head(), position));
        }

        @Override
        public AutoCloseable follow(long after, Follower to) {
            Thread thread = new Thread(() -> run(after, to), "fake-follower-" + name);
            thread.setDaemon(true);
            synchronized (FakeSharedLog.this) {
                if (follower != null) {
                    throw new IllegalStateException(name + " follows already");
                }
                follower = thread;
            }
            thread.start();
            return () -> endFollowing(thread);
        }

        private void endFollowing(Thread thread) {
            synchronized (FakeSharedLog.this) {
                if (follower == thread) {
                    follower = null;
                    FakeSharedLog.this.notifyAll();
                }
            }
        }

        private void run(long after, Follower to) {
            Following following = new Following(this, after, to);
            try {
                for (Runnable next = following.next(); next != null; next = following.next()) {
                    next.run();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @GuardedBy("FakeSharedLog.this")
        private List<Stored> after(long position, int most) {
            return events.tailMap(position, false).values().stream().limit(most).toList();
        }

        @Override
        public CompletionStage<Stretch> read(long after, int mostEvents, long mostBytes) {
            synchronized (FakeSharedLog.this) {
                if (closed || isAway()) {
                    return CompletableFuture.failedStage(new HistoryUnavailable("The fake engine is away"));
                }
                List<Stored> found = new ArrayList<>();
                long bytes = 0;
                for (Stored each : after(after, mostEvents)) {
                    if (bytes >= mostBytes) {
                        break;
                    }
                    found.add(each);
                    bytes += each.record().length;
                }
                long upTo = found.isEmpty()
                        ? Math.max(after, head)
                        : found.get(found.size() - 1).position();
                return CompletableFuture.completedStage(new Stretch(found, upTo));
            }
        }

        @Override
        public Optional<Stand> stand() {
            synchronized (FakeSharedLog.this) {
                return known.lives().isEmpty()
                        ? Optional.empty()
                        : Optional.of(FakeSharedLog.this.stand())
                                .filter(stand -> !stand.lives().isEmpty());
            }
        }

        @Override
        public Optional<String> fault() {
            synchronized (FakeSharedLog.this) {
                return isAway() ? Optional.of("the fake engine is away") : Optional.empty();
            }
        }

        @Override
        public void close() {
            synchronized (FakeSharedLog.this) {
                closed = true;
                FakeSharedLog.this.notifyAll();
            }
        }
    }

    /** What a follower is told, one thing after the other. Confined to its thread. */
    private final class Following {
        private final Node node;
        private final SharedLog.Follower to;
        private long cursor;
        private boolean wasAway;
        private SharedLog.@Nullable Stand told;

        Following(Node node, long after, SharedLog.Follower to) {
            this.node = node;
            this.cursor = after;
            this.to = to;
        }

        /** Waits for what is to be told; null at the end. */
        @Nullable
        Runnable next() throws InterruptedException {
            synchronized (FakeSharedLog.this) {
                while (!node.closed && node.follower == Thread.currentThread()) {
                    Runnable next = node.isAway() ? leave() : goOn();
                    if (next != null) {
                        return next;
                    }
                    FakeSharedLog.this.wait();
                }
                return null;
            }
        }

        private @Nullable Runnable leave() {
            if (wasAway) {
                return null;
            }
            wasAway = true;
            return () -> to.away("the fake engine is away");
        }

        @GuardedBy("FakeSharedLog.this")
        private @Nullable Runnable goOn() {
            SharedLog.Stand stand = meet(node.known);
            boolean isTrimmed = cursor < stand.keptAfter();
            SharedLog.Stand before = told;
            if (before == null || wasAway || isTrimmed || !before.lives().equals(stand.lives())) {
                boolean isBack = wasAway;
                wasAway = false;
                told = stand;
                cursor = Math.max(cursor, stand.keptAfter());
                node.known = new SharedLog.Known(stand.lives(), node.known.head());
                return () -> {
                    to.stand(stand);
                    if (isBack) {
                        to.back();
                    }
                };
            }
            List<SharedLog.Stored> more = node.held ? List.of() : node.after(cursor, 1000);
            if (more.isEmpty()) {
                return null;
            }
            cursor = more.get(more.size() - 1).position();
            node.learn(cursor);
            return () -> to.events(more);
        }
    }
}
