package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * One event's way: publish() appends it to the history, which gives it a position. What is appended is encoded, then
 * dispatched under one lock in the order of positions, whichever thread was told first: into the tail, to the channels that
 * match, `dispatched` last. A position that comes too early waits in `early` for the ones before it.
 *
 * The dispatch lock also guards the channels, so a channel is made between two dispatches, and a subscription that joins at
 * the position dispatched last gets every event after it. Nothing is done under the lock but moving references.
 */
/** A log and its subscribers. Thread-safe; no method blocks. */
public final class Hub {
    /** What becomes of ids, and of a client that fell behind what is kept. */
    public enum Mode {
        /** The hub gives ids that clients resume from; a client that missed something is told by a {@code gap} event. */
        RESUMABLE,
        /** The history keeps the newest event of each topic; a client that missed others gets that one, and no word. */
        LATEST,
        /** Nothing is kept; a client that fell behind the tail is closed. */
        LIVE
    }

    private static final long PAGE_CACHE_BYTES = 16L << 20;

    /** Kept, since each call of {@link Json} looks for a provider anew. */
    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final History history;
    private final WriterLoops loops;
    private final Mode mode;
    private final int replayMax;
    private final Tail tail;
    private final Pages pages;

    // Guarded by dispatchLock; `dispatched` is written under it and read anywhere.
    private final Object dispatchLock = new Object();
    private final Map<Long, List<Entry>> early = new HashMap<>();
    private final ChannelIndex channels;
    private volatile long dispatched;

    private @Nullable Frame lastCursorFrame;
    private long lastCursor;

    /**
     * A hub over a history, from its newest event on.
     *
     * @param tailEvents most events in the tail
     * @param tailBytes most bytes of frames in the tail
     * @param replayMax most events to replay to a client whose id is unknown
     */
    public Hub(History history, WriterLoops loops, Mode mode, int tailEvents, long tailBytes, int replayMax) {
        this.history = history;
        this.loops = loops;
        this.mode = mode;
        this.replayMax = replayMax;
        this.dispatched = history.head();
        this.tail = new Tail(tailEvents, tailBytes, dispatched);
        this.pages = new Pages(this, PAGE_CACHE_BYTES);
        this.channels = new ChannelIndex(loops.count());
    }

    /**
     * Publishes an event.
     *
     * @return completes with the event's id once the history has it; subscribers get it then. Completes exceptionally if it
     *     was not appended
     * @throws IllegalArgumentException if the event has no topic, or an id or type that only the hub may give
     */
    public CompletionStage<EventId> publish(Event event) {
        return publish(List.of(event)).thenApply(ids -> ids.get(0));
    }

    /** Publishes events side by side, all or none; see {@link #publish(Event)}. */
    public CompletionStage<List<EventId>> publish(List<Event> events) {
        List<Event> published = List.copyOf(events);
        if (published.isEmpty()) {
            return CompletableFuture.completedStage(List.of());
        }
        published.forEach(this::requirePublishable);
        return history.append(published).thenApply(first -> committed(first, published));
    }

    private void requirePublishable(Event event) {
        if (event.topics().isEmpty()) {
            throw new IllegalArgumentException("The event has no topic; it needs at least one to reach anybody");
        }
        if (mode != Mode.RESUMABLE) {
            return;
        }
        EventId id = event.id();
        if (id != null && (id.isHubMade() || id.value().equals("earliest"))) {
            throw new IllegalArgumentException("The event id '" + id
                    + "' is reserved; an id of a publisher's own is not 'earliest' and begins with no '#'");
        }
        if ("gap".equals(event.type())) {
            throw new IllegalArgumentException("The event type 'gap' is reserved; only the hub sends it");
        }
    }

    private List<EventId> committed(long first, List<Event> events) {
        List<Entry> entries = new ArrayList<>(events.size());
        List<EventId> ids = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            Logged logged = new Logged(first + i, events.get(i));
            entries.add(encode(logged));
            EventId own = logged.event().id();
            ids.add(own != null ? own : idAt(logged.position()));
        }
        synchronized (dispatchLock) {
            early.put(first, entries);
            List<Entry> next;
            while ((next = early.remove(dispatched + 1)) != null) {
                dispatch(next);
            }
        }
        return ids;
    }

    private void dispatch(List<Entry> entries) {
        for (Entry entry : entries) {
            tail.add(entry);
            channels.list(entry.topics(), entry.position());
        }
        dispatched = entries.get(entries.size() - 1).position();
    }

    /**
     * Finds where a client that was here before goes on.
     *
     * @param lastEventId what the client sent as {@code Last-Event-ID}; null or empty if it sent none
     * @return where it goes on; if nobody here knows the id, among the newest events with word of the gap
     */
    public CompletionStage<Start> locate(@Nullable String lastEventId) {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return CompletableFuture.completedStage(Start.NOW);
        }
        EventId id;
        try {
            id = new EventId(lastEventId);
        } catch (IllegalArgumentException e) { // no event can have it
            return CompletableFuture.completedStage(unknown(lastEventId));
        }
        if (!id.isHubMade()) {
            return history.find(id)
                    .thenApply(position ->
                            position.isPresent() ? Start.after(position.getAsLong()) : unknown(lastEventId));
        }
        return CompletableFuture.completedStage(ofHubMade(lastEventId));
    }

    private Start ofHubMade(String id) {
        String prefix = "#" + history.epoch() + ".";
        if (id.startsWith(prefix) && id.length() < prefix.length() + 19) {
            try {
                long position = Long.parseUnsignedLong(id.substring(prefix.length()));
                if (position >= 0 && position <= history.head()) {
                    return Start.after(position);
                }
            } catch (NumberFormatException e) {
                return unknown(id);
            }
        }
        return unknown(id);
    }

    private Start unknown(String id) {
        String shown = id.substring(0, Math.min(id.length(), EventId.MAX_BYTES));
        return new Start(Math.max(history.keptAfter(), history.head() - replayMax), shown);
    }

    /**
     * Lets a client join. It gets what follows {@code start} and matches any of the selectors, in the order of the log, each
     * event once, until it leaves or the stream ends.
     *
     * @param selectors at least one
     * @param opening what is written before all else
     * @param onClose called once, in a writer loop, when the stream has ended; must not block
     * @throws IllegalStateException if the service is closed
     */
    public void subscribe(
            Outlet outlet,
            Collection<Selector> selectors,
            Start start,
            Rights rights,
            List<Frame> opening,
            Consumer<CloseReason> onClose) {
        if (selectors.isEmpty()) {
            throw new IllegalArgumentException("A subscription needs at least one selector");
        }
        List<Selector> key = List.copyOf(new TreeSet<>(selectors));
        int loopIndex = loops.pick();
        WriterLoop loop = loops.loop(loopIndex);
        List<Frame> first = new ArrayList<>(opening);
        String unknownId = mode == Mode.RESUMABLE ? start.unknownId() : null;
        if (unknownId != null) {
            first.add(gapFrame(unknownId, start.after()));
        }
        Subscription subscription;
        synchronized (dispatchLock) {
            Channel channel = channels.get(key);
            long cursor = start.isNow() ? dispatched : start.after();
            Lane lane = channel.join(loopIndex, this, loop, dispatched);
            lane.expect();
            if (mode == Mode.RESUMABLE && unknownId == null && cursor >= dispatched) {
                first.add(cursorFrame(cursor));
            }
            subscription = new Subscription(
                    this,
                    channel,
                    loopIndex,
                    lane,
                    loop,
                    outlet,
                    first,
                    rights,
                    cursor,
                    mode == Mode.LIVE ? null : loops.settings().maxDuration(),
                    onClose);
        }
        subscription.start();
    }

    /** Ends the streams of all who have exactly these selectors, once they have what was published before. */
    public void finish(Collection<Selector> selectors) {
        synchronized (dispatchLock) {
            Channel channel = channels.remove(List.copyOf(new TreeSet<>(selectors)));
            if (channel != null) {
                channel.finish();
            }
        }
    }

    /** How many channels have subscribers. */
    public int channels() {
        synchronized (dispatchLock) {
            return channels.size();
        }
    }

    void leave(Channel channel, int loopIndex) {
        synchronized (dispatchLock) {
            if (channel.leave(loopIndex)) {
                channels.removeIfSame(channel);
            }
        }
    }

    /** The id that the hub gives the event at a position, and a client's cursor there. */
    public EventId idAt(long position) {
        return new EventId("#" + history.epoch() + "." + position);
    }

    Entry encode(Logged logged) {
        return mode == Mode.RESUMABLE
                ? Entry.encode(logged, idAt(logged.position()))
                : Entry.of(logged.position(), logged.event());
    }

    Frame gapFrame(String requested, long after) {
        EventId resumedAfter = idAt(after);
        String data = JSON.createObjectBuilder()
                .add("requested", requested)
                .add("resumedAfter", resumedAfter.value())
                .build()
                .toString();
        return EventEncoder.encode(
                Event.builder().id(resumedAfter.value()).type("gap").data(data).build());
    }

    /** The id-only block of a cursor; asked for by many at the same position, so the last one is kept. */
    Frame cursorFrame(long position) {
        synchronized (pages) {
            Frame frame = lastCursorFrame;
            if (frame == null || lastCursor != position) {
                frame = EventEncoder.idOnly(idAt(position));
                lastCursorFrame = frame;
                lastCursor = position;
            }
            return frame;
        }
    }

    WriterLoops loops() {
        return loops;
    }

    History history() {
        return history;
    }

    Mode mode() {
        return mode;
    }

    Tail tail() {
        return tail;
    }

    Pages pages() {
        return pages;
    }

    /** The position up to which every event has been listed in the channels that it matches. */
    public long dispatched() {
        return dispatched;
    }
}
