package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.TraceContext;
import dev.fanfare.log.Follower;
import dev.fanfare.log.History;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.MemoryReceipts;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.log.Receipts;
import dev.fanfare.stream.Backlog;
import dev.fanfare.stream.ClientStream;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Expiry;
import dev.fanfare.stream.HeapShare;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.StreamWriter;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.tracing.EventTraces;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
 * Who does what: publish() has the history append an event, which gives it a position; the Dispatcher follows the history and
 * brings what it has into the tail and to the channels, whoever published it. LogIds, HubFrames and ResumePoints know the ids, the frames and the places where clients go on; Pages read
 * for those who are behind, Idempotency sees to what is to be published once.
 */
/** A log and its subscribers. Thread-safe; no method blocks. */
public final class Hub {
    private static final long PAGE_CACHE_BYTES = HeapShare.of(16, 16L << 20);

    private final History history;
    private final WriterLoops loops;
    private final LogMode mode;
    private final LogIds ids;
    private final HubFrames frames;
    private final ResumePoints starts;
    private final Tail tail;
    private final ChannelIndex channels;
    private final Dispatcher dispatcher;
    private final HubParts parts;
    private final Idempotency idempotency;
    private final @Nullable EventTraces traces;

    /**
     * A hub over a history, from its newest event on. A history that also implements {@link Receipts} remembers idempotency
     * keys itself; for others they are remembered in memory.
     */
    public Hub(History history, WriterLoops loops, HubSettings settings) {
        this(history, loops, settings, EventEncoder::encode, null);
    }

    /**
     * A hub whose publications and deliveries are traced; otherwise like the other one.
     *
     * @param traces null if nothing is traced
     */
    public Hub(History history, WriterLoops loops, HubSettings settings, @Nullable EventTraces traces) {
        this(history, loops, settings, EventEncoder::encode, traces);
    }

    Hub(History history, WriterLoops loops, HubSettings settings, Function<Event, Frame> encoder) {
        this(history, loops, settings, encoder, null);
    }

    private Hub(
            History history,
            WriterLoops loops,
            HubSettings settings,
            Function<Event, Frame> encoder,
            @Nullable EventTraces traces) {
        this.traces = traces;
        this.history = history;
        this.loops = loops;
        this.mode = settings.mode();
        this.ids = new LogIds(history);
        this.frames = new HubFrames(ids, mode == LogMode.RESUMABLE, encoder);
        long head = history.head();
        this.tail = new Tail(settings.tailEvents(), settings.tailBytes(), head);
        channels = new ChannelIndex(loops.count(), settings.maxTemplates(), settings.anonymousPasses());
        this.dispatcher = new Dispatcher(head, tail, frames, channels, traces);
        this.starts = new ResumePoints(history, ids, dispatcher, settings.replayMax());
        Pages pages = new Pages(history, mode, tail, frames, PAGE_CACHE_BYTES);
        this.parts =
                new HubParts(mode, loops, tail, frames, ids, pages, dispatcher::dispatched, new LongAdder(), traces);
        Receipts receipts = history instanceof Receipts own ? own : new MemoryReceipts(history);
        this.idempotency = new Idempotency(history, receipts, ids);
        history.follow(new Follower() {
            @Override
            public void events(long after, long first, List<Event> events) {
                dispatcher.events(after, first, events);
            }

            @Override
            public void passOver(long position) {
                pages.forgetAll(); // first, so that those who read on find no page of before
                dispatcher.passOver(position);
            }
        });
    }

    /**
     * Has other bounds for the templates of clients that subscribe from now on; see {@link HubSettings}.
     *
     * @param maxTemplates most different URI templates that may be subscribed to at a time; 0 or more
     * @param anonymousPasses how many times a topic may be read to compare it with those of clients that nobody vouches for; 0 or
     *     more
     */
    public void limitTemplates(int maxTemplates, int anonymousPasses) {
        channels.take(maxTemplates, anonymousPasses);
    }

    /**
     * Publishes an event.
     *
     * @return completes with the event's id once the history has it; where the log is this process's alone, subscribers are
     *     getting it by then. Completes exceptionally
     *     if it was not appended: with {@link HistoryUnavailable} if it may be later, with {@link PublicationTooLarge} if
     *     it never will; or with {@link OutcomeUnknown} if nobody knows whether it was, and subscribers may get it yet. A
     *     history that writes to a disk completes it in a thread that others wait for too, so what hangs on it must not block
     * @throws IllegalArgumentException if the event has no topic, or an id or type that only the hub may give
     */
    public CompletionStage<EventId> publish(Event event) {
        return publish(List.of(event)).thenApply(ids -> ids.get(0));
    }

    /**
     * Publishes an event, and tells when all subscribers with exactly these selectors have it. Above all for {@link
     * LogMode#LIVE}, where a client that fell behind the tail is closed; elsewhere a client that replays is waited for as well.
     *
     * @param executor where what hangs on the stage is run, unless nobody has to be waited for
     * @return completes once the outlet of each has taken the event, or it is gone; exceptionally as {@link #publish(Event)}
     * @throws IllegalArgumentException as {@link #publish(Event)}
     */
    public CompletionStage<Void> deliver(Event event, Collection<Selector> selectors, Executor executor) {
        requirePublishable(event);
        List<Event> one = List.of(event);
        List<Selector> key = Channel.keyOf(selectors);
        dispatcher.rememberTemplatesOf(one);
        assert !dispatcher.isLockedByCaller() : "the history's lock is never taken under the dispatcher's";
        return history.append(one).thenCompose(position -> {
            Delivery delivery = new Delivery(executor);
            dispatcher.deliver(key, position, delivery);
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
        return traces == null ? append(published) : traces.publishing(published, this::append);
    }

    private CompletionStage<List<EventId>> append(List<Event> published) {
        dispatcher.rememberTemplatesOf(published);
        assert !dispatcher.isLockedByCaller() : "the history's lock is never taken under the dispatcher's";
        return history.append(published).thenApply(first -> ids.of(first, published));
    }

    /**
     * The context in which a request asks, for events that it publishes; see {@link Event#withTrace}.
     *
     * @param header gives the value of a header, several of one name joined by commas; null if there is none
     * @return null if there is none, or nothing is traced
     */
    public @Nullable TraceContext traceOf(Function<String, @Nullable String> header) {
        return traces == null ? null : traces.requested(header);
    }

    /**
     * Publishes events side by side, all or none, under a key. An id may be that of an earlier event: this is a new one then.
     *
     * @param key if not null, all of this is remembered under it as long as the history keeps the last of the events: the
     *     same events under the same key get the same ids, and nothing is published
     * @return as {@link #publish(List)}; exceptionally with {@link KeyConflict} if the key is that of other events
     */
    public CompletionStage<List<EventId>> publish(List<Event> events, @Nullable IdempotencyKey key) {
        List<Event> published = List.copyOf(events);
        if (key == null || published.isEmpty()) {
            return publish(published);
        }
        published.forEach(this::requirePublishable);
        return traces == null
                ? appendUnderKey(published, key)
                : traces.publishing(published, each -> appendUnderKey(each, key));
    }

    private CompletionStage<List<EventId>> appendUnderKey(List<Event> published, IdempotencyKey key) {
        dispatcher.rememberTemplatesOf(published);
        return idempotency.publishUnderKey(published, key);
    }

    /**
     * Publishes events side by side, all or none, and each only if it has not been published: an event whose id is that of an
     * event with the same content (topics, data, type, retry, private) is not published again. This holds as long as the
     * history keeps that event, and against all publishers that publish in this way at the same time; events of {@link #publish} are
     * found too, once they are in the history.
     *
     * @param key if not null, all of this is remembered under it as long as the history keeps the last of the events: the
     *     same events under the same key get the same ids, and nothing is published
     * @return completes with the ids of the events, in their order, once the history has them. Completes exceptionally as
     *     {@link #publish(Event)} does; and if nothing was appended, with {@link IdConflict} if an id is taken by an event with
     *     other content, with {@link KeyConflict} if the key is
     * @throws IllegalArgumentException if an event has no topic, or an id or type that only the hub may give
     */
    public CompletionStage<List<EventId>> publishOnce(List<Event> events, @Nullable IdempotencyKey key) {
        return publishOnce(events, key, event -> true);
    }

    /**
     * Publishes on behalf of a publisher that may not know of all events; else like the shorter form. A private event that they may not know of
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
        return traces == null
                ? appendOnce(published, key, mayKnow)
                : traces.publishing(published, each -> appendOnce(each, key, mayKnow));
    }

    private CompletionStage<List<EventId>> appendOnce(
            List<Event> published, @Nullable IdempotencyKey key, Predicate<Event> mayKnow) {
        dispatcher.rememberTemplatesOf(published);
        return idempotency.publish(published, key, event -> !event.isPrivate() || mayKnow.test(event));
    }

    private void requirePublishable(Event event) {
        if (event.topics().isEmpty()) {
            throw new IllegalArgumentException("The event has no topic; it needs at least one to reach anybody");
        }
        if (mode != LogMode.RESUMABLE) {
            return;
        }
        EventId id = event.id();
        if (id != null && (id.isHubMade() || id.value().equals(ResumePoint.EARLIEST))) {
            throw new IllegalArgumentException(
                    "The event id '" + id + "' is reserved; a publisher's id must not be 'earliest' or begin with '#'");
        }
        if (id != null && !id.fitsHeader()) {
            throw new IllegalArgumentException("The event id '" + id
                    + "' begins or ends with a space, which HTTP removes from a header; remove it");
        }
        if ("gap".equals(event.type())) {
            throw new IllegalArgumentException("The event type 'gap' is reserved; only the hub sends it");
        }
    }

    /** Finds where a client that may see everything goes on; see {@link #locate(String, Rights)}. */
    public CompletionStage<ResumePoint> locate(@Nullable String lastEventId) {
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
    public CompletionStage<ResumePoint> locate(@Nullable String lastEventId, Rights rights) {
        CompletionStage<Void> ready = history.ready();
        return ready.toCompletableFuture().isDone()
                ? starts.locate(lastEventId, rights)
                : ready.thenCompose(now -> starts.locate(lastEventId, rights));
    }

    /**
     * Tells before an answer begins whether a client could join now.
     *
     * @throws TooManyTemplates as {@link #subscribe} would, unless others come first
     */
    public void requireRoomFor(Collection<Selector> selectors, boolean anonymous) {
        if (selectors.stream().anyMatch(Selector.Template.class::isInstance)) {
            dispatcher.requireRoomFor(Channel.keyOf(selectors), anonymous);
        }
    }

    /**
     * Lets a client join. It gets what follows its start and matches any of its selectors, in the order of the log, each
     * event once, until it leaves or the stream ends.
     *
     * <p>The head of the answer tells the client that it has joined, and what it publishes then it wants to get. So the head
     * goes out when the client has its place, which is when the outlet is asked for.
     *
     * @param opener sends the head, if that has not been done, and gives the outlet; asked once, in the caller's thread, unless
     *     there is no place
     * @param onClose called once, in a writer loop, when the stream has ended; must not block
     * @throws IllegalStateException if the service is closed
     * @throws TooManyTemplates if a selector is a template, and the limit of different templates is reached
     */
    public void subscribe(Supplier<Outlet> opener, JoinRequest request, Consumer<CloseReason> onClose) {
        int loopIndex = loops.pick();
        WriterLoop loop = loops.loop(loopIndex);
        ResumePoint start = request.start();
        List<Frame> opening = new ArrayList<>(request.opening());
        String unknownId = mode == LogMode.RESUMABLE ? start.unknownId() : null;
        if (unknownId != null) {
            addInSameChunk(opening, frames.gap(unknownId, start.after()));
        }
        Dispatcher.Joined joined =
                dispatcher.join(Channel.keyOf(request.selectors()), request.anonymous(), loopIndex, parts, loop);
        Outlet outlet = null;
        try {
            outlet = opener.get();
            long cursor = start.isNow() ? joined.dispatched() : start.after();
            if (parts.tellsPositionsTo(request.reader()) && unknownId == null && cursor >= joined.dispatched()) {
                addInSameChunk(opening, frames.cursor(cursor));
            }
            new ClientStream(
                            loops,
                            loop,
                            outlet,
                            writer -> new Subscription(parts, joined.shard(), request, cursor, writer),
                            opening,
                            request.reader().heartbeat(),
                            Expiry.in(loops.ticker(), parts.maxDuration(), request.permit()),
                            onClose)
                    .start();
        } catch (RuntimeException | Error e) { // the client has left, the service is closed, or there is no memory
            dispatcher.giveUp(joined);
            if (outlet != null) {
                outlet.abort();
            }
            throw e;
        }
    }

    /**
     * Lets a stream that has several members have this one too; otherwise like {@link #subscribe}, but that the request's opening and
     * permit, which are the stream's, do not count. In the thread of the stream's loop.
     *
     * @param loopIndex that of the stream's loop
     * @return what has joined the stream once {@link Backlog#joined} is called, and leaves it with {@link Backlog#released}
     * @throws TooManyTemplates if a selector is a template, and the limit of different templates is reached
     */
    public Backlog attach(StreamWriter writer, int loopIndex, JoinRequest request) {
        ResumePoint start = request.start();
        Dispatcher.Joined joined = dispatcher.join(
                Channel.keyOf(request.selectors()), request.anonymous(), loopIndex, parts, loops.loop(loopIndex));
        long cursor = start.isNow() ? joined.dispatched() : start.after();
        String unknownId = mode == LogMode.RESUMABLE ? start.unknownId() : null;
        if (unknownId != null) {
            Frame gap = frames.gap(unknownId, start.after());
            writer.writeFirst(request.form().of(gap, start.after(), List.of()));
        }
        return new Subscription(parts, joined.shard(), request, cursor, writer);
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

    /** Ends the streams of all subscribers with exactly these selectors, once they have what was published before. */
    public void finish(Collection<Selector> selectors) {
        dispatcher.finish(Channel.keyOf(selectors));
    }

    /** What the stream of a client that joins begins with. */
    public Frame opening() {
        return loops.opening();
    }

    /** How many channels have subscribers. */
    public int channels() {
        return dispatcher.channels();
    }

    /**
     * The channels with the most subscribers, those first. Looks at every channel, which takes 1 to 2 ms for 100,000 of
     * them; no event is dispatched meanwhile.
     *
     * @param most how many are wanted, at least 1
     */
    public List<ChannelStats> largestChannels(int most) {
        return dispatcher.largestChannels(most);
    }

    /** The id that the hub gives the event at a position, and a client's cursor there. */
    public EventId idAt(long position) {
        return ids.at(position);
    }

    /** How clients have resumed so far. */
    public HubStats stats() {
        return new HubStats(
                parts.replays().sum(),
                frames.gaps(),
                channels(),
                dispatcher.events(),
                dispatcher.bytes(),
                Math.max(0, dispatched() - tail.start() + 1),
                tail.bytes());
    }

    /** What is remembered of which topics are of which templates. */
    long rememberedTemplateBytes() {
        return dispatcher.rememberedTemplateBytes();
    }

    Tail tail() {
        return tail;
    }

    /** The position up to which every event has been listed in the channels that it matches. */
    public long dispatched() {
        return dispatcher.dispatched();
    }
}
