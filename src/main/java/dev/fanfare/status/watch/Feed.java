package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.rules.RuleSet;
import dev.fanfare.status.rules.UpdateForm;
import dev.fanfare.stream.Backlog;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamWriter;
import dev.fanfare.stream.Ticker;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Why nobody misses the newest state, gets one twice, or hangs after the end.
 *
 * Joining, a new status, and the end are each one step under the watch's lock, so they come one after the other.
 *
 *   join     reads the newest status into the opening frames, and subscribes behind the head of the log. Every event of
 *            this topic so far is at or before the head, every later one behind it. So the client has what was before in its
 *            opening, and gets what comes after from the log: nothing twice, nothing missed.
 *   status   becomes the newest one known and is offered to each group, which publishes it now, or later when an alarm
 *            rings, or not at all. A group is there while it has clients.
 *   end      what a group has not sent yet, and `end`, are published side by side; then the hub ends the topic's streams
 *            behind them, which it can because StatusLog.publish has dispatched them when it returns. Whoever joins later
 *            finds `ended` set and gets a stream of its own that ends behind its opening frames; it never subscribes, so
 *            nobody is left in a channel that no one will finish.
 */
/** One status and its clients: what is known of it, and the events that tell them. Guarded by its lock, as its watch is. */
final class Feed {
    /** Held by the watch for each step: first in the order of locks, before StatusLog and hub; the registry is a leaf. */
    final Object lock = new Object();

    private final StatusUrl url;
    private final StatusLog log;
    private final Ticker ticker;
    private final Supplier<Frame> openings;

    /** Thread-safe, since writer loops ask it for heartbeats. */
    private final AsOf asOf = new AsOf();

    @GuardedBy("lock")
    private final WatcherGroups groups;

    @GuardedBy("lock")
    private final Outage outage;

    @GuardedBy("lock")
    private @Nullable Newest known;

    @GuardedBy("lock")
    private Instant changed = Instant.EPOCH;

    @GuardedBy("lock")
    private boolean ended;

    /** What clients get that come afterwards; they share it, so that many that read nothing hold it once. */
    private record Ending(Newest last, String id, Frame update, Frame end) {}

    @GuardedBy("lock")
    private @Nullable Ending ending;

    /**
     * A feed without a status.
     *
     * @param openings what the next stream begins with
     * @param due called without the lock when it is time to send what a group holds back; calls {@link #sendHeld} under it
     */
    Feed(
            StatusUrl url,
            SourceSettings settings,
            Supplier<Frame> openings,
            StatusLog log,
            Ticker ticker,
            Consumer<WatcherGroup> due) {
        this.url = url;
        this.log = log;
        this.ticker = ticker;
        this.openings = openings;
        this.groups = new WatcherGroups(url, StreamOptions.of(settings).rules(), log, ticker, due);
        this.outage = new Outage(ticker);
    }

    /**
     * Another definition of the source holds from now on. Clients that are here keep the rules that they came with.
     *
     * @param plain its own rules
     * @param staysKnown whether the status is what the new definition tells, too; else those who join later get it once that
     *     has told one
     */
    @GuardedBy("lock")
    void redefine(RuleSet plain, boolean staysKnown) {
        assert Thread.holdsLock(lock);
        groups.redefine(plain, staysKnown);
        if (!staysKnown) {
            known = null;
            changed = Instant.EPOCH;
        }
    }

    @GuardedBy("lock")
    boolean isKnown() {
        assert Thread.holdsLock(lock);
        return known != null;
    }

    @GuardedBy("lock")
    boolean isEnded() {
        assert Thread.holdsLock(lock);
        return ended;
    }

    /** Whether clients are told that the source can't tell. */
    @GuardedBy("lock")
    boolean isStale() {
        assert Thread.holdsLock(lock);
        return outage.reason() != null;
    }

    /** How many clients there are. */
    @GuardedBy("lock")
    int clients() {
        assert Thread.holdsLock(lock);
        return groups.clients();
    }

    @GuardedBy("lock")
    boolean hasRoomFor(RuleSet rules) {
        assert Thread.holdsLock(lock);
        return ended || groups.hasPlaceFor(rules);
    }

    @GuardedBy("lock")
    View view() {
        assert Thread.holdsLock(lock);
        Newest newest = known;
        return newest == null
                ? new View(null, ended, outage.reason(), outage.retryAfter(), null, asOf.time())
                : new View(newest.status(), ended, outage.reason(), outage.retryAfter(), changed, asOf.time());
    }

    /** What a list says of it. */
    @GuardedBy("lock")
    WatchInfo info(@Nullable Instant asked, @Nullable Instant due, @Nullable String owner) {
        assert Thread.holdsLock(lock);
        SourceFailure failure = outage.reason();
        WatchInfo.State state = ended
                ? WatchInfo.State.ENDED
                : failure != null
                        ? WatchInfo.State.STALE
                        : known == null ? WatchInfo.State.UNKNOWN : WatchInfo.State.FRESH;
        return new WatchInfo(
                url,
                state,
                groups.clients(),
                groups.size(),
                asked,
                ended ? null : due,
                asOf.time(),
                outage.attempts(),
                failure == null ? null : "The source " + failure.reason(),
                ended ? null : owner);
    }

    /**
     * Opens a stream, which waits for a status if none is known yet.
     *
     * @param onClose called without the lock when the stream has ended
     * @param onLeft called before, if the client is counted, with what {@link #left} takes
     * @throws TooManyRuleSets if the limit is reached
     */
    @GuardedBy("lock")
    void join(
            Outlet outlet,
            StreamOptions options,
            @Nullable String lastEventId,
            Consumer<CloseReason> onClose,
            BiConsumer<RuleSet, WatcherGroup> onLeft) {
        assert Thread.holdsLock(lock);
        List<Frame> frames = new ArrayList<>(3);
        frames.add(openings.get());
        RuleSet rules = options.rules();
        Place place = place(options, lastEventId, frames);
        if (place == null) {
            log.sendAndEnd(outlet, frames, onClose);
            return;
        }
        WatcherGroup group = place.group();
        Supplier<Frame> heartbeat = options.heartbeatEvents() ? asOf::event : asOf::comment;
        Reader reader = Reader.UNKNOWN.withHeartbeat(options.heartbeat());
        log.join(outlet, group.topic(), place.edition(), frames, reader, options.permit(), heartbeat, reason -> {
            onLeft.accept(rules, group);
            onClose.accept(reason);
        });
        groups.joined(rules, group);
    }

    /**
     * Has a stream of several members have this status, too. In the thread of the stream's loop.
     *
     * @param onLeft called without the lock when it has left, with what {@link #left} takes
     * @throws TooManyRuleSets if the limit is reached
     */
    @GuardedBy("lock")
    Attachment attach(
            StreamWriter writer,
            int loopIndex,
            Form form,
            StreamOptions options,
            BooleanSupplier hasEnded,
            BiConsumer<RuleSet, WatcherGroup> onLeft) {
        assert Thread.holdsLock(lock);
        List<Frame> frames = new ArrayList<>(3);
        RuleSet rules = options.rules();
        Place place = place(options, null, frames);
        if (place == null) {
            return new Attachment(frames, null, hasEnded, () -> {});
        }
        WatcherGroup group = place.group();
        Backlog backlog = log.attach(writer, loopIndex, group.topic(), place.edition(), form);
        groups.joined(rules, group);
        return new Attachment(frames, backlog, hasEnded, () -> onLeft.accept(rules, group));
    }

    /** Where a client that joins gets the next changes, and which status it has by then. */
    private record Place(WatcherGroup group, Edition edition) {}

    /**
     * Finds a client's place.
     *
     * @param frames to be completed with what the client gets first
     * @return null if the status has ended, and {@code frames} say so
     */
    @GuardedBy("lock")
    private @Nullable Place place(StreamOptions options, @Nullable String lastEventId, List<Frame> frames) {
        Newest newest = known;
        RuleSet rules = options.rules();
        if (newest != null && ended) {
            addEnding(frames, newest, rules, lastEventId);
            return null;
        }
        WatcherGroup group = groups.group(rules, newest);
        // A client that is to get patches needs the whole status to begin with.
        String had = rules.form() == UpdateForm.WHOLE ? lastEventId : null;
        Edition edition = newest == null ? Edition.first(had) : group.open(newest, lastEventId, frames);
        if (outage.reason() != null) {
            frames.add(EventEncoder.encode(outage.stale(List.of(group.topic()), asOf.time())));
        }
        return new Place(group, edition);
    }

    @GuardedBy("lock")
    private void addEnding(List<Frame> frames, Newest last, RuleSet rules, @Nullable String lastEventId) {
        String id = last.under(rules.change()).id();
        if (("end-" + id).equals(lastEventId)) {
            return;
        }
        Ending all = ending;
        if (all == null || all.last() != last || !all.id().equals(id)) {
            all = new Ending(
                    last,
                    id,
                    EventEncoder.encode(StatusEvents.update(url.topic(), id, last.json())),
                    EventEncoder.encode(StatusEvents.end(url.topic(), id, last.json())));
            ending = all;
        }
        if (!id.equals(lastEventId) || rules.form() != UpdateForm.WHOLE) {
            frames.add(all.update());
        }
        frames.add(all.end());
    }

    /** A client that had joined has left. */
    @GuardedBy("lock")
    void left(RuleSet rules, WatcherGroup group) {
        assert Thread.holdsLock(lock);
        groups.left(rules, group);
    }

    /** The source has given a good answer, so long ago. */
    @GuardedBy("lock")
    void answered(Duration age) {
        assert Thread.holdsLock(lock);
        asOf.answered(ticker, age);
    }

    /** The source gave a good answer then. */
    @GuardedBy("lock")
    void answeredAt(Instant then) {
        assert Thread.holdsLock(lock);
        asOf.answeredAt(then);
    }

    /**
     * Makes a status the newest one, and ends what is over by it.
     *
     * @param time when it was told
     * @param isOver whether it is final whatever it says
     */
    @GuardedBy("lock")
    void take(Newest newest, Instant time, boolean isOver) {
        assert Thread.holdsLock(lock);
        Newest before = known;
        boolean isNew =
                before == null || !before.status().id().equals(newest.status().id());
        known = newest;
        changed = isNew ? time : changed;
        fresh();
        if (isOver || newest.status().isFinal()) {
            ended = true;
            groups.finish(newest);
        } else if (isNew) {
            groups.offer(newest);
        }
        newest.forgetValue();
    }

    /**
     * There is no such status any more: what is known is final, and without it the streams end without an event. Clients that
     * heard {@code stale} get no {@code fresh} before: nobody has told the status anew.
     *
     * @return whether a status was known
     */
    @GuardedBy("lock")
    boolean finish() {
        assert Thread.holdsLock(lock);
        outage.end();
        Newest last = known;
        if (last == null) {
            groups.finish();
            return false;
        }
        ended = true;
        groups.finish(last);
        return true;
    }

    /** The streams end without an event, whatever is known. */
    @GuardedBy("lock")
    void breakOff() {
        assert Thread.holdsLock(lock);
        if (!ended) {
            groups.finish();
        }
    }

    /** The interval of a group is over. */
    @GuardedBy("lock")
    void sendHeld(WatcherGroup group) {
        assert Thread.holdsLock(lock);
        Newest newest = known;
        if (newest != null && !ended) {
            groups.sendHeld(group, newest);
        }
    }

    /**
     * The source can't tell the status. Clients are told once, when that begins.
     *
     * @param nextIn when it is asked again
     * @param asked whether it was asked this time
     */
    @GuardedBy("lock")
    void stale(SourceFailure failure, Duration nextIn, boolean asked) {
        assert Thread.holdsLock(lock);
        boolean begins = outage.failed(failure, nextIn, asked);
        if (begins && groups.clients() > 0) {
            log.publish(List.of(outage.stale(groups.topics(), asOf.time())));
        }
    }

    /** The source tells again. Clients are told if they had heard that it did not. */
    @GuardedBy("lock")
    void fresh() {
        assert Thread.holdsLock(lock);
        boolean wasOpen = outage.end();
        if (wasOpen && groups.clients() > 0) {
            log.publish(List.of(StatusEvents.fresh(groups.topics(), asOf.time())));
        }
    }

    /** Sends nothing more to anybody. */
    @GuardedBy("lock")
    void letGo() {
        assert Thread.holdsLock(lock);
        groups.letGo();
    }
}
