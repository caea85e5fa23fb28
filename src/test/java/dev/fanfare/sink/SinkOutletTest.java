package dev.fanfare.sink;

import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.OutletContract;
import jakarta.ws.rs.sse.SseEventSink;
import org.junit.jupiter.api.AfterEach;

/** The outlet over Jersey's sink on Grizzly, whose {@code send} blocks while its client does not read. */
class SinkOutletTest extends OutletContract {
    private final BlockingPool pool = new BlockingPool();
    private final SinkOutlets outlets = new SinkOutlets(pool);

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Override
    protected Outlet outletOf(SseEventSink sink) {
        return outlets.of(sink);
    }

    /** A container that has a request in hand does not read on. */
    @Override
    protected boolean noticesHalfClose() {
        return false;
    }

    @Override
    protected boolean noticesLeavingByItself() {
        return false;
    }

    /** A sink can only be closed, which ends the response in good order where there is room for that. */
    @Override
    protected boolean cutsOff() {
        return false;
    }
}
