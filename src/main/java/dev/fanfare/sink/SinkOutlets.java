package dev.fanfare.sink;

import dev.fanfare.stream.Outlet;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.Flushable;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The outlets of any container: they write through the sink itself, in a pool. Thread-safe. */
public final class SinkOutlets implements Outlets {
    private final BlockingPool pool;

    /** @param pool where sinks are written to and closed */
    public SinkOutlets(BlockingPool pool) {
        this.pool = pool;
    }

    @Override
    public Outlet of(SseEventSink sink) {
        commitHead(sink);
        return new SinkOutlet(sink, pool);
    }

    /**
     * Sends the head of the response where the sink can do that without an event (Jersey's can); elsewhere the first event
     * does it.
     */
    public static void commitHead(SseEventSink sink) {
        if (sink.isClosed()) {
            throw new IllegalStateException("The sink is closed; a stream needs an open one");
        }
        if (sink instanceof Flushable flushable) {
            try {
                flushable.flush();
            } catch (IOException e) {
                throw new UncheckedIOException("The client left before its stream was open", e);
            }
        }
    }
}
