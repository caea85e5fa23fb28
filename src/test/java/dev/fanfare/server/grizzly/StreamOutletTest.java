package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.OutletContract;
import jakarta.ws.rs.sse.SseEventSink;

/** The outlet through Grizzly's non-blocking output. */
class StreamOutletTest extends OutletContract {
    private final GrizzlyOutlets outlets = new GrizzlyOutlets(16 * 1024, false);

    @Override
    protected Outlet outletOf(SseEventSink sink) {
        return outlets.of(sink);
    }

    @Override
    protected Object[] components() {
        return new Object[] {outlets};
    }
}
