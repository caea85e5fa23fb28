package dev.fanfare.status.share;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.SharedStates;
import dev.fanfare.log.SharedStates.Note;
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

/*
 * Link     says that the node lives, and knows how it stands to the engine
 * Outbox   has what is to be claimed, told and given up
 * here     each watch that is polled, by one node of all
 */
/** Sees to it that each status is asked for by one node of all. Thread-safe; no method blocks but {@link #close}. */
public final class SharedPolls implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SharedPolls.class.getName());

    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(500);

    /** So many leases after an owner was heard last, the engine is asked how it stands. */
    private static final int LONGEST_SILENCE = 10;

    private final SharedStates states;
    private final Duration lease;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Outbox outbox;
    private final Link link;
    private final Map<String, SharedPoll> polls = new ConcurrentHashMap<>();
    private final Map<Long, SharedPoll> byGeneration = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong highest = new AtomicLong();

    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean hasBegun;

    @GuardedBy("lock")
    private boolean isClosed;

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
        this.lease = lease;
        this.ticker = ticker;
        this.random = random;
        this.outbox = new Outbox(states, new Here());
        this.link = new Link(states, name, lease, ticker, new Beats());
    }

    /** Has one of all nodes ask for a status, once it is started. */
    public Polling polling(PolledSource source, StatusUrl url, ShareListener listener) {
        return new SharedPoll(this, source, url, listener, ticker);
    }

    /** What this node is called at present; another name than before if it was not heard for longer than the lease. */
    public String node() {
        return link.node();
    }

    /** How many statuses of a source this node asks for, for all nodes. */
    public int owned(String source) {
        return (int) polls.values().stream()
                .filter(poll -> poll.isOwning() && poll.source().equals(source))
                .count();
    }

    /** Whether the engine can't be reached, so that each node asks for its own clients. */
    public boolean isAway() {
        return link.isAway();
    }

    /** Whether what this node owns is its own for sure. */
    boolean isSettled() {
        return link.isSettled();
    }

    private boolean mayClaim() {
        return link.isLinked() && !link.isAway();
    }

    private final class Here implements Standing {
        @Override
        public boolean mayClaim() {
            return SharedPolls.this.mayClaim();
        }

        @Override
        public String node() {
            return link.node();
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
            link.begin();
        }
        if (link.isAway()) {
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
        boolean wasLast = polls.remove(poll.key(), poll);
        byGeneration.remove(generation, poll);
        outbox.unclaim(poll);
        if (wasLast && mayOwn) {
            outbox.free(poll.key());
        }
    }

    void knows(SharedPoll poll, long before, long generation) {
        highest.accumulateAndGet(generation, Math::max);
        if (before != generation) {
            byGeneration.remove(before, poll);
        }
        byGeneration.put(generation, poll);
        if (polls.get(poll.key()) != poll) { // ended meanwhile
            byGeneration.remove(generation, poll);
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

    private final class Beats implements Link.Listener {
        @Override
        public Set<String> others() {
            Set<String> others = new HashSet<>();
            for (SharedPoll poll : polls.values()) {
                String owner = poll.followed();
                if (owner != null && others.size() < SharedStates.MOST_KEYS) {
                    others.add(owner);
                }
            }
            return others;
        }

        @Override
        public void due() {
            outbox.retry();
            outbox.sendFresh();
            askAboutSilent();
        }

        @Override
        public void renamed() {
            outbox.forget();
        }

        @Override
        public void linked(Set<String> gone, boolean isNew) {
            each(poll -> {
                String owner = poll.followed();
                if (isNew || (owner != null && gone.contains(owner))) {
                    poll.claim();
                } else {
                    poll.reunite();
                }
            });
            outbox.send();
        }

        @Override
        public void unanswered() {
            each(poll -> poll.unclaimed(random.getAsDouble()));
        }

        @Override
        public void away() {
            each(poll -> poll.alone(random.getAsDouble()));
        }
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
        }
        link.end();
        if (wasUsed) {
            CompletionStage<Void> empty = link.isAway() ? CompletableFuture.completedStage(null) : outbox.empty();
            try {
                empty.thenCompose(done -> states.leave(link.node()))
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
