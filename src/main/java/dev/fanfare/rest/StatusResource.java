package dev.fanfare.rest;

import dev.fanfare.rest.cors.Vary;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.sink.AnswersHead;
import dev.fanfare.sink.HeadOnStreams;
import dev.fanfare.sink.Outlets;
import dev.fanfare.status.Snapshot;
import dev.fanfare.status.Status;
import dev.fanfare.status.watch.Admission;
import dev.fanfare.status.watch.Joining;
import dev.fanfare.status.watch.SourceReplaced;
import dev.fanfare.status.watch.SourceView;
import dev.fanfare.status.watch.Statuses;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.SseEventSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * A stream of a status that nobody watches yet needs one poll before it is known whether the answer is 200, 204 or 404. A
 * snapshot waits for it without a thread, by AsyncResponse. With an SseEventSink that can't be done: the head is committed
 * when the resource method returns (Jersey flushes the sink then), and a method that returns has no way left to answer
 * anything else. So the method waits, but no more than `mostWaiting` at a time, fewer than the container has threads, and no
 * longer than the source's timeout. All requests that wait for the same status share one poll, and none for what is known already
 * or is known to fail. Beyond that number the stream opens at once and waits without a thread: it gets the status when it
 * comes, or ends, and the client learns it when it reconnects.
 */
/**
 * {@code /status}: streams and snapshots of statuses. To be registered as a singleton, with {@link RestFeature}.
 * Thread-safe.
 */
@Path("status")
@HubHeaders.Announcing
public final class StatusResource {
    private static final Duration LONGEST_DELAY_BESIDES = Duration.ofSeconds(1);

    private final Statuses statuses;
    private final Outlets outlets;
    private volatile String defaultSource;
    private final StatusAccess access;
    private final Semaphore waiting;
    private final PendingAnswers answers;

    /**
     * As many requests may wait for a first poll as there are cores, half of the threads that Grizzly has by default.
     *
     * @param access who may see what
     * @param answers writes snapshots that had to wait; its tasks may block, since clients may be slow to read
     */
    public StatusResource(
            Statuses statuses, Outlets outlets, String defaultSource, StatusAccess access, Executor answers) {
        this(
                statuses,
                outlets,
                defaultSource,
                access,
                answers,
                Runtime.getRuntime().availableProcessors());
    }

    /** All is to be seen by everybody, and snapshots that had to wait are written by the common pool. */
    public StatusResource(Statuses statuses, Outlets outlets, String defaultSource) {
        this(statuses, outlets, defaultSource, StatusAccess.READ_ONLY, ForkJoinPool.commonPool());
    }

    /**
     * The resource.
     *
     * @param defaultSource the source of {@code /status/stream}; it need not exist
     * @param access who may see what
     * @param answers writes snapshots that had to wait; its tasks may block, since clients may be slow to read
     * @param mostWaiting how many threads of the container may wait for the first poll of a status at a time; 0 for none
     */
    public StatusResource(
            Statuses statuses,
            Outlets outlets,
            String defaultSource,
            StatusAccess access,
            Executor answers,
            int mostWaiting) {
        this.statuses = statuses;
        this.outlets = outlets;
        this.defaultSource = defaultSource;
        this.access = access;
        this.answers = new PendingAnswers(answers);
        this.waiting = new Semaphore(mostWaiting);
    }

    /** Has another source be that of {@code /status/stream} from now on. */
    public void takeDefault(String source) {
        defaultSource = source;
    }

    /** The stream of a status of the default source. */
    @GET
    @AnswersHead
    @Path("stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void defaultStream(@Context UriInfo uri, @Context HttpHeaders headers, @Context SseEventSink sink) {
        open(defaultSource, uri, headers, sink);
    }

    /** The stream of a status. */
    @GET
    @AnswersHead
    @Path("{source}/stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void stream(
            @PathParam("source") String source,
            @Context UriInfo uri,
            @Context HttpHeaders headers,
            @Context SseEventSink sink) {
        open(source, uri, headers, sink);
    }

    /** The stream again, for those who ask for it by {@code Accept}. */
    @GET
    @AnswersHead
    @Path("{source}")
    @Produces(MediaType.SERVER_SENT_EVENTS + ";qs=0.5")
    public void acceptedStream(
            @PathParam("source") String source,
            @Context UriInfo uri,
            @Context HttpHeaders headers,
            @Context SseEventSink sink) {
        open(source, uri, headers, sink);
    }

    /** The status once. */
    @GET
    @Path("{source}")
    @Produces(MediaType.APPLICATION_JSON)
    public void snapshot(
            @PathParam("source") String source,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            @Context UriInfo uri,
            @Context HttpHeaders headers,
            @Suspended AsyncResponse answer) {
        Asked asked = statuses.current(() -> ask(source, uri, headers));
        // A poll is over within this time; what was pushed is looked up in a history, which may hang.
        answers.resume(
                answer,
                asked.snapshot(),
                longestWait(asked.source()),
                () -> ProblemException.unavailable(
                        "The history did not return the status in time; try again later.", LONGEST_DELAY_BESIDES),
                (snapshot, error) -> snapshot == null ? notTold(error) : answer(snapshot, ifNoneMatch));
    }

    /** What a request waits for. */
    private record Asked(SourceView source, CompletionStage<Snapshot> snapshot) {}

    private Asked ask(String name, UriInfo uri, HttpHeaders headers) {
        SourceView source = StatusRequest.source(statuses, name);
        StatusAccess.Viewer viewer = access.viewer(name, headers, uri);
        StatusRequest question = StatusRequest.of(source, name, uri, headers, viewer);
        viewer.require(question.url());
        try {
            return new Asked(source, source.snapshot(question.url(), question.options()));
        } catch (SourceReplaced e) {
            throw e;
        } catch (IllegalStateException e) {
            return new Asked(source, CompletableFuture.failedStage(e));
        }
    }

    /** The request can't be judged again in this thread. */
    private static Response notTold(@Nullable Throwable error) {
        return isReplaced(error)
                ? ProblemException.unavailable(
                                "The source has just been configured anew; try again.", LONGEST_DELAY_BESIDES)
                        .getResponse()
                : StreamGate.refusal("shutdown", false);
    }

    private static boolean isReplaced(@Nullable Throwable error) {
        return error instanceof SourceReplaced || (error != null && error.getCause() instanceof SourceReplaced);
    }

    private static Response answer(Snapshot snapshot, @Nullable String ifNoneMatch) {
        if (snapshot instanceof Snapshot.Known known) {
            return answer(known, ifNoneMatch);
        }
        if (snapshot instanceof Snapshot.Missing) {
            return missing().getResponse();
        }
        if (snapshot instanceof Snapshot.Failing failing) {
            return ProblemException.sourceFailed(
                            "The source " + failing.reason() + "; try again later.",
                            atLeastOneSecond(failing.retryAfter()))
                    .getResponse();
        }
        if (snapshot instanceof Snapshot.Full full) {
            return ProblemException.unavailable(
                            "The source has reached its limit of watches (fanfare.limits.watches); try again later.",
                            atLeastOneSecond(full.retryAfter()))
                    .getResponse();
        }
        throw new IllegalStateException("unknown kind of snapshot: " + snapshot);
    }

    private static Response answer(Snapshot.Known known, @Nullable String ifNoneMatch) {
        Status status = known.status();
        Response.ResponseBuilder answer = names(ifNoneMatch, status.id())
                ? Response.notModified()
                : Response.ok(status.json().getBytes(StandardCharsets.UTF_8), MediaType.APPLICATION_JSON_TYPE);
        return answer.tag(new EntityTag(status.id()))
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header("Age", known.age().toSeconds())
                .lastModified(Date.from(known.changed()))
                .build();
    }

    /** RFC 9110, 13.1.2, with the weak comparison. The request itself can't be asked in another thread than its own. */
    private static boolean names(@Nullable String ifNoneMatch, String id) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String tag : ifNoneMatch.split(",", -1)) {
            String stripped = tag.strip();
            if (stripped.equals("*") || stripped.equals('"' + id + '"') || stripped.equals("W/\"" + id + '"')) {
                return true;
            }
        }
        return false;
    }

    private static Duration atLeastOneSecond(Duration delay) {
        return delay.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : delay;
    }

    private void open(String source, UriInfo uri, HttpHeaders headers, SseEventSink sink) {
        Admitted admitted = statuses.current(() -> admit(source, uri, headers));
        Joining client = admitted.client();
        StatusAccess.Viewer viewer = admitted.viewer();
        switch (admitted.admission()) {
            case OVER -> throw new WebApplicationException(Response.noContent().build());
            case MISSING -> throw missing();
            case TOO_MANY_RULES -> throw refused("full-for-rules", headers);
            case FULL -> throw refused("full-for-source", headers);
            // Asked after the wait, which may have outlasted the token.
            case STREAM -> {
                HeadOnStreams.answerIfAsked();
                client.join(outlets.of(sink), viewer.permit(), reason -> {});
            }
        }
    }

    /** A client that is let in, or not. */
    private record Admitted(Joining client, StatusAccess.Viewer viewer, Admission admission) {}

    private Admitted admit(String name, UriInfo uri, HttpHeaders headers) {
        SourceView source = StatusRequest.source(statuses, name);
        StatusAccess.Viewer viewer = access.viewer(name, headers, uri);
        StatusRequest question = StatusRequest.of(source, name, uri, headers, viewer);
        viewer.require(question.url());
        try {
            Joining client = source.joining(question.url(), question.options(), question.lastEventId());
            return new Admitted(client, viewer, await(client.admission().toCompletableFuture(), source));
        } catch (SourceReplaced e) {
            throw e;
        } catch (IllegalStateException | CompletionException e) {
            if (e.getCause() instanceof SourceReplaced replaced) {
                throw replaced;
            }
            throw refused("shutdown", headers);
        }
    }

    private static WebApplicationException refused(String reason, HttpHeaders headers) {
        return new WebApplicationException(StreamGate.refusal(reason, EventStreamClient.sent(headers)));
    }

    /** The decision; {@code STREAM} where it can't be waited for. */
    private Admission await(CompletableFuture<Admission> admission, SourceView source) {
        boolean mayWait = !admission.isDone() && waiting.tryAcquire();
        if (!mayWait) {
            return admission.getNow(Admission.STREAM);
        }
        try {
            return admission.get(longestWait(source).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Admission.STREAM;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The container is shutting down", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The service is shutting down", e.getCause());
        } finally {
            waiting.release();
        }
    }

    private static Duration longestWait(SourceView source) {
        return source.settings().timeout().plus(LONGEST_DELAY_BESIDES);
    }

    private static ProblemException missing() {
        return ProblemException.notFound(
                "The source has no such status; check the values of the parameters, or try again later.");
    }

    /**
     * Says that the stream at {@code /status/{source}} depends on {@code Accept}, where no method can set a header. To be
     * registered beside the resource.
     */
    public static final class VaryOnAccept implements DynamicFeature {
        @Override
        public void configure(ResourceInfo resource, FeatureContext context) {
            if (resource.getResourceClass() == StatusResource.class
                    && resource.getResourceMethod().getName().equals("acceptedStream")) {
                context.register((ContainerResponseFilter)
                        (request, response) -> Vary.add(response.getHeaders(), HttpHeaders.ACCEPT));
            }
        }
    }
}
