package dev.fanfare.demo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.Fanfare;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Providers;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stock ticker: one broadcaster, and every client gets the same prices. Thread-safe. */
@Path("prices")
public final class PricesResource {
    private final Fanfare fanfare;
    private final PriceFeed feed;

    @GuardedBy("this")
    private @Nullable SseBroadcaster broadcaster;

    @GuardedBy("this")
    private final List<SseEventSink> clients = new ArrayList<>();

    /**
     * The resource, to be registered as it is.
     *
     * @param feed moves the prices while somebody looks
     */
    public PricesResource(Fanfare fanfare, PriceFeed feed) {
        this.fanfare = fanfare;
        this.feed = feed;
    }

    /** Joins the prices. */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void prices(@Context SseEventSink sink, @Context Sse sse, @Context Providers providers) {
        SseBroadcaster all = broadcaster(sse, providers);
        synchronized (this) {
            // First, so that a client that leaves at once is counted out again.
            clients.add(sink);
            feed.start();
        }
        try {
            all.register(sink);
        } catch (RuntimeException e) {
            left(sink);
            throw e;
        }
    }

    private synchronized SseBroadcaster broadcaster(Sse sse, Providers providers) {
        if (broadcaster == null) {
            SseBroadcaster made = fanfare.newBroadcaster(providers);
            made.onClose(this::left);
            feed.to(price -> made.broadcast(sse.newEventBuilder()
                    .id(Long.toString(price.number()))
                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                    .data(String.class, price.json())
                    .build()));
            broadcaster = made;
        }
        return broadcaster;
    }

    private synchronized void left(SseEventSink sink) {
        clients.remove(sink);
        if (clients.isEmpty()) {
            feed.stop();
        }
    }
}
