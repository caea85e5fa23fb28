package dev.fanfare.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.Follower;
import dev.fanfare.stream.HeapShare;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.tracing.EventTraces;
import dev.fanfare.tracing.Tracing.Traced;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * What the history has is encoded, then dispatched under one lock in the order of positions, whichever thread was told first:
 * into the tail, to the channels that match, `dispatched` last. Only a history in memory tells from several threads; what comes
 * too early from one of them waits in `early` for what lies before it. Should that never come (there was no memory to tell
 * it), no more waits than a bound; then subscriptions read what is missing in the history. Which templates match is found out before the lock is taken, see TemplateIndex. With many templates
 * that takes long for a topic that is new, and a history on a disk tells all publishers in one thread; so the publisher's own
 * asks first, before it appends. What it finds is remembered, with the number up to which it is complete, and events() asks
 * again: it gets what is remembered, plus what has come since. So no template is missed, whenever the publisher asked.
 *
 * The dispatch lock also guards the channels, so a channel is made between two dispatches, and a subscription that joins at
 * the position dispatched last gets every event after it. Nothing is done under the lock but moving references; no other
 * class takes it.
 */
/** Brings the events of a log to its channels, in order, and has subscriptions join and leave them. Thread-safe. */
final class Dispatcher implements Follower {
    private static final System.Logger LOG = System.getLogger(Dispatcher.class.getName());

    /**
     * The place that a subscription has got.
     *
     * @param shard expects it, and lists for it all that matches behind {@code dispatched}
     * @param dispatched the position dispatched last when it joined
     */
    record Joined(ChannelShard shard, long dispatched) {}

    /**
     * An event on its way to its channels.
     *
     * @param entry null if it could not be encoded: the tail has a hole there, and a subscription that reaches it reads the history
     * @param watched sees to its trace; null for none
     */
    private record Arrived(
            long position,
            List<Topic> topics,
            @Nullable EncodedEvent entry,
            TemplateIndex.Found templates,
            EventTraces.@Nullable Watched watched) {}

    static final int MAX_EARLY_EVENTS = 65_536;
    private static final long MAX_EARLY_BYTES = HeapShare.of(16, 16L << 20);

    private final HubFrames frames;
    private final @Nullable EventTraces traces;

    /** That of the index, which asserts that it is held. */
    private final Object dispatchLock;

    /** What has come too early, by the position that it comes after. */
    @GuardedBy("dispatchLock")
    private final Map<Long, List<Arrived>> early = new HashMap<>();

    @GuardedBy("dispatchLock")
    private int earlyEvents;

    @GuardedBy("dispatchLock")
    private long earlyBytes;

    // Guarded by dispatchLock, but for what the index says any thread may ask.
    private final ChannelIndex channels;

    // Written under dispatchLock, read anywhere.
    private final Tail tail;
    private volatile long dispatched;
    private final LongAdder events = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /**
     * @param dispatched the position of the event before the first to be dispatched
     * @param tail empty, and begins behind that position
     * @param traces null if nothing is traced
     */
    Dispatcher(long dispatched, Tail tail, HubFrames frames, ChannelIndex channels, @Nullable EventTraces traces) {
        this.traces = traces;
        this.dispatched = dispatched;
        this.tail = tail;
        this.frames = frames;
        this.channels = channels;
        this.dispatchLock = channels;
    }

    // The way of an event.

    /** Has it done in the caller's thread what would take long in the one that everybody waits for. */
    void rememberTemplatesOf(List<Event> published) {
        published.forEach(event -> templatesOf(event.topics()));
    }

    /** Sends events that the history has. Nothing that goes wrong for one of them may hold up those that follow. */
    @Override
    public void events(long after, long first, List<Event> events) {
        if (events.isEmpty()) { // a receipt alone takes no position
            return;
        }
        List<Arrived> arrived = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            long position = first + i;
            Event event = events.get(i);
            List<Topic> topics = event.topics();
            EncodedEvent entry = encodeOrNull(position, event);
            arrived.add(new Arrived(position, topics, entry, templatesOf(topics), watchedOrNull(entry)));
        }
        synchronized (dispatchLock) {
            if (after == dispatched) {
                dispatch(arrived);
                dispatchEarly();
            } else if (after > dispatched) {
                addEarly(after, arrived);
            } else {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "An event came after it had been passed over; it is read in the history");
            }
        }
    }

    @GuardedBy("dispatchLock")
    private void addEarly(long after, List<Arrived> arrived) {
        early.put(after, arrived);
        earlyEvents += arrived.size();
        earlyBytes += bytesOf(arrived);
        if (earlyEvents > MAX_EARLY_EVENTS || earlyBytes > MAX_EARLY_BYTES) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The dispatcher never heard of the event behind position {0}; subscriptions read it in the history",
                    String.valueOf(dispatched));
            passOverNow(Collections.min(early.keySet()));
            dispatchEarly();
        }
    }

    private static long bytesOf(List<Arrived> arrived) {
        long sum = 0;
        for (Arrived each : arrived) {
            sum += each.entry() == null ? 0 : each.entry().retainedBytes();
        }
        return sum;
    }

    @GuardedBy("dispatchLock")
    private void dispatchEarly() {
        while (earlyEvents > 0) {
            List<Arrived> next = early.remove(dispatched);
            if (next == null) {
                return;
            }
            earlyEvents -= next.size();
            earlyBytes -= bytesOf(next);
            dispatch(next);
        }
    }

    @GuardedBy("dispatchLock")
    private void dispatch(List<Arrived> arrived) {
        for (int i = 0; i < arrived.size(); i++) { // an iterator would be an object for each event
            dispatch(arrived.get(i));
        }
    }

    /** Subscriptions that are not so far yet read the history, which tells what is gone. */
    @Override
    public void passOver(long position) {
        synchronized (dispatchLock) {
            if (position > dispatched) {
                passOverNow(position);
                dispatchEarly();
            }
        }
    }

    @GuardedBy("dispatchLock")
    private void passOverNow(long position) {
        tail.passOver(position);
        channels.passOver(position);
        dispatched = position;
    }

    private @Nullable EncodedEvent encodeOrNull(long position, Event event) {
        try {
            return frames.encode(position, event);
        } catch (RuntimeException | Error e) { // an event that is too large for what memory there is
            LOG.log(
                    System.Logger.Level.ERROR,
                    "An event could not be encoded; it is left to be read in the history",
                    e);
            return null;
        }
    }

    private EventTraces.@Nullable Watched watchedOrNull(@Nullable EncodedEvent entry) {
        EventTraces watching = traces;
        Traced traced = entry == null ? null : entry.traced();
        return watching == null || traced == null ? null : watching.watch(traced);
    }

    private TemplateIndex.Found templatesOf(List<Topic> topics) {
        try {
            return channels.templatesOf(topics);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "Templates could not be compared; it is tried again on dispatch", e);
            return TemplateIndex.Found.NOTHING;
        }
    }

    @GuardedBy("dispatchLock")
    private void dispatch(Arrived event) {
        events.increment();
        try {
            tail.passOver(event.position() - 1);
            if (event.entry() != null) {
                bytes.add(event.entry().frame().payloadBytes());
                tail.add(event.entry());
            } else {
                tail.skip(event.position());
            }
            EventTraces.Watched watched = event.watched();
            if (watched == null) {
                channels.list(event.topics(), event.templates(), event.position(), null);
            } else {
                listWatched(event, watched);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "An event could not be listed in all channels", e);
        } finally {
            dispatched = event.position();
        }
    }

    @GuardedBy("dispatchLock")
    private void listWatched(Arrived event, EventTraces.Watched watched) {
        Delivery delivery = new Delivery(Runnable::run);
        channels.list(event.topics(), event.templates(), event.position(), delivery);
        watched.listed(delivery.clients(), delivery::giveUp);
        delivery.begun().thenRun(watched::delivered);
    }

    /** The position up to which every event has been listed in the channels that it matches. */
    long dispatched() {
        return dispatched;
    }

    /** For assertions of the order of locks: whoever asks the history holds nothing of the dispatcher. */
    boolean isLockedByCaller() {
        return Thread.holdsLock(dispatchLock);
    }

    // Those who get it. A channel is named by its key, see Channel.keyOf.

    /** Has a delivery wait for all subscribers of a channel; what is at the position has been committed. */
    void deliver(List<Selector> key, long position, Delivery delivery) {
        synchronized (dispatchLock) {
            Channel channel = channels.find(key);
            if (channel != null) {
                channel.deliver(position, delivery);
            }
        }
    }

    /** @throws TooManyTemplates as {@link #join} would, unless others come first */
    void requireRoomFor(List<Selector> key, boolean anonymous) {
        synchronized (dispatchLock) {
            channels.requireRoomFor(key, anonymous);
        }
    }

    /**
     * Gives one subscription more of this loop its place in a channel, which is made if there is none. The subscription has to be
     * started.
     *
     * @throws TooManyTemplates if it would need more templates than there may be
     */
    Joined join(List<Selector> key, boolean anonymous, int loopIndex, HubParts parts, WriterLoop loop) {
        synchronized (dispatchLock) {
            Channel channel = channels.get(key, anonymous);
            ChannelShard shard = channel.join(loopIndex, parts, loop, dispatched, () -> leave(channel, loopIndex));
            shard.expect();
            return new Joined(shard, dispatched);
        }
    }

    /** Takes back the place of a subscription that could not be started. */
    void giveUp(Joined joined) {
        joined.shard().expectNoMore();
    }

    /** Takes back the place of one subscription; a channel without any is gone. */
    private void leave(Channel channel, int loopIndex) {
        synchronized (dispatchLock) {
            if (channel.leave(loopIndex)) {
                channels.removeIfSame(channel);
            }
        }
    }

    /** Ends the streams of a channel behind what has been dispatched so far. */
    void finish(List<Selector> key) {
        synchronized (dispatchLock) {
            Channel channel = channels.remove(key);
            if (channel != null) {
                channel.finish();
            }
        }
    }

    // How many.

    /** How many channels have subscribers. */
    int channels() {
        synchronized (dispatchLock) {
            return channels.size();
        }
    }

    /** The channels with the most subscribers, those first. Looks at each one, and holds events up meanwhile. */
    List<ChannelStats> largestChannels(int most) {
        synchronized (dispatchLock) {
            return channels.largest(most);
        }
    }

    /** How many events have been dispatched. */
    long events() {
        return events.sum();
    }

    /** The bytes of those that could be encoded. */
    long bytes() {
        return bytes.sum();
    }

    /** What is remembered of which topics are of which templates. */
    long rememberedTemplateBytes() {
        return channels.rememberedTemplateBytes();
    }
}
