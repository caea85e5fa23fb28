package dev.fanfare.rest;

import dev.fanfare.event.TraceContext;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.TooManyWatches;
import dev.fanfare.status.watch.SourceView;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.status.watch.UnknownSource;
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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code PUT} and {@code DELETE} on {@code /status/{source}}: sets and ends the statuses of pushed sources. Thread-safe. */
@Path("status")
public final class StatusPushResource {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final String IF_UNKNOWN =
            "Ask for the status, or send the request again: setting or ending a status twice has the same effect as once.";

    private final Statuses statuses;
    private final StatusAccess access;
    private final PendingAnswers answers;
    private final Duration longestCommit;
    private final KeepingProblems problems = new KeepingProblems("status", "send it again");
    private final RequestBodies bodies;

    /** @param pool answers what had to wait; its tasks may block */
    public StatusPushResource(Statuses statuses, StatusAccess access, RequestBodies bodies, Executor pool) {
        this(statuses, access, bodies, pool, PendingAnswers.LONGEST_COMMIT);
    }

    /** @param longestCommit how long a request waits to be told that its status is kept */
    StatusPushResource(
            Statuses statuses, StatusAccess access, RequestBodies bodies, Executor pool, Duration longestCommit) {
        this.statuses = statuses;
        this.access = access;
        this.answers = new PendingAnswers(pool);
        this.longestCommit = longestCommit;
        this.bodies = bodies;
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
        TraceContext trace = statuses.traceOf(headers::getHeaderString);
        bodies.read(body, headers, (bytes, problem) -> {
            if (bytes == null) {
                answer.resume(problem);
                return;
            }
            try {
                set(url, parse(RequestBodies.utf8(bytes)), trace, answer);
            } catch (RuntimeException e) { // what a mapper makes an answer of; this may be a thread of the pool
                answer.resume(e);
            }
        });
    }

    private void set(StatusUrl url, JsonValue status, @Nullable TraceContext trace, AsyncResponse answer) {
        try {
            CompletionStage<Void> set = statuses.set(url.source(), url.params(), status, trace);
            answer(url, set, answer, done -> Response.noContent().build());
        } catch (TooManyWatches e) {
            throw ProblemException.unavailable(e.getMessage() + ".", statuses.retryAfterFull(url));
        } catch (UnknownSource e) { // removed while the body came
            throw ProblemException.notFound(e.getMessage() + ".");
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest("The status can't be used: " + e.getMessage() + ".");
        } catch (IllegalStateException e) {
            throw ProblemException.unavailable("The service is shutting down.", RETRY_AFTER);
        }
    }

    private <T> void answer(StatusUrl url, CompletionStage<T> stage, AsyncResponse answer, Function<T, Response> made) {
        answers.resume(answer, stage, longestCommit, () -> problems.notKnown(IF_UNKNOWN), (value, error) -> {
            if (error != null) {
                return problem(url, error).getResponse();
            }
            problems.succeeded();
            return made.apply(value);
        });
    }

    private ProblemException problem(StatusUrl url, Throwable error) {
        if (error instanceof TooManyWatches full) {
            return ProblemException.unavailable(full.getMessage() + ".", statuses.retryAfterFull(url));
        }
        if (error instanceof SourceFailure) {
            return ProblemException.unavailable(
                    "The history can't be read, so it is not known whether there is such a status; try again later.",
                    RETRY_AFTER);
        }
        return problems.of(error, IF_UNKNOWN);
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
                statuses.end(source, url.params(), statuses.traceOf(headers::getHeaderString)),
                answer,
                ended -> ended
                        ? Response.noContent().build()
                        : ProblemException.notFound("There is no such status, or it has ended.")
                                .getResponse());
    }

    private StatusUrl pushed(String source, UriInfo uri, HttpHeaders headers) {
        SourceView found = StatusRequest.source(statuses, source);
        requirePushed(found);
        StatusAccess.Setter setter = access.setter(headers, uri);
        StatusUrl url = StatusRequest.of(found, uri, headers).url();
        setter.require(url);
        return url;
    }

    private static void requirePushed(SourceView source) {
        if (!source.isPushed()) {
            throw new NotAllowedException(
                    Response.status(405).allow("GET", "HEAD", "OPTIONS").build());
        }
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
            throw ProblemException.badRequest("The body is not a status: " + e.getMessage() + "; send one JSON value.");
        }
    }
}
