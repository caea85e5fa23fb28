package com.example.notifications;

import dev.fanfare.Fanfare;
import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.Rights;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whoever is logged in reads its own notifications, and may notify others. */
@Path("notifications")
public class NotificationsResource {
    private final Fanfare fanfare;

    public NotificationsResource(Fanfare fanfare) {
        this.fanfare = fanfare;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void mine(
            @Context SecurityContext security,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink) {
        Topic mine = topicOf(security.getUserPrincipal().getName());
        Rights rights = topics -> topics.contains(mine);
        fanfare.subscribe(sink, lastEventId, rights, List.of(mine.value()));
    }

    @POST
    @Path("{user}")
    @Consumes(MediaType.TEXT_PLAIN)
    @Produces(MediaType.TEXT_PLAIN)
    public CompletionStage<String> notify(
            @PathParam("user") String user, @Context SecurityContext security, String text) {
        Event notification = Event.builder()
                .topic(topicOf(user).value())
                .isPrivate(true)
                .type("notification")
                .data(security.getUserPrincipal().getName() + ": " + text)
                .build();
        return fanfare.publish(notification).thenApply(EventId::value);
    }

    private static Topic topicOf(String user) {
        return new Topic("users/" + user);
    }
}
