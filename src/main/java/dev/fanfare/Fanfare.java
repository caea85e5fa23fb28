package dev.fanfare;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.hub.JoinRequest;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.log.ReadFault;
import dev.fanfare.sink.HubBroadcaster;
import dev.fanfare.sink.RequestReader;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.status.watch.Admission;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.PrivateStream;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.wire.Frame;
import jakarta.json.JsonValue;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Providers;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Streams events from the resource methods of any Jakarta REST application. One is made for an application and closed with
 * it; it is thread-safe, starts no thread before it is first used, and knows nothing of others in the same process.
 *
 * <pre>{@code
 * @GET @Path("jobs/{id}/events") @Produces(MediaType.SERVER_SENT_EVENTS)
 * public void events(@PathParam("id") String id, @HeaderParam("Last-Event-ID") String lastEventId,
 *         @Context SseEventSink sink) {
 *     fanfare.subscribe(sink, lastEventId, "jobs/" + id);
 * }
 * }</pre>
 *
 * <p>A sink that was handed over belongs to Fanfare: nobody else writes to it or closes it, and it is handed over once.
 */
public final class Fanfare implements AutoCloseable {
    private final Parts parts;
    private final ReadFault joinFault =
            new ReadFault("A client could not join; its stream and those of others are cut off until clients can");

    Fanfare(Parts parts) {
        this.parts = parts;
    }

    /** A Fanfare with the default settings. */
    public static Fanfare create() {
        return builder().build();
    }

    /** A builder, for settings other than the defaults. */
    public static FanfareBuilder builder() {
        return new FanfareBuilder();
    }

    /**
     * Publishes an event to all subscribers of one of its topics.
     *
     * @return completes with the event's id once it is in the history: in memory before this returns, in a file soon, in a
     *     thread of the pool. Completes exceptionally with {@link HistoryUnavailable} if it was not kept, and nobody gets it,
     *     but may be kept later; with {@link PublicationTooLarge} if it never can be; with {@link OutcomeUnknown} if nobody
     *     knows whether it was kept: subscribers may get it yet, and twice if it is published again
     * @throws IllegalArgumentException if the event has no topic, or an id or type that only the hub may give
     */
    public CompletionStage<EventId> publish(Event event) {
        CompletionStage<EventId> published = parts.log().publish(event);
        return published.toCompletableFuture().isDone()
                ? published
                : published.whenCompleteAsync((id, error) -> {}, parts.pool());
    }

    /** Publishes a text to one topic; it arrives at {@code onmessage}. See {@link #publish(Event)}. */
    public CompletionStage<EventId> publish(String topic, String data) {
        return publish(Event.builder().topic(topic).data(data).build());
    }

    /**
     * Lets a client join topics: first what it missed since {@code lastEventId}, as far as history has it, then what is
     * published from now on, each event once and in order. Events that are gone from history are reported by an event of type {@code
     * gap}. The client sees public events; see {@link #subscribe(SseEventSink, String, Rights, List)} for private ones.
     *
     * @param lastEventId the request's {@code Last-Event-ID}; null if it has none
     * @param selectors topics, or URI templates of topics (RFC 6570); {@code *} is all of them; at least one
     * @throws IllegalArgumentException if a selector is neither a valid topic nor a template
     * @throws IllegalStateException if the sink or this Fanfare is closed
     */
    public void subscribe(SseEventSink sink, @Nullable String lastEventId, String... selectors) {
        subscribe(sink, lastEventId, Rights.PUBLIC_ONLY, List.of(selectors));
    }

    /** Lets a client join that may see private events as well; else like the shorter form. */
    public void subscribe(SseEventSink sink, @Nullable String lastEventId, Rights rights, List<String> selectors) {
        List<Selector> wanted = selectors.stream().map(Selector::parse).toList();
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("A subscription needs at least one topic");
        }
        requireOpen();
        JoinRequest request =
                JoinRequest.to(wanted).with(rights).opening(opening()).reader(RequestReader.of(sink));
        CompletableFuture<ResumePoint> start =
                parts.log().locate(lastEventId, rights).toCompletableFuture();
        if (!start.isDone()) {
            joinLater(outletOf(sink), start, request);
            return;
        }
        try {
            join(() -> outletOf(sink), start.join(), request);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void join(Supplier<Outlet> opener, ResumePoint start, JoinRequest request) {
        parts.log().subscribe(opener, request.from(start), reason -> {});
    }

    /** For a client with an id that has to be looked up; it gets what follows that id, whenever it joins. */
    private void joinLater(Outlet outlet, CompletionStage<ResumePoint> start, JoinRequest request) {
        start.thenAccept(found -> join(() -> outlet, found, request)).whenComplete((done, error) -> {
            joinFault.note(error);
            if (error != null) {
                outlet.abort();
            }
        });
    }

    /** Has the outlet of a sink taken; a caller that fails to take it must not leave its client connected. */
    private <T> T open(SseEventSink sink, Function<Outlet, T> taker) {
        Outlet outlet = outletOf(sink);
        try {
            return taker.apply(outlet);
        } catch (RuntimeException | Error e) {
            outlet.abort();
            throw e;
        }
    }

    /** Says before the head is sent that there will be no stream. */
    private Outlet outletOf(SseEventSink sink) {
        requireOpen();
        return parts.outlets().of(SinkOutlets.require(sink));
    }

    private void requireOpen() {
        if (parts.loops().isClosed()) {
            throw new WriterLoops.Closed("This Fanfare is closed; it takes no more streams");
        }
    }

    private List<Frame> opening() {
        return List.of(parts.loops().opening());
    }

    /**
     * Streams what a generator makes for this one client. The next event is asked for only when the client has taken the one
     * before; the generator is notified when the client has left.
     *
     * @throws IllegalStateException if the sink or this Fanfare is closed
     */
    public void stream(SseEventSink sink, EventGenerator generator) {
        Objects.requireNonNull(generator, "generator");
        Reader reader = RequestReader.of(sink);
        open(sink, outlet -> {
            GeneratorPump.start(parts.loops(), outlet, reader, generator, parts.pool());
            return outlet;
        });
    }

    /**
     * Opens a stream to this one client, to be written to by any thread.
     *
     * @throws IllegalStateException if the sink or this Fanfare is closed
     */
    public EventWriter open(SseEventSink sink) {
        Reader reader = RequestReader.of(sink);
        return open(
                sink,
                outlet -> new EventWriter(
                        onClose -> PrivateStream.open(
                                parts.loops(),
                                outlet,
                                opening(),
                                reader,
                                parts.pool(),
                                () -> {},
                                reason -> onClose.run()),
                        parts.pool()));
    }

    /**
     * A broadcaster to use in place of the container's: it encodes an event once, never blocks, and forgets clients that
     * left.
     *
     * @param providers from {@code @Context}, to write data that is no text; null if all data is text
     */
    public SseBroadcaster newBroadcaster(@Nullable Providers providers) {
        return new HubBroadcaster(parts.live(), this::outletOf, parts.pool(), providers);
    }

    /**
     * Adds a status source that is polled while somebody watches, once for all watchers.
     *
     * @param name {@code [a-z][a-z0-9-]*}, not {@code stream}
     * @throws IllegalArgumentException if the name is not allowed, or taken
     */
    public void source(String name, StatusSource source, SourceSettings settings) {
        parts.statuses().register(name, source, settings);
    }

    /** Adds a status source whose statuses come through {@link #set} and {@link #end}. */
    public void source(String name, SourceSettings settings) {
        parts.statuses().registerPushed(name, settings);
    }

    /**
     * Sets a status. Its watchers get an {@code update} if it differs, by value, from the last one.
     *
     * @param params the parameters that name the status, as the source's settings list them
     * @param json the status, one JSON value
     * @throws IllegalArgumentException if there is no such source, it is polled, the parameters are not its own, or the text
     *     is not one JSON value
     * @return completes once the status, or a newer one that took its place meanwhile, is in the history and clients get it.
     *     Completes exceptionally with {@link HistoryUnavailable} if it was not kept but may be later, also where too many wait
     *     for a slow history; with {@link PublicationTooLarge} if it never can be; with {@link OutcomeUnknown} if nobody knows
     *     whether it was kept: clients may get it yet, and to set it again makes sure
     * @throws TooManyWatches if the source has reached its limit of watches
     */
    public CompletionStage<Void> set(String name, Map<String, String> params, String json) {
        JsonValue status;
        try {
            status = JsonText.parse(json);
        } catch (SourceFailure e) {
            throw new IllegalArgumentException("The status is refused: " + e.getMessage(), e);
        }
        return parts.statuses().set(name, params, status);
    }

    /**
     * Ends a status: its watchers get {@code end} with the last one set.
     *
     * @return completes with false if there was none, or it had ended before; exceptionally as {@link #set} does, and with
     *     {@link SourceFailure} if it can't be told whether there is one
     * @throws IllegalArgumentException if there is no such source, it is polled, or the parameters are not its own
     */
    public CompletionStage<Boolean> end(String name, Map<String, String> params) {
        return parts.statuses().end(name, params);
    }

    /**
     * Lets a client watch a status: the current one at once, then each that differs, then {@code end}.
     *
     * <p>A status that is known, or needs no poll, is decided on here; a client that knows the end gets 204, so that its {@code
     * EventSource} stops. Where a poll is needed first the stream opens and waits for it.
     *
     * @param lastEventId the request's {@code Last-Event-ID}; null if it has none
     * @param params the parameters that name the status
     * @throws IllegalArgumentException if there is no such source, or the parameters are not its own
     * @throws WebApplicationException 204 or 404, to be let through
     * @throws IllegalStateException if the sink or this Fanfare is closed
     */
    public void watch(SseEventSink sink, @Nullable String lastEventId, String name, Map<String, String> params) {
        Admission admission = parts.watch(() -> outletOf(sink), RequestReader.of(sink), lastEventId, name, params);
        if (admission == Admission.OVER) {
            throw new WebApplicationException(Response.Status.NO_CONTENT);
        }
        if (admission == Admission.MISSING) {
            throw new WebApplicationException(Response.Status.NOT_FOUND);
        }
    }

    /**
     * Ends all streams, then all threads; returns within two seconds, whatever hangs. Where a disk hangs, its history is left to
     * a daemon thread, and those who wait for it are told that their outcome is not known. Closing again does nothing.
     */
    @Override
    public void close() {
        parts.close();
    }

    Parts parts() {
        return parts;
    }
}
