package dev.fanfare.rest;

import dev.fanfare.hub.Hub;
import dev.fanfare.hub.SameId;
import dev.fanfare.sink.AnswersHead;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.Outlets;
import dev.fanfare.stream.WriterLoops;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * {@code /.well-known/mercure}: publishes events and lets clients subscribe, as <a
 * href="https://mercure.rocks/spec">Mercure</a> 0.x says; see {@code docs/reference/http.md}. To be registered as a singleton,
 * with {@link RestFeature} and {@link HubHeaders}. Thread-safe.
 */
@Path(MercureResource.PATH)
@HubHeaders.Announcing
public final class MercureResource {
    /** Where the hub is, below the base of the application. */
    public static final String PATH = ".well-known/mercure";

    /** A JSON object a line. */
    public static final String NDJSON = "application/x-ndjson";

    private static final String TEXT = MediaType.TEXT_PLAIN + ";charset=UTF-8";

    /** A client that accepts something else gets its answer all the same: 406 would mean that nothing is published. */
    private static final String ANY = MediaType.WILDCARD;

    private final Publishing publishing;
    private final Subscribing subscribing;

    /**
     * The resource of a hub beside which there are pushed statuses.
     *
     * @param pushed whether a topic is that of a pushed status, to which nothing else is published
     * @param sameId what becomes of an event with the id of an earlier one
     * @param bodies reads what is published
     * @param pool answers what had to wait; its tasks may block
     */
    public MercureResource(
            Hub hub,
            WriterLoops loops,
            Outlets outlets,
            Credentials credentials,
            HubLimits limits,
            Predicate<String> pushed,
            SameId sameId,
            RequestBodies bodies,
            BlockingPool pool) {
        this(hub, loops, outlets, credentials, limits, pushed, sameId, bodies, pool, PendingAnswers.LONGEST_COMMIT);
    }

    /** @param longestCommit how long a publisher waits to be told that its events are kept */
    MercureResource(
            Hub hub,
            WriterLoops loops,
            Outlets outlets,
            Credentials credentials,
            HubLimits limits,
            Predicate<String> pushed,
            SameId sameId,
            RequestBodies bodies,
            BlockingPool pool,
            Duration longestCommit) {
        publishing = new Publishing(hub, credentials, limits, pushed, sameId, bodies, pool, longestCommit);
        subscribing = new Subscribing(hub, loops, outlets, credentials, limits.selectors());
    }

    /** Has other limits from now on. */
    public void take(HubLimits limits) {
        publishing.take(limits);
        subscribing.take(limits.selectors());
    }

    /** What lets clients subscribe; shared with other resources, so that few threads of the container wait for a history. */
    public Subscribing subscribing() {
        return subscribing;
    }

    // The methods that publish declare no media type of their answer: a client that accepts another one would get 406,
    // and its
    // event would not be published.

    /** Publishes the event of a form; the answer is its id. */
    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces({TEXT, ANY})
    public void publish(
            InputStream body, @Context HttpHeaders headers, @Context UriInfo uri, @Suspended AsyncResponse answer)
            throws IOException {
        publishing.publish(Publishing.Form.FIELDS, body, headers, uri, answer);
    }

    /** Publishes the event of a JSON object, or those of an array, all or none; the answer has their ids. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({MediaType.APPLICATION_JSON, ANY})
    public void publishArray(
            InputStream body, @Context HttpHeaders headers, @Context UriInfo uri, @Suspended AsyncResponse answer)
            throws IOException {
        publishing.publish(Publishing.Form.ARRAY, body, headers, uri, answer);
    }

    /** Publishes the events of JSON objects, one a line, all or none; the answer has their ids. */
    @POST
    @Consumes(NDJSON)
    @Produces({MediaType.APPLICATION_JSON, ANY})
    public void publishLines(
            InputStream body, @Context HttpHeaders headers, @Context UriInfo uri, @Suspended AsyncResponse answer)
            throws IOException {
        publishing.publish(Publishing.Form.LINES, body, headers, uri, answer);
    }

    /** Streams the events of topics, from where the client was. */
    @GET
    @AnswersHead
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void subscribe(@Context UriInfo uri, @Context HttpHeaders headers, @Context SseEventSink sink) {
        subscribing.subscribe(uri, headers, sink);
    }
}
