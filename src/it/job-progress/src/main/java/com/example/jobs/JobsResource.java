package com.example.jobs;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Map;

/** {@code PUT} starts a job, {@code GET} follows it to its end. */
@Path("jobs/{id}")
@RequestScoped
public class JobsResource {
    @Inject
    private Jobs jobs;

    @PUT
    public void start(@PathParam("id") String id) {
        jobs.start(id);
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void follow(
            @PathParam("id") String id,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink) {
        jobs.fanfare().watch(sink, lastEventId, "jobs", Map.of("id", id));
    }
}
