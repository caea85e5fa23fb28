package com.example.news;

import dev.fanfare.Fanfare;
import dev.fanfare.event.Event;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.CompletionStage;

/** News by topic, and headlines that all clients share. */
@Singleton
@Path("news")
public class NewsResource {
    private final Fanfare fanfare;
    private final SseBroadcaster headlines;

    NewsResource(Fanfare fanfare) {
        this.fanfare = fanfare;
        headlines = fanfare.newBroadcaster(null);
    }

    @GET
    @Path("{topic}")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void follow(
            @PathParam("topic") String topic,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink) {
        fanfare.subscribe(sink, lastEventId, topic);
    }

    @POST
    @Path("{topic}")
    public CompletionStage<String> publish(
            @PathParam("topic") String topic, @QueryParam("type") String type, String text) {
        return fanfare.publish(Event.builder().topic(topic).type(type).data(text).build())
                .thenApply(id -> id.value());
    }

    @GET
    @Path("all/headlines")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void headlines(@Context SseEventSink sink) {
        headlines.register(sink);
    }

    @POST
    @Path("all/headlines")
    public void broadcast(@Context Sse sse, String text) {
        OutboundSseEvent event = sse.newEventBuilder().id("7").name("headline").data(text).build();
        headlines.broadcast(event);
    }

}
