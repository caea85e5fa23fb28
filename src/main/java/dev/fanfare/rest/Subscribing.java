package dev.fanfare.rest;

import dev.fanfare.auth.Grant;
import dev.fanfare.event.Selector;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.JoinRequest;
import dev.fanfare.hub.ResumePoint;
import dev.fanfare.hub.Rights;
import dev.fanfare.hub.TooManyTemplates;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.sink.HeadOnStreams;
import dev.fanfare.sink.Outlets;
import dev.fanfare.sink.RequestReader;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.WriterLoops;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * The answer's head says where the stream begins (Last-Event-ID), so that position has to be found before the head goes out,
 * and that is when the resource method returns at the latest: see ADR 3. The memory history and ids that the hub made are
 * found at once. For others a database is asked, which takes microseconds: everybody may wait for that a moment. A database
 * that hangs is waited for by a few threads of the container only; the others refuse, and their clients reconnect.
 */
/** Lets clients subscribe. Thread-safe. */
public final class Subscribing {

    private static final System.Logger LOG = System.getLogger(Subscribing.class.getName());

    private static final Duration MOMENT = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Hub hub;
    private final WriterLoops loops;
    private final Outlets outlets;
    private final Credentials credentials;
    private volatile int mostSelectors;
    private final Semaphore waiting = new Semaphore(Runtime.getRuntime().availableProcessors());

    Subscribing(Hub hub, WriterLoops loops, Outlets outlets, Credentials credentials, int mostSelectors) {
        this.hub = hub;
        this.loops = loops;
        this.outlets = outlets;
        this.credentials = credentials;
        this.mostSelectors = mostSelectors;
    }

    /** Has another bound of topics from now on. */
    void take(int selectors) {
        mostSelectors = selectors;
    }

    /** Opens a stream, or says why there is none. */
    void subscribe(UriInfo uri, HttpHeaders headers, SseEventSink sink) {
        Grant grant = credentials.subscriber(headers, uri);
        List<Selector> selectors = selectors(uri.getQueryParameters());
        Reader reader = reader(uri, headers);
        requireRoom(selectors, grant.anonymous(), headers);
        ResumePoint start = locate(LastEventId.of(headers, uri.getQueryParameters()), grant.rights(), headers);
        HubHeaders.lastEventId(start.answer());
        HeadOnStreams.answerIfAsked();
        try {
            hub.subscribe(
                    () -> outlets.of(sink),
                    JoinRequest.to(selectors)
                            .from(start)
                            .with(grant.rights())
                            .opening(List.of(loops.opening()))
                            .reader(reader)
                            .anonymous(grant.anonymous())
                            // now, since finding the resume point may have taken a while
                            .permit(Credentials.permit(grant, loops.ticker().now())),
                    reason -> {});
        } catch (TooManyTemplates e) { // others came first
            throw refused("full-of-templates", headers);
        }
    }

    private List<Selector> selectors(MultivaluedMap<String, String> query) {
        List<String> texts = query.getOrDefault("topic", List.of());
        if (texts.isEmpty()) {
            throw ProblemException.badRequest(
                    "The query parameter 'topic' is missing: name what to subscribe to, such as"
                            + " ?topic=news, and again for more; '*' is everything.");
        }
        if (texts.size() > mostSelectors) {
            throw ProblemException.badRequest("The query has " + texts.size() + " topics; a subscription has at most "
                    + mostSelectors + ". A URI template selects many topics at once.");
        }
        List<Selector> selectors = new ArrayList<>(texts.size());
        for (String text : texts) {
            try {
                selectors.add(Selector.parse(text));
            } catch (IllegalArgumentException e) {
                throw ProblemException.badRequest("The query parameter 'topic' is refused: " + e.getMessage() + ".");
            }
        }
        return selectors;
    }

    private static Reader reader(UriInfo uri, HttpHeaders headers) {
        try {
            return RequestReader.of(headers, uri.getQueryParameters());
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    private void requireRoom(List<Selector> selectors, boolean anonymous, HttpHeaders headers) {
        try {
            hub.requireRoomFor(selectors, anonymous);
        } catch (TooManyTemplates e) {
            throw refused("full-of-templates", headers);
        }
        if (loops.isClosed()) {
            throw refused("shutdown", headers);
        }
    }

    /**
     * Finds where a client goes on, and waits for that a moment.
     *
     * @throws WebApplicationException 503, or the form of it for an {@code EventSource}, if that can't be told now
     */
    public ResumePoint locate(@Nullable String lastEventId, Rights rights, HttpHeaders headers) {
        CompletableFuture<ResumePoint> located = hub.locate(lastEventId, rights).toCompletableFuture();
        try {
            return await(located);
        } catch (TimeoutException e) {
            throw refused("busy", headers);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused("shutdown", headers);
        } catch (ExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "A client could not resume; the hub has said why", e);
            throw refused("history", headers);
        }
    }

    private ResumePoint await(CompletableFuture<ResumePoint> located)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (located.isDone()) {
            return located.get();
        }
        if (!waiting.tryAcquire()) {
            return located.get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        }
        try {
            return located.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            waiting.release();
        }
    }

    private static WebApplicationException refused(String reason, HttpHeaders headers) {
        return new WebApplicationException(StreamGate.refusal(reason, EventStreamClient.sent(headers)));
    }
}
