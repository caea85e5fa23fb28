package com.example.news;

import dev.fanfare.Fanfare;
import dev.fanfare.event.EventId;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** News by topic, and jobs whose state is pushed. */
@Path("/")
public class NewsResource {
    private final Fanfare fanfare;

    public NewsResource(Fanfare fanfare) {
        this.fanfare = fanfare;
    }

    @GET
    @Path("news/{topic}")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void follow(
            @PathParam("topic") String topic,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink) {
        fanfare.subscribe(sink, lastEventId, "news/" + topic);
    }

    @POST
    @Path("news/{topic}")
    @Consumes("*/*")
    public CompletionStage<String> publish(@PathParam("topic") String topic, String text) {
        return fanfare.publish("news/" + topic, text).thenApply(EventId::value);
    }

    @GET
    @Path("jobs/{id}")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void watch(
            @PathParam("id") String id,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink) {
        fanfare.watch(sink, lastEventId, "jobs", Map.of("id", id));
    }

    @PUT
    @Path("jobs/{id}")
    @Consumes("*/*")
    public CompletionStage<Void> set(@PathParam("id") String id, String json) {
        return fanfare.set("jobs", Map.of("id", id), json);
    }

    @DELETE
    @Path("jobs/{id}")
    public CompletionStage<Boolean> end(@PathParam("id") String id) {
        return fanfare.end("jobs", Map.of("id", id));
    }
}
