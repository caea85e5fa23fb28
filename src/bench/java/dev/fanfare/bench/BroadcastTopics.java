package dev.fanfare.bench;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What people write today: a resource with the broadcasters of its Jakarta REST implementation, one for each topic. */
@Path("/")
public final class BroadcastTopics {
    private static final Map<String, SseBroadcaster> BROADCASTERS = new ConcurrentHashMap<>();

    /** A client joins a topic. */
    @GET
    @Path("subscribe")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void subscribe(@QueryParam("topic") String topic, @Context SseEventSink sink, @Context Sse sse) {
        sink.send(sse.newEventBuilder().comment("").build());
        broadcaster(topic, sse).register(sink);
    }

    /** All clients of a topic get an event. */
    @POST
    @Path("publish")
    public void publish(@QueryParam("topic") String topic, @Context Sse sse, String data) {
        broadcaster(topic, sse).broadcast(sse.newEvent(data));
    }

    private static SseBroadcaster broadcaster(String topic, Sse sse) {
        return BROADCASTERS.computeIfAbsent(topic, any -> sse.newBroadcaster());
    }
}
