package dev.fanfare.rest;

import dev.fanfare.auth.Grant;
import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.TraceContext;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.IdConflict;
import dev.fanfare.hub.IdempotencyKey;
import dev.fanfare.hub.KeyConflict;
import dev.fanfare.hub.SameId;
import dev.fanfare.rest.problem.ProblemException;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * The way of a request: token, then body, then events, then history; each step refuses what it can. No thread of the
 * container waits: not for a body that is slow to come (RequestBodies), nor for a history that writes to a disk. Whoever
 * completes the history's stage must not write to a client, so the pool answers then.
 */
/** Publishes what requests bring. Thread-safe. */
final class Publishing {

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());
    private static final MediaType TEXT = MediaType.TEXT_PLAIN_TYPE.withCharset("UTF-8");
    private static final String REPEAT_UNDER_KEY =
            "Send the request again with the same 'Idempotency-Key': an event that was kept is not published a second time.";
    private static final String REPEAT_WITHOUT_KEY =
            "Sending it again may publish it twice, since the request has no 'Idempotency-Key'. Send one with each"
                    + " publication: a request that is repeated with the same key is published once.";

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final int LONGEST_KEY = 255;

    /** How a body holds events. */
    enum Form {
        FIELDS,
        ARRAY,
        LINES
    }

    /** What is known of a request before its body has come. */
    private record Request(
            Form form,
            Grant grant,
            @Nullable IdempotencyKey key,
            ReservedTopics reserved,
            @Nullable TraceContext trace) {}

    private final Hub hub;
    private final Credentials credentials;
    private volatile HubLimits limits;
    private final PendingAnswers answers;
    private final Duration longestCommit;
    private final KeepingProblems problems = new KeepingProblems("event", "publish it again");
    private final RequestBodies bodies;
    private final Predicate<String> pushed;
    private final SameId sameId;

    /** @param longestCommit how long a request waits to be told that its events are kept */
    Publishing(
            Hub hub,
            Credentials credentials,
            HubLimits limits,
            Predicate<String> pushed,
            SameId sameId,
            RequestBodies bodies,
            Executor pool,
            Duration longestCommit) {
        this.hub = hub;
        this.credentials = credentials;
        this.limits = limits;
        this.pushed = pushed;
        this.sameId = sameId;
        this.answers = new PendingAnswers(pool);
        this.longestCommit = longestCommit;
        this.bodies = bodies;
    }

    /** Has other limits from now on. */
    void take(HubLimits newLimits) {
        limits = newLimits;
    }

    /** Publishes what the body holds, and answers. */
    void publish(Form form, InputStream body, HttpHeaders headers, UriInfo uri, AsyncResponse answer)
            throws IOException {
        Grant grant = credentials.publisher(headers, uri);
        Request request = new Request(
                form, grant, idempotencyKey(headers, grant), reserved(uri), hub.traceOf(headers::getHeaderString));
        bodies.read(body, headers, (bytes, problem) -> {
            if (bytes == null) {
                answer.resume(problem);
                return;
            }
            try {
                publish(request, bytes, answer);
            } catch (RuntimeException e) { // what a mapper makes an answer of; this may be a thread of the pool
                answer.resume(e);
            }
        });
    }

    private static @Nullable IdempotencyKey idempotencyKey(HttpHeaders headers, Grant grant) {
        List<String> lines = headers.getRequestHeader(IDEMPOTENCY_KEY);
        if (lines == null || lines.isEmpty()) {
            return null;
        }
        String key = HeaderText.received(lines.get(0).strip());
        if (lines.size() > 1 || key.isEmpty() || key.length() > LONGEST_KEY) {
            throw ProblemException.badRequest("The header '" + IDEMPOTENCY_KEY + "' must hold one key of 1 to "
                    + LONGEST_KEY + " characters; make one for each publication, such as a UUID.");
        }
        return new IdempotencyKey(grant.scope(), key);
    }

    private ReservedTopics reserved(UriInfo uri) {
        String own = uri.getBaseUri().getPath() + MercureResource.PATH;
        String usual = "/" + MercureResource.PATH;
        return new ReservedTopics(own.equals(usual) ? List.of(usual) : List.of(own, usual), pushed);
    }

    private void publish(Request request, byte[] body, AsyncResponse answer) {
        List<Event> events = inTrace(events(request, body), request.trace());
        for (Event event : events) {
            if (!request.grant().mayPublish(event.topics())) {
                throw Credentials.insufficient("The token does not grant publishing to every topic of this event;"
                        + " each must match a selector of its claim 'mercure.publish'.");
            }
        }
        CompletionStage<List<EventId>> published = sameId == SameId.ONCE
                ? hub.publishOnce(events, request.key(), event -> mayKnow(request.grant(), event))
                : hub.publish(events, request.key());
        String ifUnknown = request.key() != null ? REPEAT_UNDER_KEY : REPEAT_WITHOUT_KEY;
        answers.resume(
                answer,
                published,
                longestCommit,
                () -> problems.notKnown(ifUnknown),
                (ids, error) -> ids != null
                        ? answer(request.form(), ids)
                        : problem(Objects.requireNonNull(error), ifUnknown).getResponse());
    }

    /** Whose ids a conflict may tell of: those under which the token may publish itself, and those that it shows. */
    private static boolean mayKnow(Grant grant, Event event) {
        return grant.mayPublish(event.topics()) || grant.rights().allow(event.topics());
    }

    private static List<Event> inTrace(List<Event> events, @Nullable TraceContext trace) {
        return trace == null
                ? events
                : events.stream().map(event -> event.withTrace(trace)).toList();
    }

    private List<Event> events(Request request, byte[] body) {
        if (request.form() != Form.FIELDS) {
            EventBatch batch = new EventBatch(limits.topics(), request.reserved());
            return request.form() == Form.ARRAY ? batch.array(body) : batch.lines(body);
        }
        EventFields fields = new EventFields(limits.topics(), request.reserved(), "");
        FormBody.read(body, fields::formField);
        return List.of(fields.event());
    }

    private Response answer(Form form, List<EventId> ids) {
        problems.succeeded();
        return form == Form.FIELDS
                ? Response.ok(bytes(ids.get(0).value()), TEXT).build()
                : Response.ok(bytes(json(ids)), MediaType.APPLICATION_JSON_TYPE).build();
    }

    private ProblemException problem(Throwable error, String ifUnknown) {
        return error instanceof IdConflict || error instanceof KeyConflict
                ? ProblemException.conflict(error.getMessage() + ".")
                : problems.of(error, ifUnknown);
    }

    private static String json(List<EventId> ids) {
        JsonArrayBuilder array = JSON.createArrayBuilder();
        ids.forEach(id -> array.add(id.value()));
        return JSON.createObjectBuilder().add("ids", array).build().toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
