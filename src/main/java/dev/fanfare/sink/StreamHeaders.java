package dev.fanfare.sink;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;

/**
 * The headers of an event stream, on every answer of that media type: nothing on the way may keep it, change it or hold it
 * back. What a resource has set itself stays. Thread-safe.
 */
final class StreamHeaders implements ContainerResponseFilter {
    /** Of {@code @Produces}, for Jakarta REST alone; RESTEasy sends it along. */
    private static final String QUALITY = "qs";

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        MediaType type = response.getMediaType();
        if (type != null && isEventStream(type)) {
            addTo(response.getHeaders());
            if (type.getParameters().containsKey(QUALITY)) {
                response.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, MediaType.SERVER_SENT_EVENTS_TYPE);
            }
        }
    }

    static void addTo(MultivaluedMap<String, Object> headers) {
        // no-transform keeps proxies from compressing, which would gather events (RFC 9111, 5.2.2.6).
        headers.putIfAbsent(HttpHeaders.CACHE_CONTROL, List.of("no-cache, no-store, no-transform"));
        // nginx buffers an answer unless it finds this.
        headers.putIfAbsent("X-Accel-Buffering", List.of("no"));
    }

    private static boolean isEventStream(MediaType type) {
        return type.getType().equalsIgnoreCase("text") && type.getSubtype().equalsIgnoreCase("event-stream");
    }
}
