package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.OutletContract;
import jakarta.ws.rs.sse.SseEventSink;

/** The outlet that writes to the socket itself. */
class DirectOutletTest extends OutletContract {
    private final GrizzlyOutlets outlets = new GrizzlyOutlets(16 * 1024);

    @Override
    protected Outlet outletOf(SseEventSink sink) {
        Outlet outlet = outlets.of(sink);
        org.assertj.core.api.Assertions.assertThat(outlet).isInstanceOf(DirectOutlet.class);
        return outlet;
    }

    @Override
    protected Object[] components() {
        return new Object[] {outlets};
    }
}
