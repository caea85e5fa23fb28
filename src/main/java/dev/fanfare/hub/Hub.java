package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * One event's way: publish() appends it to the history, which gives it a position. What is appended is encoded, then
 * dispatched under one lock in the order of positions, whichever thread was told first: into the tail, to the channels that
 * match, `dispatched` last. A position that comes too early waits in `early` for the ones before it. Which templates match
 * is found out before the lock is taken, see TemplateIndex. With many templates that takes long for a topic that is new, and
 * a history on a disk tells all publishers in one thread; so the publisher's own asks first, before it appends. What it finds
 * is remembered, with the number up to which it is complete, and committed() asks again: it gets what is remembered, plus what
 * has come since. So no template is missed, whenever the publisher asked.
 *
 * The dispatch lock also guards the channels, so a channel is made between two dispatches, and a subscription that joins at
 * the position dispatched last gets every event after it. Nothing is done under the lock but moving references.
 */
/** A log and its subscribers. Thread-safe; no method blocks. */
public final class Hub {
    /** What becomes of ids, and of a client that fell behind what is kept. */
    public enum Mode {
        /** The hub gives ids that clients resume from; a client that missed something is told by a {@code gap} event. */
        RESUMABLE(StreamKind.TOPICS),
        /** The history keeps the newest event of each topic; a client that missed others gets that one, and no word. */
        LATEST(StreamKind.STATUS),
        /** Nothing is kept; a client that fell behind the tail is closed. */
        LIVE(StreamKind.BROADCAST);

        private final StreamKind kind;

        Mode(StreamKind kind) {
            this.kind = kind;
        }
    }

    /** How many different templates may be subscribed to unless something else is said. */
    public static final int DEFAULT_MAX_TEMPLATES = 10_000;

    private static final System.Logger LOG = System.getLogger(Hub.class.getName());
    private static final long PAGE_CACHE_BYTES = 16L << 20;
    private static final Set<Selector> EVERYTHING = Set.of(Selector.parse("*"));

    /** Kept, since each call of {@link Json} looks for a provider anew. */
    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final History history;
    private final WriterLoops loops;
    private final Mode mode;
    private final int replayMax;
    private final Function<Event, Frame> encoder;
    private final Tail tail;
    private final Pages pages;
    private final Idempotency idempotency;
    private final ReadFault lookUpFault =
            new ReadFault("The history can't be read; ids of publishers are not found until it can");
    private final LongAdder replays = new LongAdder();
    private final LongAdder gaps = new LongAdder();

    // Guarded by dispatchLock; `dispatched` is written under it and read anywhere.
    private final Object dispatchLock = new Object();
    private final Map<Long, List<Arrived>> early = new HashMap<>();
    private final ChannelIndex channels;
    private volatile long dispatched;

    // Added to under dispatchLock.
    private final Tally eventsPublished = new Tally();
    private final Tally bytesPublished = new Tally();

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
        this(history, loops, mode, tailEvents, tailBytes, replayMax, DEFAULT_MAX_TEMPLATES);
    }

    /**
     * A hub over a history, from its newest event on. A history that also implements {@link Receipts} remembers idempotency
     * keys itself; for others they are remembered in memory.
     *
     * @param maxTemplates most different URI templates that may be subscribed to at a time; 0 or more
     */
    public Hub(
            History history,
            WriterLoops loops,
            Mode mode,
            int tailEvents,
            long tailBytes,
            int replayMax,
            int maxTemplates) {
        this(history, loops, mode, tailEvents, tailBytes, replayMax, maxTemplates, EventEncoder::encode);
    }

    Hub(
            History history,
            WriterLoops loops,
            Mode mode,
            int tailEvents,
            long tailBytes,
            int replayMax,
            int maxTemplates,
            Function<Event, Frame> encoder) {
        this.history = history;
        this.encoder = encoder;
        this.loops = loops;
        this.mode = mode;
        this.replayMax = replayMax;
        this.dispatched = history.head();
        this.tail = new Tail(tailEvents, tailBytes, dispatched);
        this.pages = new Pages(this, PAGE_CACHE_BYTES);
        this.channels = new ChannelIndex(loops.count(), maxTemplates);
        this.idempotency = new Idempotency(this, history instanceof Receipts own ? own : new MemoryReceipts(history));
    }

    /**
     * Publishes an event.
     *
     * @return completes with the event's id once the history has it and subscribers are getting it. Completes exceptionally
     *     if it was not appended: with {@link HistoryUnavailable} if it may be later. A history that writes to a disk
     *     completes it in a thread that others wait for too, so what hangs on it must not block
     * @throws IllegalArgumentException if the event has no topic, or an id or type that only the hub may give
     */
    public CompletionStage<EventId> publish(Event event) {
        return publish(List.of(event)).thenApply(ids -> ids.get(0));
    }

    /**
     * Publishes an event, and tells when all have it who are subscribed by exactly these selectors. Above all for {@link
     * Mode#LIVE}, where a client that fell behind the tail is closed; elsewhere a client that replays is waited for as well.
     *
     * @param executor where what hangs on the stage is run, unless nobody has to be waited for
     * @return completes once the outlet of each has taken the event, or it is gone; exceptionally as {@link #publish(Event)}
     * @throws IllegalArgumentException as {@link #publish(Event)}
     */
    public CompletionStage<Void> deliver(Event event, Collection<Selector> selectors, Executor executor) {
        requirePublishable(event);
        List<Event> one = List.of(event);
        List<Selector> key = keyOf(selectors);
        rememberTemplatesOf(one);
        return history.append(one).thenCompose(position -> {
            committed(position, one);
            Delivery delivery = new Delivery(executor);
            synchronized (dispatchLock) {
                Channel channel = channels.find(key);
                if (channel != null) {
                    channel.deliver(position, delivery);
                }
            }
            return delivery.begun();
        });
    }

    /** Publishes events side by side, all or none; see {@link #publish(Event)}. */
    public CompletionStage<List<EventId>> publish(List<Event> events) {
        List<Event> published = List.copyOf(events);
        if (published.isEmpty()) {
            return CompletableFuture.completedStage(List.of());
        }
        published.forEach(this::requirePublishable);
        rememberTemplatesOf(published);
        return history.append(published).thenApply(first -> committed(first, published));
    }

    /**
     * Publishes events side by side, all or none, and each only if it has not been published: an event whose id is that of an
     * event with the same content (topics, data, type, retry, private) is not published again. This holds as long as the
     * history keeps that event, and against all who publish in this way at the same time; events of {@link #publish} are
     * found too, once they are in the history.
     *
     * @param key if not null, all of this is remembered under it as long as the history keeps the last of the events: the
     *     same events under the same key get the same ids, and nothing is published
     * @return completes with the ids of the events, in their order, once the history has them. Completes exceptionally if
     *     nothing was appended: with {@link IdConflict} if an id is taken by an event with other content, with {@link
     *     KeyConflict} if the key is
     * @throws IllegalArgumentException if an event has no topic, or an id or type that only the hub may give
     */
    public CompletionStage<List<EventId>> publishOnce(List<Event> events, @Nullable IdempotencyKey key) {
        return publishOnce(events, key, event -> true);
    }

    /**
     * Publishes on behalf of somebody who may not know of all events; else like the shorter form. A private event that they may not know of
     * is as if it were not there, so that no conflict tells of it; its id may then be that of several events.
     *
     * @param mayKnow whether they may know of a private event; must not block
     */
    public CompletionStage<List<EventId>> publishOnce(
            List<Event> events, @Nullable IdempotencyKey key, Predicate<Event> mayKnow) {
        List<Event> published = List.copyOf(events);
        published.forEach(this::requirePublishable);
        boolean plain = key == null && published.stream().allMatch(event -> event.id() == null);
        if (plain || published.isEmpty()) {
            return publish(published);
        }
        rememberTemplatesOf(published);
        return idempotency.publish(published, key, event -> !event.isPrivate() || mayKnow.test(event));
    }

    private void requirePublishable(Event event) {
        if (event.topics().isEmpty()) {
            throw new IllegalArgumentException("The event has no topic; it needs at least one to reach anybody");
        }
        if (mode != Mode.RESUMABLE) {
            return;
        }
        EventId id = event.id();
        if (id != null && (id.isHubMade() || id.value().equals(Start.EARLIEST))) {
            throw new IllegalArgumentException("The event id '" + id
                    + "' is reserved; an id of a publisher's own is not 'earliest' and begins with no '#'");
        }
        if ("gap".equals(event.type())) {
            throw new IllegalArgumentException("The event type 'gap' is reserved; only the hub sends it");
        }
    }

    /** Has it done in the caller's thread what would take long in the one that everybody waits for. */
    private void rememberTemplatesOf(List<Event> events) {
        events.forEach(event -> templatesOf(event.topics()));
    }

    /** Sends events that the history has. Nothing that goes wrong for one of them may hold up those that follow. */
    List<EventId> committed(long first, List<Event> events) {
        if (events.isEmpty()) { // a receipt alone takes no position
            return List.of();
        }
        List<Arrived> arrived = new ArrayList<>(events.size());
        List<EventId> ids = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            Logged logged = new Logged(first + i, events.get(i));
            List<Topic> topics = logged.event().topics();
            arrived.add(new Arrived(logged.position(), topics, encodeOrNull(logged), templatesOf(topics)));
            EventId own = logged.event().id();
            ids.add(own != null ? own : idAt(logged.position()));
        }
        synchronized (dispatchLock) {
            early.put(first, arrived);
            List<Arrived> next;
            while ((next = early.remove(dispatched + 1)) != null) {
                next.forEach(this::dispatch);
            }
        }
        return ids;
    }

    private @Nullable Entry encodeOrNull(Logged logged) {
        try {
            return encode(logged);
        } catch (RuntimeException | Error e) { // an event that is too large for what memory there is
            LOG.log(
                    System.Logger.Level.ERROR,
                    "An event could not be encoded; it is left to be read in the history",
                    e);
            return null;
        }
    }

    private TemplateIndex.Found templatesOf(List<Topic> topics) {
        try {
            return channels.templatesOf(topics);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "Templates could not be compared; it is tried again on dispatch", e);
            return TemplateIndex.Found.NOTHING;
        }
    }

    private void dispatch(Arrived event) {
        eventsPublished.add(1);
        try {
            if (event.entry() != null) {
                bytesPublished.add(event.entry().frame().payloadBytes());
                tail.add(event.entry());
            } else {
                tail.skip(event.position());
            }
            channels.list(event.topics(), event.templates(), event.position());
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "An event could not be listed in all channels", e);
        } finally {
            dispatched = event.position();
        }
    }

    /**
     * An event on its way to its channels.
     *
     * @param entry null if it could not be encoded: the tail has a hole there, and who comes to it reads the history
     */
    private record Arrived(
            long position, List<Topic> topics, @Nullable Entry entry, TemplateIndex.Found templates) {}

    /** Finds where a client that may see everything goes on; see {@link #locate(String, Rights)}. */
    public CompletionStage<Start> locate(@Nullable String lastEventId) {
        return locate(lastEventId, Rights.ALL);
    }

    /**
     * Finds where a client that was here before goes on. An id that a publisher gave to several events is that of the
     * earliest one still kept that the client may see. An id of a private event that the client may not see is not known, and nothing that the
     * client gets differs from what it gets for an id that nobody ever gave.
     *
     * @param lastEventId what the client sent as {@code Last-Event-ID}; {@code earliest} is all that is kept; empty is from
     *     now on; null if it sent none, so from now on
     * @return where it goes on; if nobody here knows the id, among the newest events with word of the gap
     */
    public CompletionStage<Start> locate(@Nullable String lastEventId, Rights rights) {
        if (lastEventId == null) {
            return CompletableFuture.completedStage(Start.NOW);
        }
        if (lastEventId.isEmpty()) {
            long now = dispatched;
            return CompletableFuture.completedStage(new Start(now, null, answerFor(now)));
        }
        if (lastEventId.equals(Start.EARLIEST)) {
            return CompletableFuture.completedStage(new Start(history.keptAfter(), null, Start.EARLIEST));
        }
        EventId id;
        try {
            id = new EventId(lastEventId);
        } catch (IllegalArgumentException e) { // no event can have it
            return CompletableFuture.completedStage(unknown(lastEventId));
        }
        if (id.isHubMade()) {
            return CompletableFuture.completedStage(ofHubMade(lastEventId));
        }
        return eventOf(id, event -> Entry.visible(event, rights))
                .thenApply(found -> found != null ? known(found.position(), lastEventId) : unknown(lastEventId));
    }

    /**
     * The earliest event with an id of a publisher that may be known of, null if there is none. Reads an event in any case, so
     * that the time does not tell whether there is one.
     */
    CompletionStage<@Nullable Logged> eventOf(EventId id, Predicate<Event> mayKnow) {
        CompletionStage<@Nullable Logged> event = history.find(id, mayKnow).thenCompose(found -> {
            long position = found.orElse(history.head());
            return history.read(Math.max(0, position - 1), EVERYTHING, 1).thenApply(page -> {
                Logged read = page.events().isEmpty() ? null : page.events().get(0);
                return read != null && found.isPresent() && read.position() == position ? read : null;
            });
        });
        return event.whenComplete((found, error) -> lookUpFault.note(error));
    }

    private Start known(long position, String id) {
        return new Start(position, null, position >= history.keptAfter() ? id : Start.EARLIEST);
    }

    private String answerFor(long position) {
        return position <= history.keptAfter() ? Start.EARLIEST : idAt(position).value();
    }

    private Start ofHubMade(String id) {
        String prefix = "#" + history.epoch() + ".";
        if (id.startsWith(prefix) && id.length() < prefix.length() + 19) {
            try {
                long position = Long.parseUnsignedLong(id.substring(prefix.length()));
                if (position >= 0 && position <= history.head()) {
                    return known(position, id);
                }
            } catch (NumberFormatException e) {
                return unknown(id);
            }
        }
        return unknown(id);
    }

    private Start unknown(String id) {
        String shown = id.substring(0, Math.min(id.length(), EventId.MAX_BYTES));
        long after = Math.max(history.keptAfter(), history.head() - replayMax);
        return new Start(after, shown, answerFor(after));
    }

    /**
     * Lets a client join. It gets what follows {@code start} and matches any of the selectors, in the order of the log, each
     * event once, until it leaves or the stream ends.
     *
     * @param selectors at least one
     * @param opening what is written before all else
     * @param onClose called once, in a writer loop, when the stream has ended; must not block
     * @throws IllegalStateException if the service is closed
     * @throws TooManyTemplates if a selector is a template, and there are as many different ones as may be
     */
    public void subscribe(
            Outlet outlet,
            Collection<Selector> selectors,
            Start start,
            Rights rights,
            List<Frame> opening,
            Consumer<CloseReason> onClose) {
        subscribe(outlet, selectors, start, rights, opening, null, null, onClose);
    }

    /**
     * Tells before an answer begins whether a client could join now.
     *
     * @throws TooManyTemplates as {@link #subscribe} would, unless others come first
     */
    public void requireRoomFor(Collection<Selector> selectors) {
        if (selectors.stream().anyMatch(Selector.Template.class::isInstance)) {
            synchronized (dispatchLock) {
                channels.requireRoomFor(keyOf(selectors));
            }
        }
    }

    /**
     * Lets a client join for a limited time; else like the shorter form.
     *
     * @param atMost the stream ends, as it does after its longest duration, no later than this from now; not positive for a
     *     client that comes too late, which gets the opening at most; null for no such limit
     */
    public void subscribe(
            Outlet outlet,
            Collection<Selector> selectors,
            Start start,
            Rights rights,
            List<Frame> opening,
            @Nullable Duration atMost,
            Consumer<CloseReason> onClose) {
        subscribe(outlet, selectors, start, rights, opening, atMost, null, onClose);
    }

    /**
     * Lets a client join whose heartbeats are others than the hub's; else like the shorter form.
     *
     * @param heartbeat gives each heartbeat, in a writer loop; must be quick. Null for the hub's own
     */
    public void subscribe(
            Outlet outlet,
            Collection<Selector> selectors,
            Start start,
            Rights rights,
            List<Frame> opening,
            @Nullable Duration atMost,
            @Nullable Supplier<Frame> heartbeat,
            Consumer<CloseReason> onClose) {
        if (selectors.isEmpty()) {
            throw new IllegalArgumentException("A subscription needs at least one selector");
        }
        List<Selector> key = keyOf(selectors);
        int loopIndex = loops.pick();
        WriterLoop loop = loops.loop(loopIndex);
        List<Frame> first = new ArrayList<>(opening);
        String unknownId = mode == Mode.RESUMABLE ? start.unknownId() : null;
        if (unknownId != null) {
            addInSameChunk(first, gapFrame(unknownId, start.after()));
        }
        Subscription subscription;
        synchronized (dispatchLock) {
            Channel channel = channels.get(key);
            long cursor = start.isNow() ? dispatched : start.after();
            Lane lane = channel.join(loopIndex, this, loop, dispatched);
            lane.expect();
            if (mode == Mode.RESUMABLE && unknownId == null && cursor >= dispatched) {
                addInSameChunk(first, cursorFrame(cursor));
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
                    heartbeat,
                    mode == Mode.LIVE ? null : loops.settings().maxDuration(),
                    atMost,
                    onClose);
        }
        subscription.start();
    }

    /** What a stream opens with is one write, and one chunk where there are chunks, so that no client sees half of it. */
    private static void addInSameChunk(List<Frame> opening, Frame frame) {
        int last = opening.size() - 1;
        if (last < 0) {
            opening.add(frame);
        } else {
            opening.set(last, opening.get(last).followedBy(frame));
        }
    }

    /** Ends the streams of all who have exactly these selectors, once they have what was published before. */
    public void finish(Collection<Selector> selectors) {
        synchronized (dispatchLock) {
            Channel channel = channels.remove(keyOf(selectors));
            if (channel != null) {
                channel.finish();
            }
        }
    }

    /** Who selects everything selects nothing besides. */
    private static List<Selector> keyOf(Collection<Selector> selectors) {
        for (Selector selector : selectors) {
            if (selector instanceof Selector.Everything) {
                return List.of(selector);
            }
        }
        return List.copyOf(new TreeSet<>(selectors));
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
        Event event = logged.event();
        Event named = mode == Mode.RESUMABLE && event.id() == null ? event.withId(idAt(logged.position())) : event;
        return Entry.of(logged.position(), event, encoder.apply(named));
    }

    /** For one client, which is counted. */
    Frame gapFrame(String requested, long after) {
        gaps.increment();
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

    /** A client begins to read history. */
    void countReplay() {
        replays.increment();
    }

    /** How clients have resumed so far. */
    public HubStats stats() {
        return new HubStats(
                replays.sum(),
                gaps.sum(),
                channels(),
                eventsPublished.get(),
                bytesPublished.get(),
                Math.max(0, dispatched - tail.start() + 1),
                tail.bytes());
    }

    /** What is remembered of which topics are of which templates. */
    long rememberedTemplateBytes() {
        return channels.rememberedTemplateBytes();
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

    StreamKind kind() {
        return mode.kind;
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
