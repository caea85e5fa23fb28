package dev.fanfare.sink;

import dev.fanfare.stream.Outlet;
import jakarta.ws.rs.sse.SseEventSink;

/**
 * Finds the way to a client's socket for the sink that a resource method was given. A port: each server brings the outlet
 * that suits it. Thread-safe.
 */
@FunctionalInterface
public interface Outlets {
    /**
     * The outlet of the client that {@code sink} belongs to. Called in the thread of the resource method, once a sink. On
     * return all response filters have run and the head of the response is on its way.
     *
     * @throws IllegalStateException if the sink is closed
     */
    Outlet of(SseEventSink sink);
}
