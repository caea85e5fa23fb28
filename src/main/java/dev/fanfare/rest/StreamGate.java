package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lets no more streams begin than the bounds allow, and none while the service stops. A native {@code EventSource} gives up
 * for good on any status but 200, so it is answered with 200, a reconnection delay of its own and the end of the stream;
 * others get 503 with {@code Retry-After}.
 */
public final class StreamGate implements DynamicFeature {
    /** Says in an answer of 200 why the stream ended at once: {@code full}, {@code shutdown} and others. */
    public static final String REFUSED_HEADER = StreamRefusal.HEADER;

    /** The request property that holds the client's address, where the server tells it. */
    public static final String ADDRESS_PROPERTY = "dev.fanfare.client-address";

    /** The reason where the server has reached its limit. */
    public static final String FULL = "full";

    /** The reason where the client's address has reached its limit. */
    public static final String FULL_FOR_ADDRESS = "full-for-address";

    /** The request property that holds the reason where the connection is beyond a limit: one of the two above. */
    public static final String BEYOND_LIMIT_PROPERTY = "dev.fanfare.beyond-limit";

    /** The open streams. A port; thread-safe. */
    public interface Census {
        /** How many streams are open. */
        int streams();

        /** How many of them belong to one address, as the server counts addresses. */
        int streamsFrom(String address);

        /** Whether the service stops. */
        boolean stopping();
    }

    private final Census census;
    private volatile int mostStreams;
    private volatile int mostFromAddress;

    /**
     * A gate with bounds.
     *
     * @param mostStreams 0 for no bound
     * @param mostFromAddress 0 for no bound
     */
    public StreamGate(Census census, int mostStreams, int mostFromAddress) {
        this.census = census;
        this.mostStreams = mostStreams;
        this.mostFromAddress = mostFromAddress;
    }

    /** Has other bounds from now on; streams that are open stay. */
    public void take(int streams, int fromAddress) {
        mostStreams = streams;
        mostFromAddress = fromAddress;
    }

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        if (Arrays.asList(resource.getResourceMethod().getParameterTypes()).contains(SseEventSink.class)) {
            context.register(new Filter());
        }
    }

    private @Nullable String reasonToRefuse(ContainerRequestContext request) {
        if (census.stopping()) {
            return StreamRefusal.SHUTDOWN;
        }
        if (request.getProperty(BEYOND_LIMIT_PROPERTY) instanceof String reason) {
            return reason;
        }
        int most = mostStreams;
        if (most > 0 && census.streams() >= most) {
            return FULL;
        }
        int mostFrom = mostFromAddress;
        Object address = request.getProperty(ADDRESS_PROPERTY);
        return mostFrom > 0 && address instanceof String from && census.streamsFrom(from) >= mostFrom
                ? FULL_FOR_ADDRESS
                : null;
    }

    private final class Filter implements ContainerRequestFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            String reason = reasonToRefuse(request);
            if (reason != null) {
                request.abortWith(refusal(reason, EventStreamClient.sent(request.getHeaders())));
            }
        }
    }

    /**
     * Refuses a stream. Each client gets a delay of its own, so that they don't all come back at once.
     *
     * @param toEventSource whether the client gives up for good on any answer but 200
     */
    public static Response refusal(String reason, boolean toEventSource) {
        StreamRefusal refusal = StreamRefusal.of(reason);
        if (!toEventSource) {
            return ProblemException.unavailable(refusal.words(), refusal.retry())
                    .withHeader("Connection", "close")
                    .getResponse();
        }
        return Response.ok(refusal.stream(), MediaType.SERVER_SENT_EVENTS)
                .header(REFUSED_HEADER, reason)
                .header("Connection", "close")
                .build();
    }
}
