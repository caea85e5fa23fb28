package dev.fanfare.sink;

import dev.fanfare.stream.Outlet;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.CompletionStage;

/**
 * A sink that stands for an {@link Outlet}, for frameworks that can be written to without blocking and are no Jakarta REST: what
 * takes sinks takes it, and writes to the outlet. Thread-safe.
 */
public final class OutletSink implements SseEventSink {
    private final Outlet outlet;
    private volatile boolean closed;

    /** @param outlet not opened yet */
    public OutletSink(Outlet outlet) {
        this.outlet = outlet;
    }

    /** The outlet, for the one stream that takes it. */
    Outlet take() {
        if (closed) {
            throw new IllegalStateException("The sink is closed; a stream needs an open one");
        }
        return outlet;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** @throws UnsupportedOperationException always: only Fanfare writes to it */
    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        throw new UnsupportedOperationException(
                "This sink is not written to: hand it to a method of Fanfare, such as subscribe or open");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            outlet.abort();
        }
    }
}
