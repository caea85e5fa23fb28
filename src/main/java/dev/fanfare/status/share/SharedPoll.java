package dev.fanfare.status.share;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.SharedStates;
import dev.fanfare.log.SharedStates.Note;
import dev.fanfare.log.SharedStates.Stamp;
import dev.fanfare.log.SharedStates.State;
import dev.fanfare.log.SharedStates.Told;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.status.poll.Poller;
import dev.fanfare.status.poll.Polling;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/*
 *   NEW --start()--> CLAIMING --it is ours--------------------> OWNING      asks, and tells the others
 *                     ^ |  |                                      |
 *                     | |  +--another node has it--> FOLLOWING    |        hears what the owner tells
 *                     | |                               |         |
 *                     | |                               |         +--the node did not live for a while, another node has taken it
 *                     +-|-------------------------------+---------+            over, or what it told was refused
 *                     ^ |                               |
 *                     | |                               +--its owner is gone, it is free, or something was missed: CLAIMING
 *                     | +--the engine is away--> ALONE <--+--the engine is away
 *                     |                            |                    asks for its own clients, tells nobody
 *                     +--the engine is back--------+
 *
 *   stop() leads to STOPPED from anywhere; what the node owned is free then.
 *
 * What was told last is compared by the stamp of whoever told it, so that what the claim brought is not overtaken by what the
 * follower brings a moment later. Each time that a node becomes the owner it makes a new poller: that one asks without the
 * validator of the one before, so its first answer is a value, and that is told to all.
 *
 * The lock is a leaf but for the poller's. The listener, the pollers and SharedPolls are called without it.
 */
/** The polls of one status that one of all nodes makes for all. Thread-safe; no method blocks. */
final class SharedPoll implements Polling {
    /** How soon a poll that may not go on now looks again. */
    private static final Duration HOLD = Duration.ofMillis(100);

    private enum Phase {
        NEW,
        CLAIMING,
        OWNING,
        FOLLOWING,
        ALONE,
        STOPPED
    }

    private final SharedPolls polls;
    private final PolledSource source;
    private final StatusUrl url;
    private final ShareListener listener;
    private final InOrder inOrder = new InOrder();
    private final Retelling retelling;
    private final Object lock = new Object();

    /** Read without the lock by a poller that is about to ask. */
    private volatile Phase phase = Phase.NEW;

    @GuardedBy("lock")
    private @Nullable Poller poller;

    /** Hears that poller. */
    @GuardedBy("lock")
    private @Nullable OwnPolls hearing;

    @GuardedBy("lock")
    private @Nullable String owner;

    /** Whether it has to be asked once more how it stands. */
    @GuardedBy("lock")
    private boolean hasMissed;

    @GuardedBy("lock")
    private long generation;

    @GuardedBy("lock")
    private final LastHeard last;

    SharedPoll(SharedPolls polls, PolledSource source, StatusUrl url, ShareListener listener, Ticker ticker) {
        this.polls = polls;
        this.source = source;
        this.url = url;
        this.listener = listener;
        this.retelling = new Retelling(listener, inOrder, source.settings().every());
        this.last = new LastHeard(ticker);
    }

    String key() {
        return url.toString();
    }

    /** The name of the source. */
    String source() {
        return url.source();
    }

    @Override
    public void start() {
        synchronized (lock) {
            if (phase != Phase.NEW) {
                return;
            }
            phase = Phase.CLAIMING;
            last.touch();
        }
        polls.begin(this);
    }

    @Override
    public void stop() {
        Phase before;
        Poller stopped;
        long left;
        synchronized (lock) {
            before = phase;
            phase = Phase.STOPPED;
            stopped = poller;
            poller = null;
            left = generation;
        }
        inOrder.clear();
        stop(stopped);
        if (before != Phase.NEW && before != Phase.STOPPED) {
            polls.end(this, left, before != Phase.FOLLOWING);
        }
    }

    private static void stop(@Nullable Poller poller) {
        if (poller != null) {
            poller.stop();
        }
    }

    @Override
    public @Nullable Instant asked() {
        synchronized (lock) {
            return poller == null || poller.asked() == null ? last.answered() : poller.asked();
        }
    }

    @Override
    public @Nullable Instant due() {
        synchronized (lock) {
            return poller == null ? null : poller.due();
        }
    }

    @Override
    public boolean isReading() {
        synchronized (lock) {
            boolean waits = phase == Phase.CLAIMING || phase == Phase.FOLLOWING;
            return poller == null ? waits && last.isNothing() : poller.isReading();
        }
    }

    @Override
    public @Nullable String owner() {
        synchronized (lock) {
            return phase == Phase.OWNING || phase == Phase.FOLLOWING ? owner : null;
        }
    }

    boolean isOwning() {
        return phase == Phase.OWNING;
    }

    /** The node that it follows, if it does. */
    @Nullable
    String followed() {
        synchronized (lock) {
            return phase == Phase.FOLLOWING ? owner : null;
        }
    }

    /** Whether nothing was heard of it for so long. */
    boolean isSilentFor(Duration time) {
        synchronized (lock) {
            return phase == Phase.FOLLOWING && last.isSilentFor(time);
        }
    }

    /** Nobody looks after it for sure: it is to be claimed. */
    void claim() {
        synchronized (lock) {
            if (phase != Phase.OWNING && phase != Phase.FOLLOWING && phase != Phase.ALONE) {
                return;
            }
            phase = Phase.CLAIMING;
        }
        polls.claim(this);
    }

    /** Something may have been told that this node did not hear, also after the claim that is under way. */
    void missed() {
        boolean isFollowing;
        synchronized (lock) {
            isFollowing = phase == Phase.FOLLOWING;
            hasMissed |= phase == Phase.CLAIMING;
        }
        if (isFollowing) {
            claim();
        }
    }

    /** The engine is there again. */
    void reunite() {
        if (phase == Phase.ALONE) {
            claim();
        }
    }

    /** What was told under this generation was refused. */
    void refused(long under) {
        boolean isLost;
        synchronized (lock) {
            isLost = phase == Phase.OWNING && generation == under;
        }
        if (isLost) {
            claim();
        }
    }

    /**
     * The engine says how it stands.
     *
     * @return false if nobody wants it any more
     */
    boolean claimed(State state, String node) {
        boolean isOurs = node.equals(state.owner());
        Poller stopped;
        Poller started = null;
        Duration first = Duration.ZERO;
        long before;
        boolean asksAgain;
        synchronized (lock) {
            if (phase != Phase.CLAIMING) {
                return phase != Phase.STOPPED;
            }
            asksAgain = hasMissed && !isOurs;
            hasMissed = false;
            before = generation;
            boolean isSame = isOurs && generation == state.generation() && poller != null;
            stopped = isSame ? null : poller;
            if (!isSame) {
                started = isOurs ? newPoller() : null;
                poller = started;
                first = untilDue(state);
            }
            phase = isOurs ? Phase.OWNING : Phase.FOLLOWING;
            owner = state.owner();
            generation = state.generation();
            last.touch();
        }
        stop(stopped);
        polls.knows(this, before, state.generation());
        hear(state, isOurs);
        if (started != null) {
            started.startIn(first);
        }
        if (asksAgain) {
            claim();
        }
        return true;
    }

    /** How long it is until the source is to be asked, as far as anybody told. */
    @GuardedBy("lock")
    private Duration untilDue(State state) {
        Duration every = source.settings().every();
        Duration age = last.sinceAnswer();
        Told told = state.told();
        if (told != null && state.note() == null && told.age().compareTo(age) < 0) {
            age = told.age();
        }
        Duration left = every.minus(age);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** What an owner before this node told may be old, and what it noted is found out anew: the source is asked anyway. */
    private void hear(State state, boolean isOurs) {
        Told told = state.told();
        Duration oldest = source.settings().every().plus(source.settings().linger());
        if (told != null && (!isOurs || told.age().compareTo(oldest) <= 0)) {
            told(told);
        }
        Note note = state.note();
        if (note != null && !isOurs) {
            noted(note);
        }
    }

    /** A node tells a value. */
    void told(Told told) {
        Poller stopped;
        long before;
        synchronized (lock) {
            if (!isNews(told.stamp()) || told.age().compareTo(last.sinceAnswer()) > 0) {
                return;
            }
            before = generation;
            stopped = follow(told.stamp());
            last.value(told.stamp(), told.age());
        }
        stop(stopped);
        polls.knows(this, before, told.stamp().generation());
        retelling.value(told);
    }

    /** A node tells something else than a value. */
    void noted(Note note) {
        SharedNote read = SharedNote.read(note.note());
        Poller stopped;
        long before;
        synchronized (lock) {
            if (read == null || !isNews(note.stamp())) {
                return;
            }
            before = generation;
            stopped = follow(note.stamp());
            last.note(note.stamp());
        }
        stop(stopped);
        polls.knows(this, before, note.stamp().generation());
        retelling.note(read);
    }

    /** The owner says that what it told holds. */
    void fresh(long under, long number, Duration age) {
        boolean isKnown;
        synchronized (lock) {
            if (phase != Phase.FOLLOWING || generation != under) {
                return;
            }
            isKnown = last.knowsValueOf(under);
            if (isKnown && !last.fresh(number, age)) {
                return;
            }
        }
        if (isKnown) {
            retelling.holds(age);
        } else {
            claim();
        }
    }

    /** Whether it comes after all that is known, and not from this node itself. */
    @GuardedBy("lock")
    private boolean isNews(Stamp stamp) {
        boolean isAfter = last.isBefore(stamp);
        if (phase == Phase.OWNING) {
            return isAfter && (stamp.generation() > generation || !stamp.owner().equals(owner));
        }
        return isAfter && (phase == Phase.FOLLOWING || (phase == Phase.CLAIMING && poller == null));
    }

    /** Follows whoever told this, if nobody with a higher generation is known; returns the poller that is needed no more. */
    @GuardedBy("lock")
    private @Nullable Poller follow(Stamp stamp) {
        if (stamp.generation() <= generation) {
            return null;
        }
        Poller unneeded = poller;
        poller = null;
        if (phase == Phase.OWNING) {
            phase = Phase.FOLLOWING;
        }
        owner = stamp.owner();
        generation = stamp.generation();
        return unneeded;
    }

    /**
     * The engine can't be reached: asks for the clients of this node alone.
     *
     * @param spread from 0 to 1
     */
    void alone(double spread) {
        Poller started;
        boolean wasHeard;
        synchronized (lock) {
            if (poller != null || (phase != Phase.CLAIMING && phase != Phase.FOLLOWING)) {
                return;
            }
            phase = Phase.ALONE;
            wasHeard = !last.isNothing();
            started = newPoller();
            poller = started;
        }
        // Whoever waits for a first status shall not wait for a whole period.
        Duration most =
                wasHeard ? source.settings().every() : min(source.settings().every(), Duration.ofSeconds(1));
        Duration first = Duration.ofNanos((long) (most.toNanos() * spread));
        if (wasHeard) {
            retelling.unheard(first);
        }
        started.startIn(first);
    }

    /** The engine did not answer a claim. */
    void unclaimed(double spread) {
        boolean waits;
        synchronized (lock) {
            waits = phase == Phase.CLAIMING && last.isNothing();
        }
        if (waits) {
            alone(spread);
        }
    }

    @GuardedBy("lock")
    private Poller newPoller() {
        OwnPolls polled = new OwnPolls(this, listener, inOrder);
        hearing = polled;
        return source.poller(url, polled, this::heldBack);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /** A poll waits while this node may have lost what it owned without having heard of it. */
    private Duration heldBack() {
        if (polls.isAway()) {
            return Duration.ZERO;
        }
        return phase == Phase.CLAIMING || (phase == Phase.OWNING && !polls.isSettled()) ? HOLD : Duration.ZERO;
    }

    /** This node's poller has an answer. */
    void answered(OwnPolls by) {
        synchronized (lock) {
            if (hearing == by) {
                last.answered(Duration.ZERO);
            }
        }
    }

    /** Whether this hears the present poller; else another node has told something newer. */
    boolean isCurrent(OwnPolls asked) {
        synchronized (lock) {
            return hearing == asked && poller != null;
        }
    }

    /**
     * Tells the other nodes.
     *
     * @return false if this node does not own it: then nobody is told
     */
    boolean tell(OwnPolls by, byte[] bytes, boolean isNote) {
        Stamp stamp = stamp(by);
        if (stamp != null) {
            polls.tell(new SharedStates.Telling(key(), stamp, bytes, isNote), this);
        }
        return stamp != null;
    }

    /**
     * Tells the other nodes that what they know holds; otherwise as {@link #tell}.
     *
     * @param atOnce whether they wait for it; else it goes with the next beat
     */
    boolean fresh(OwnPolls by, boolean atOnce) {
        Stamp stamp = stamp(by);
        if (stamp != null) {
            polls.fresh(this, stamp, atOnce);
        }
        return stamp != null;
    }

    private @Nullable Stamp stamp(OwnPolls by) {
        synchronized (lock) {
            String node = owner;
            if (hearing != by || phase != Phase.OWNING || node == null) {
                return null;
            }
            return new Stamp(node, generation, polls.nextNumber());
        }
    }
}
