package dev.fanfare.rest;

import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.TooManyWatches;
import jakarta.json.JsonValue;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code PUT} and {@code DELETE} on {@code /status/{source}}: sets and ends the statuses of pushed sources. Thread-safe. */
@Path("status")
public final class StatusPushResource {
    private static final System.Logger LOG = System.getLogger(StatusPushResource.class.getName());
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration LONGEST_COMMIT = Duration.ofSeconds(30);

    private final Statuses statuses;
    private final StatusAccess access;
    private final Executor pool;
    private final RequestBodies bodies;

    /** @param pool reads bodies that are slow to come, and answers what had to wait; its tasks may block */
    public StatusPushResource(Statuses statuses, StatusAccess access, HubLimits limits, Executor pool) {
        this.statuses = statuses;
        this.access = access;
        this.pool = pool;
        this.bodies = new RequestBodies(limits.eventBytes(), pool, System::nanoTime);
    }

    /** Sets a status. Any media type comes here, since a status that is polled can't be set whatever the type is. */
    @PUT
    @Path("{source}")
    public void set(
            @PathParam("source") String source,
            @Context UriInfo uri,
            @Context HttpHeaders headers,
            InputStream body,
            @Suspended AsyncResponse answer)
            throws IOException {
        StatusUrl url = pushed(source, uri, headers);
        requireJson(headers.getMediaType());
        bodies.read(body, RequestBodies.declared(headers), (bytes, problem) -> {
            if (bytes == null) {
                answer.resume(problem);
                return;
            }
            try {
                set(url, parse(RequestBodies.utf8(bytes)), answer);
            } catch (RuntimeException e) { // what a mapper makes an answer of; this may be a thread of the pool
                answer.resume(e);
            }
        });
    }

    private void set(StatusUrl url, JsonValue status, AsyncResponse answer) {
        try {
            CompletionStage<Void> set = statuses.set(url.source(), url.params(), status);
            answer(url, set, answer, done -> Response.noContent().build());
        } catch (TooManyWatches e) {
            throw ProblemException.unavailable(e.getMessage() + ".", statuses.retryAfterFull(url));
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest("The status can't be used: " + e.getMessage() + ".");
        } catch (IllegalStateException e) {
            throw ProblemException.unavailable("The service stops.", RETRY_AFTER);
        }
    }

    private <T> void answer(StatusUrl url, CompletionStage<T> stage, AsyncResponse answer, Function<T, Response> made) {
        CompletableFuture<T> pending = stage.toCompletableFuture();
        if (!pending.isDone()) {
            answer.setTimeout(LONGEST_COMMIT.toSeconds(), TimeUnit.SECONDS);
            answer.setTimeoutHandler(late -> late.resume(notKnown()));
        }
        // Where it is done already, this thread is one that may write.
        Executor executor = pending.isDone() ? Runnable::run : pool;
        stage.whenCompleteAsync(
                (value, error) -> {
                    if (error != null) {
                        answer.resume(problem(url, error));
                    } else {
                        answer.resume(made.apply(value));
                    }
                },
                executor);
    }

    private ProblemException problem(StatusUrl url, Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof TooManyWatches full) {
            return ProblemException.unavailable(full.getMessage() + ".", statuses.retryAfterFull(url));
        }
        if (cause instanceof PublicationTooLarge) {
            return ProblemException.tooLarge(
                    cause.getMessage() + ", by fanfare.history.max-bytes: send a smaller status, or have it raised.");
        }
        if (cause instanceof SourceFailure) {
            return ProblemException.unavailable(
                    "The history can't be read, so nobody knows whether there is such a status; try again later.",
                    RETRY_AFTER);
        }
        LOG.log(System.Logger.Level.ERROR, "A pushed status could not be kept", error);
        return notKept();
    }

    private static ProblemException notKnown() {
        return ProblemException.unavailable(
                "The history is slow, and it is not known yet whether the status is kept; ask for it, or send it again"
                        + " later.",
                RETRY_AFTER);
    }

    private static ProblemException notKept() {
        return ProblemException.unavailable(
                "The status could not be written to the history, so nobody gets it; send it again later.", RETRY_AFTER);
    }

    /** Ends a status. */
    @DELETE
    @Path("{source}")
    public void end(
            @PathParam("source") String source,
            @Context UriInfo uri,
            @Context HttpHeaders headers,
            @Suspended AsyncResponse answer) {
        StatusUrl url = pushed(source, uri, headers);
        answer(
                url,
                statuses.end(source, url.params()),
                answer,
                ended -> ended
                        ? Response.noContent().build()
                        : ProblemException.notFound("There is no such status, or it has ended.")
                                .getResponse());
    }

    private StatusUrl pushed(String source, UriInfo uri, HttpHeaders headers) {
        if (statuses.names().contains(source)) {
            if (!statuses.isPushed(source)) {
                throw new NotAllowedException(
                        Response.status(405).allow("GET", "HEAD", "OPTIONS").build());
            }
            access.requireMaybePublisher(headers, uri);
        }
        StatusUrl url = StatusRequest.of(statuses, source, uri, headers).url();
        access.requirePublisher(url, headers, uri);
        return url;
    }

    private static void requireJson(@Nullable MediaType type) {
        boolean isJson = type != null
                && type.getType().equalsIgnoreCase("application")
                && type.getSubtype().equalsIgnoreCase("json");
        if (!isJson) {
            throw ProblemException.unsupportedMediaType(
                    "A status is set as JSON: send 'Content-Type: application/json'.");
        }
    }

    private static JsonValue parse(String text) {
        try {
            return JsonText.parse(text);
        } catch (SourceFailure e) {
            throw ProblemException.badRequest("The body is no status: " + e.getMessage() + "; send one JSON value.");
        }
    }
}
