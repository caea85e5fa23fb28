package com.example.stocks;

import dev.fanfare.Fanfare;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.SseEventSink;

/** All who ask get the same prices; who comes again gets those that it missed. */
@Path("prices")
public class PricesResource {
    @Inject
    private Fanfare fanfare;

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void all(@HeaderParam("Last-Event-ID") String lastEventId, @Context SseEventSink sink) {
        fanfare.subscribe(sink, lastEventId, "prices");
    }

    @GET
    @Path("{symbol}")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void one(
            @PathParam("symbol") String symbol,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink) {
        fanfare.subscribe(sink, lastEventId, "prices/" + symbol);
    }
}
