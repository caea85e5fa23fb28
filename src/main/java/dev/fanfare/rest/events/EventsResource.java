package dev.fanfare.rest.events;

import dev.fanfare.hub.ResumePoint;
import dev.fanfare.joint.Changed;
import dev.fanfare.joint.JointRequest;
import dev.fanfare.joint.JointStream;
import dev.fanfare.joint.JointStreams;
import dev.fanfare.joint.MemberName;
import dev.fanfare.joint.Refusal;
import dev.fanfare.joint.TooManyChanges;
import dev.fanfare.joint.Wishes;
import dev.fanfare.rest.Credentials;
import dev.fanfare.rest.EventStreamClient;
import dev.fanfare.rest.HubHeaders;
import dev.fanfare.rest.LastEventId;
import dev.fanfare.rest.PendingAnswers;
import dev.fanfare.rest.RequestBodies;
import dev.fanfare.rest.StatusAccess;
import dev.fanfare.rest.StreamGate;
import dev.fanfare.rest.Subscribing;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.sink.AnswersHead;
import dev.fanfare.sink.HeadOnStreams;
import dev.fanfare.sink.Outlets;
import dev.fanfare.sink.RequestReader;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.Permit;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.WriterLoops;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * {@code /events}: topics and statuses on one connection, and changes of them while it is open; see {@code
 * docs/reference/http.md}. To be registered as a singleton, with {@link HubHeaders}. Thread-safe.
 */
@Path("events")
@HubHeaders.Announcing
public final class EventsResource {
    /** A loop that does not get to it for so long is out of order. */
    private static final Duration LONGEST_CHANGE = Duration.ofSeconds(10);

    private final JointStreams streams;
    private final StatusAccess access;
    private final MemberReader members;
    private final WriterLoops loops;
    private final Outlets outlets;
    private final Credentials credentials;
    private final Subscribing subscribing;
    private volatile int mostSelectors;
    private final RequestBodies bodies;
    private final PendingAnswers answers;

    /**
     * The resource of the hub that clients subscribe to, and of statuses.
     *
     * @param access who may see which statuses
     * @param mostSelectors most topics that a stream opens with
     * @param pool answers what had to wait; its tasks may block
     */
    public EventsResource(
            JointStreams streams,
            Statuses statuses,
            StatusAccess access,
            WriterLoops loops,
            Outlets outlets,
            Credentials credentials,
            Subscribing subscribing,
            int mostSelectors,
            RequestBodies bodies,
            Executor pool) {
        this.streams = streams;
        this.access = access;
        this.members = new MemberReader(statuses, access);
        this.loops = loops;
        this.outlets = outlets;
        this.credentials = credentials;
        this.subscribing = subscribing;
        this.mostSelectors = mostSelectors;
        this.bodies = bodies;
        this.answers = new PendingAnswers(pool);
    }

    /** Has other bounds from now on, for what is asked for from now on. */
    public void take(int selectors, int mostMembers) {
        mostSelectors = selectors;
        streams.takeMostMembers(mostMembers);
    }

    /** Streams topics and statuses, from where the client was. */
    @GET
    @AnswersHead
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void stream(@Context UriInfo uri, @Context HttpHeaders headers, @Context SseEventSink sink) {
        Permit opening = access.opening(); // before anything is judged by what is open to everybody
        Sender sender = Sender.of(credentials, headers, uri);
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        List<MemberName> names = names(query);
        Reader reader = reader(headers, query);
        Wishes wishes = wishes(names, sender, headers);
        requireAny(wishes, sender);
        ResumePoint start = subscribing.locate(LastEventId.of(headers, query), sender.rights(), headers);
        HubHeaders.lastEventId(start.answer());
        HeadOnStreams.answerIfAsked();
        streams.open(
                () -> outlets.of(sink),
                new JointRequest(
                        wishes,
                        start,
                        sender.rights(),
                        reader,
                        // now, since finding the resume point may have taken a while
                        sender.permit(loops.ticker().now(), opening),
                        sender.isAnonymous(),
                        sender.owner()));
    }

    private List<MemberName> names(MultivaluedMap<String, String> query) {
        List<String> topics = query.getOrDefault(MemberName.Kind.TOPIC.key(), List.of());
        List<String> statuses = query.getOrDefault(MemberName.Kind.STATUS.key(), List.of());
        int sum = topics.size() + statuses.size();
        if (sum == 0) {
            throw ProblemException.badRequest(
                    "The query names nothing to stream: give at least one 'topic' or 'status', such as"
                            + " ?topic=news&status=jobs%3Fid%3D42.");
        }
        if (topics.size() > mostSelectors) {
            throw ProblemException.badRequest("The query has " + topics.size() + " topics; a stream has at most "
                    + mostSelectors + " (fanfare.limits.selectors). A URI template selects many topics at once.");
        }
        if (sum > streams.mostMembers()) {
            throw ProblemException.badRequest("The query has " + sum + " topics and statuses; a stream has at most "
                    + streams.mostMembers() + " (fanfare.limits.members).");
        }
        List<MemberName> names = new ArrayList<>(sum);
        topics.forEach(text -> names.add(MemberName.topic(text)));
        statuses.forEach(text -> names.add(MemberName.status(text)));
        return names;
    }

    private static Reader reader(HttpHeaders headers, MultivaluedMap<String, String> query) {
        try {
            return RequestReader.of(headers, query);
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest(e.getMessage() + ".");
        }
    }

    private Wishes wishes(List<MemberName> names, Sender sender, HttpHeaders headers) {
        try {
            if (!loops.isClosed()) {
                return members.read(names, sender);
            }
        } catch (IllegalStateException e) {
            // The gateway of statuses has closed; answered below.
        }
        throw new WebApplicationException(StreamGate.refusal("shutdown", EventStreamClient.sent(headers)));
    }

    /** A sender that lacks nothing but a token learns it from the answer, as on other streams. */
    private static void requireAny(Wishes wishes, Sender sender) {
        boolean none = wishes.topics().isEmpty() && wishes.statuses().isEmpty();
        if (none && wishes.refused().stream().allMatch(refusal -> refusal.code() == 401)) {
            ProblemException noTopics = sender.noTopics();
            throw noTopics != null
                    ? noTopics
                    : ProblemException.unauthorized(wishes.refused().get(0).reason());
        }
    }

    /** Changes the members of a stream. */
    @PATCH
    @Path("{session}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
    public void change(
            @PathParam("session") String session,
            InputStream body,
            @Context HttpHeaders headers,
            @Context UriInfo uri,
            @Suspended AsyncResponse answer)
            throws IOException {
        Sender sender = Sender.of(credentials, headers, uri);
        JointStream stream = streams.find(session);
        if (stream == null) {
            throw gone();
        }
        if (!stream.owner().equals(sender.owner())) {
            throw ProblemException.forbidden("The stream was opened with another token, or without one: send the same"
                    + " credentials, or open a stream with these.");
        }
        bodies.read(body, headers, (bytes, problem) -> {
            if (bytes == null) {
                answer.resume(problem);
                return;
            }
            try {
                change(stream, ChangeBody.of(RequestBodies.utf8(bytes), streams.mostMembers()), sender, answer);
            } catch (RuntimeException e) { // what a mapper makes an answer of; this may be a thread of the pool
                answer.resume(e);
            }
        });
    }

    private void change(JointStream stream, ChangeBody body, Sender sender, AsyncResponse answer) {
        Wishes wishes;
        try {
            wishes = members.read(body.add(), sender);
        } catch (IllegalStateException e) {
            throw gone();
        }
        CompletionStage<Changed> changed = stream.change(body.remove(), wishes);
        answers.resume(
                answer,
                changed,
                LONGEST_CHANGE,
                () -> ProblemException.unavailable(
                        "The stream did not take the change in time; open another one.", Duration.ofSeconds(1)),
                (done, error) -> {
                    if (error instanceof TooManyChanges) {
                        throw ProblemException.unavailable(error.getMessage() + ".", Duration.ofSeconds(1));
                    }
                    if (done == null) {
                        throw gone();
                    }
                    return Response.ok(json(done), MediaType.APPLICATION_JSON_TYPE)
                            .header(HttpHeaders.CACHE_CONTROL, "no-store")
                            .build();
                });
    }

    private static ProblemException gone() {
        return ProblemException.notFound(
                "No stream has this session now: open one with GET /events, which tells its session first.");
    }

    private static String json(Changed changed) {
        return "{\"change\":" + changed.number() + ",\"added\":" + named(changed.added()) + ",\"removed\":"
                + named(changed.removed()) + ",\"refused\":"
                + changed.refused().stream().map(EventsResource::json).collect(Collectors.joining(",", "[", "]")) + "}";
    }

    private static String named(List<MemberName> names) {
        return names.stream().map(name -> "{" + name.json() + "}").collect(Collectors.joining(",", "[", "]"));
    }

    private static String json(Refusal refusal) {
        return "{" + refusal.name().json() + "," + refusal.json() + "}";
    }
}
