package dev.fanfare.status.share;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.SharedStates;
import dev.fanfare.log.SharedStates.Pulse;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 *   LINKED   the engine has answered a beat that was sent within the lease: what this node owns is its own
 *   unsure   it has not, and two beats have not gone unanswered yet; this process may have been stopped for a while. No poll
 *            begins: another node may have taken over
 *   AWAY     it has not, though asked twice: each node asks for its own clients until the engine is back
 *
 * A node that did not live for a moment by the engine's clock takes another name, so that all it owned under the old one is free
 * for sure, also what it had forgotten.
 */
/** Says every second that this node lives, and knows whether the engine heard of it. Thread-safe. */
final class Link {
    private static final System.Logger LOG = System.getLogger(Link.class.getName());

    private static final Duration LONGEST_BEAT = Duration.ofSeconds(1);

    /** Hears how it goes; called without locks. */
    interface Listener {
        /** Which other nodes the engine is to be asked about, at most {@link SharedStates#MOST_KEYS}. */
        Set<String> others();

        /** A beat is due: time for what waits for one. */
        void due();

        /** The node has another name: what it owned it owns no more. */
        void renamed();

        /**
         * The engine has answered.
         *
         * @param gone those of the others that do not live
         * @param isNew whether it had not for longer than the lease
         */
        void linked(Set<String> gone, boolean isNew);

        /** The engine has not answered a beat. */
        void unanswered();

        /** The engine is away. */
        void away();
    }

    private final SharedStates states;
    private final String name;
    private final Duration lease;
    private final Duration interval;
    private final Ticker ticker;
    private final Listener listener;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean isClosed;

    @GuardedBy("lock")
    private Ticker.@Nullable Alarm next;

    /** How many names it has had before. */
    @GuardedBy("lock")
    private int names;

    /** Whether the engine has heard this name. */
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

    private volatile boolean isAway;

    /** Whether it lives again, and the listener has not heard of it to the end. */
    private volatile boolean isComingBack;

    private volatile String node;

    Link(SharedStates states, String name, Duration lease, Ticker ticker, Listener listener) {
        this.states = states;
        this.name = name;
        this.node = name;
        this.lease = lease;
        Duration third = lease.dividedBy(3);
        this.interval = third.compareTo(LONGEST_BEAT) < 0 ? third : LONGEST_BEAT;
        this.ticker = ticker;
        this.listener = listener;
    }

    String node() {
        return node;
    }

    boolean isAway() {
        return isAway;
    }

    boolean isLinked() {
        Long since = linkedNanos;
        return since != null && ticker.nanos() - since <= lease.toNanos();
    }

    /** Whether it lives, and all that it owned before it did not has been claimed anew. */
    boolean isSettled() {
        return isLinked() && !isComingBack;
    }

    void begin() {
        tick();
    }

    /** Beats no more. */
    void end() {
        synchronized (lock) {
            isClosed = true;
            if (next != null) {
                next.cancel();
                next = null;
            }
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
        listener.due();
        if (beats) {
            beat();
        }
        findOut();
    }

    private void beat() {
        long sent = ticker.nanos();
        boolean begins;
        synchronized (lock) {
            begins = !isKnown;
        }
        states.beat(node, begins, listener.others()).whenComplete((pulse, error) -> {
            synchronized (lock) {
                isBeating = false;
            }
            if (pulse == null) {
                listener.unanswered();
                findOut();
            } else if (pulse.lives()) {
                linked(pulse, sent);
            } else {
                rename();
                beat();
            }
        });
    }

    private void rename() {
        synchronized (lock) {
            names++;
            node = name + "." + names;
            isKnown = false;
            isBeating = true;
        }
        linkedNanos = null;
        LOG.log(
                System.Logger.Level.INFO,
                "The cluster did not hear from this node for longer than fanfare.cluster.lease; it claims its watches anew");
        listener.renamed();
    }

    private void linked(Pulse pulse, long sent) {
        boolean isNew = !isLinked();
        synchronized (lock) {
            unanswered = 0;
            isKnown = true;
        }
        isComingBack = isNew; // before anybody can see that it is linked
        linkedNanos = sent;
        if (isAway) {
            isAway = false;
            LOG.log(
                    System.Logger.Level.INFO,
                    "The cluster can be reached again; statuses are polled by one node for all");
        }
        listener.linked(pulse.gone(), isNew);
        isComingBack = false;
    }

    /** Whether the engine is away: two beats were not answered, since one may break while this process is stopped. */
    private void findOut() {
        boolean isLost;
        synchronized (lock) {
            isLost = !isClosed && unanswered > 1 && !isLinked();
        }
        if (isLost && !isAway) {
            isAway = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The cluster can't be reached; until it can, this node polls statuses for its own clients"
                            + " (fanfare.cluster.url)");
            listener.away();
        }
    }
}
