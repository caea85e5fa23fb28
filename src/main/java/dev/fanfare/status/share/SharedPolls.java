package dev.fanfare.status.share;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.SharedStates;
import dev.fanfare.log.SharedStates.Note;
import dev.fanfare.log.SharedStates.Pulse;
import dev.fanfare.log.SharedStates.Stamp;
import dev.fanfare.log.SharedStates.Telling;
import dev.fanfare.log.SharedStates.Told;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.status.poll.Polling;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/*
 * A beat says every second that the node lives. What has to be claimed, told and given up waits in the Outbox, which sends one
 * thing at a time and repeats it after the next beat if the engine did not take it.
 *
 *   LINKED   the engine has answered a beat that was sent within the lease: what this node owns is its own
 *   unsure   it has not, and the next beat has not failed yet; this process may have been stopped for a while. No poll
 *            begins: another node may have taken over
 *   AWAY     it has not, though asked: each node asks for its own clients until the engine is back
 *
 * A node that did not live for a moment by the engine's clock takes another name, so that all it owned under the old one is free
 * for sure, also what it had forgotten; and it claims all that it needs.
 */
/** Sees to it that each status is asked for by one node of all. Thread-safe; no method blocks but {@link #close}. */
public final class SharedPolls implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SharedPolls.class.getName());

    private static final Duration LONGEST_BEAT = Duration.ofSeconds(1);
    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(500);

    /** So many leases after an owner was heard last, the engine is asked how it stands. */
    private static final int LONGEST_SILENCE = 10;

    private final SharedStates states;
    private final String name;
    private final Duration lease;
    private final Duration interval;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Outbox outbox;
    private final Map<String, SharedPoll> polls = new ConcurrentHashMap<>();
    private final Map<Long, SharedPoll> byGeneration = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong highest = new AtomicLong();

    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean hasBegun;

    @GuardedBy("lock")
    private boolean isClosed;

    @GuardedBy("lock")
    private Ticker.@Nullable Alarm next;

    /** How many names it has had before. */
    @GuardedBy("lock")
    private int lives;

    @GuardedBy("lock")
    private boolean isKnown;

    @GuardedBy("lock")
    private boolean isBeating;

    @GuardedBy("lock")
    private int unanswered;

    @GuardedBy("lock")
    private long tickedNanos;

    /** When the last beat that was answered was sent; null before the first. */
    private volatile @Nullable Long linkedNanos;

    private volatile boolean away;

    private volatile String node;

    /**
     * Polls that are shared by way of an engine.
     *
     * @param states closed with this
     * @param name what this process is called among the nodes; no other one has it
     * @param lease how long a node that says nothing still lives, as the engine sees it
     * @param random numbers from 0 to 1 that spread the polls
     */
    public SharedPolls(SharedStates states, String name, Duration lease, Ticker ticker, DoubleSupplier random) {
        this.states = states;
        this.name = name;
        this.node = name;
        this.lease = lease;
        this.interval = min(LONGEST_BEAT, lease.dividedBy(3));
        this.ticker = ticker;
        this.random = random;
        this.outbox = new Outbox(states, new Here());
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /** Has one of all nodes ask for a status, once it is started. */
    public Polling polling(PolledSource source, StatusUrl url, ShareListener listener) {
        return new SharedPoll(this, source, url, listener, ticker);
    }

    /** What this node is called at present; another name than before if it was not heard for longer than the lease. */
    public String node() {
        return node;
    }

    /** How many statuses of a source this node asks for, for all nodes. */
    public int owned(String source) {
        return (int) polls.values().stream()
                .filter(poll -> poll.isOwning() && poll.source().equals(source))
                .count();
    }

    /** Whether the engine can't be reached, so that each node asks for its own clients. */
    public boolean isAway() {
        return away;
    }

    boolean isLinked() {
        Long since = linkedNanos;
        return since != null && ticker.nanos() - since <= lease.toNanos();
    }

    private boolean mayClaim() {
        return isLinked() && !away;
    }

    private final class Here implements Standing {
        @Override
        public boolean mayClaim() {
            return SharedPolls.this.mayClaim();
        }

        @Override
        public String node() {
            return node;
        }

        @Override
        public long highest() {
            return highest.get();
        }

        @Override
        public boolean isUnwanted(SharedPoll poll) {
            return !polls.containsKey(poll.key());
        }

        @Override
        public long nanos() {
            return ticker.nanos();
        }
    }

    long nextNumber() {
        return numbers.incrementAndGet();
    }

    void begin(SharedPoll poll) {
        polls.put(poll.key(), poll);
        boolean isFirst;
        synchronized (lock) {
            isFirst = !hasBegun && !isClosed;
            hasBegun = true;
        }
        if (isFirst) {
            states.follow(new Hearing());
            tick();
        }
        if (away) {
            poll.alone(random.getAsDouble());
        } else {
            claim(poll);
        }
    }

    void claim(SharedPoll poll) {
        outbox.claim(poll);
    }

    /** It is not wanted any more; if nobody else has taken its place here, the others get it. */
    void end(SharedPoll poll, long generation, boolean mayOwn) {
        byGeneration.remove(generation, poll);
        outbox.unclaim(poll);
        if (polls.remove(poll.key(), poll) && mayOwn) {
            outbox.free(poll.key());
        }
    }

    void knows(SharedPoll poll, long before, long generation) {
        highest.accumulateAndGet(generation, Math::max);
        if (before != generation) {
            byGeneration.remove(before, poll);
        }
        if (polls.get(poll.key()) == poll) {
            byGeneration.put(generation, poll);
        }
    }

    void tell(Telling telling, SharedPoll poll) {
        outbox.tell(telling, poll);
    }

    void fresh(SharedPoll poll, Stamp stamp, boolean atOnce) {
        outbox.fresh(poll, stamp, ticker.nanos());
        if (atOnce) {
            outbox.sendFresh();
        }
    }

    private void tick() {
        boolean beats;
        synchronized (lock) {
            if (isClosed) {
                return;
            }
            next = ticker.schedule(interval, this::tick);
            beats = !isBeating;
            isBeating = true;
            // A process that was stopped knows nothing of the time between: it has to ask first.
            boolean wasStopped =
                    ticker.nanos() - tickedNanos > interval.multipliedBy(2).toNanos();
            tickedNanos = ticker.nanos();
            unanswered = wasStopped ? 1 : unanswered + 1;
        }
        outbox.retry();
        outbox.sendFresh();
        if (beats) {
            beat();
        }
        findOut();
        askAboutSilent();
    }

    private void beat() {
        long sent = ticker.nanos();
        String as = node;
        boolean begins;
        synchronized (lock) {
            begins = !isKnown;
        }
        Set<String> others = new HashSet<>();
        for (SharedPoll poll : polls.values()) {
            String owner = poll.followed();
            if (owner != null && others.size() < SharedStates.MOST_KEYS) {
                others.add(owner);
            }
        }
        states.beat(as, begins, others).whenComplete((pulse, error) -> {
            synchronized (lock) {
                isBeating = false;
            }
            if (pulse != null) {
                beaten(pulse, sent);
            } else {
                each(poll -> poll.unclaimed(random.getAsDouble()));
                findOut();
            }
        });
    }

    private void beaten(Pulse pulse, long sent) {
        boolean wasLinked = isLinked();
        synchronized (lock) {
            unanswered = 0;
            isKnown = pulse.lives();
            if (!pulse.lives()) {
                lives++;
                node = name + "." + lives;
            }
        }
        if (!pulse.lives()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "The cluster did not hear from this node for longer than fanfare.cluster.lease; it claims its watches anew");
            outbox.forget();
            linkedNanos = null;
            synchronized (lock) {
                isBeating = true;
            }
            beat();
            return;
        }
        linkedNanos = sent;
        boolean wasAway = away;
        away = false;
        if (wasAway) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "The cluster can be reached again; statuses are polled by one node for all");
        }
        if (wasLinked) {
            each(SharedPoll::reunite);
            each(poll -> {
                String owner = poll.followed();
                if (owner != null && pulse.gone().contains(owner)) {
                    poll.claim();
                }
            });
        } else {
            each(SharedPoll::claim);
        }
        outbox.send();
    }

    /** Whether the engine is away: two beats were not answered, one may have broken while this process was stopped. */
    private void findOut() {
        boolean isLost;
        synchronized (lock) {
            isLost = !isClosed && unanswered > 1 && !isLinked();
        }
        if (!isLost || away) {
            return;
        }
        away = true;
        LOG.log(
                System.Logger.Level.WARNING,
                "The cluster can't be reached; until it can, this node polls statuses for its own clients"
                        + " (fanfare.cluster.url)");
        each(poll -> poll.alone(random.getAsDouble()));
    }

    /** In case that what should have been heard was not. */
    private void askAboutSilent() {
        if (!mayClaim()) {
            return;
        }
        Duration longest = lease.multipliedBy(LONGEST_SILENCE);
        each(poll -> {
            if (poll.isSilentFor(longest)) {
                poll.claim();
            }
        });
    }

    private void each(Consumer<SharedPoll> step) {
        polls.values().forEach(step);
    }

    private final class Hearing implements SharedStates.Follower {
        @Override
        public boolean follows(String key) {
            return polls.containsKey(key);
        }

        @Override
        public void told(String key, Told told) {
            SharedPoll poll = polls.get(key);
            if (poll != null) {
                poll.told(told);
            }
        }

        @Override
        public void noted(String key, Note note) {
            SharedPoll poll = polls.get(key);
            if (poll != null) {
                poll.noted(note);
            }
        }

        @Override
        public void fresh(long generation, long number, Duration age) {
            SharedPoll poll = byGeneration.get(generation);
            if (poll != null) {
                poll.fresh(generation, number, age);
            }
        }

        @Override
        public void free(List<String> keys) {
            for (String key : keys) {
                SharedPoll poll = polls.get(key);
                if (poll != null && poll.followed() != null) {
                    poll.claim();
                }
            }
        }

        @Override
        public void missed() {
            each(SharedPoll::missed);
        }
    }

    /** Gives all up, to nodes that want it, and ends. What was started has been stopped. */
    @Override
    public void close() {
        boolean wasUsed;
        synchronized (lock) {
            wasUsed = hasBegun && !isClosed;
            isClosed = true;
            if (next != null) {
                next.cancel();
                next = null;
            }
        }
        if (wasUsed) {
            CompletionStage<Void> empty = away ? CompletableFuture.completedStage(null) : outbox.empty();
            try {
                empty.thenCompose(done -> states.leave(node))
                        .toCompletableFuture()
                        .get(MOST_TO_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "The cluster was not told that this node leaves; the others take over when its lease is over");
            }
        }
        states.close();
    }
}
