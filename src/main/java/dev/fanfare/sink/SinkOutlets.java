package dev.fanfare.sink;

import dev.fanfare.stream.Outlet;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.Flushable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The outlets of any container: they write through the sink itself, in a pool. Thread-safe. */
public final class SinkOutlets implements Outlets {
    private final BlockingPool pool;

    /** @param pool where sinks are written to and closed */
    public SinkOutlets(BlockingPool pool) {
        this.pool = pool;
    }

    @Override
    public Outlet of(SseEventSink sink) {
        if (sink instanceof OutletSink own) {
            return own.take();
        }
        commitHead(sink);
        EncodedEvents.Style style = EncodedEvents.Style.of(sink);
        EventSender past = switch (style) {
            case QUARKUS -> QuarkusRequest.begin(sink);
            case RESTEASY -> ResteasyResponse.of(sink);
            default -> null;
        };
        return past == null
                ? new SinkOutlet(sink, pool, style)
                : new SinkOutlet(sink, pool, EncodedEvents.Style.BYTES, past);
    }

    /**
     * The sink, which is there.
     *
     * @throws IllegalArgumentException saying why a resource method may have been given none
     */
    public static SseEventSink require(@Nullable SseEventSink sink) {
        if (sink == null) {
            throw new IllegalArgumentException(
                    "The sink is null. Jersey gives a resource method null for '@Context SseEventSink' where"
                            + " the application lacks the module for event streams: add the dependency"
                            + " org.glassfish.jersey.media:jersey-media-sse in the version of Jersey");
        }
        return sink;
    }

    private static void requireOpen(SseEventSink sink) {
        if (sink.isClosed()) {
            throw new IllegalStateException("The sink is closed; a stream needs an open one");
        }
    }

    /**
     * Sends the head of the response where the sink can do that without an event (Jersey's can); elsewhere the first event
     * does it.
     */
    public static void commitHead(SseEventSink sink) {
        requireOpen(sink);
        if (sink instanceof Flushable flushable) {
            try {
                flushable.flush();
            } catch (IOException e) {
                throw new ClientLeft(e);
            }
        }
    }
}
