package dev.fanfare.sink;

import dev.fanfare.stream.Reader;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the program that asks for a stream wants of it: {@code User-Agent}, {@code Sec-Fetch-Mode} and the query
 * parameters {@code positions} and {@code heartbeat}. An application hands over a sink, which says nothing of its request; so
 * a filter on each method that streams notes the reader for the thread that runs the method. Quarkus REST runs no such filter;
 * there the request is found by its sink. Thread-safe.
 */
public final class RequestReader implements DynamicFeature {
    private static final ThreadLocal<@Nullable Reader> CURRENT = new ThreadLocal<>();

    /** The reader of a sink's request, which this thread is at; {@link Reader#UNKNOWN} in a thread of another kind. */
    public static Reader of(@Nullable SseEventSink sink) {
        Reader reader = CURRENT.get();
        if (reader != null) {
            return reader;
        }
        return sink != null && EncodedEvents.Style.of(sink) == EncodedEvents.Style.QUARKUS
                ? QuarkusRequest.reader(sink)
                : Reader.UNKNOWN;
    }

    /**
     * Opens a stream for a request that no Jakarta REST has, in this thread.
     *
     * @param header gives a header of the request, or null
     * @param query gives the values of a query parameter; what can't be used is passed over
     */
    public static void reading(
            UnaryOperator<@Nullable String> header, Function<String, List<String>> query, Runnable opening) {
        CURRENT.set(lenientlyRead(header, query));
        try {
            opening.run();
        } finally {
            CURRENT.remove();
        }
    }

    static Reader lenientlyRead(UnaryOperator<@Nullable String> header, Function<String, List<String>> query) {
        return new Reader(
                isBrowser(header.apply("User-Agent"), header.apply("Sec-Fetch-Mode")),
                lenient(query.apply("positions"), Reader::positions),
                lenient(query.apply("heartbeat"), RequestReader::heartbeat));
    }

    /** An application may have a parameter of this name, which means something else there. */
    private static <T> @Nullable T lenient(List<String> values, Function<List<String>, @Nullable T> parser) {
        try {
            return parser.apply(values);
        } catch (IllegalArgumentException ofTheApplication) {
            return null;
        }
    }

    /**
     * Reads the parameters and headers of a request.
     *
     * @throws IllegalArgumentException naming the parameter that can't be used
     */
    public static Reader of(HttpHeaders headers, MultivaluedMap<String, String> query) {
        return new Reader(
                isBrowser(headers.getHeaderString("User-Agent"), headers.getHeaderString("Sec-Fetch-Mode")),
                read("positions", query, Reader::positions),
                read("heartbeat", query, RequestReader::heartbeat));
    }

    /** Whether headers look like those of a browser; also to serve one that speaks through an older proxy. */
    private static boolean isBrowser(@Nullable String userAgent, @Nullable String fetchMode) {
        return fetchMode != null || (userAgent != null && userAgent.startsWith("Mozilla/"));
    }

    private static @Nullable Duration heartbeat(List<String> values) {
        return values.isEmpty() ? null : Reader.heartbeat(values.get(values.size() - 1));
    }

    private static <T> @Nullable T read(
            String name, MultivaluedMap<String, String> query, Function<List<String>, @Nullable T> parser) {
        try {
            return parser.apply(query.getOrDefault(name, List.of()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The query parameter '" + name + "' can't be used: " + e.getMessage(), e);
        }
    }

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        if (Arrays.asList(resource.getResourceMethod().getParameterTypes()).contains(SseEventSink.class)) {
            context.register(new Filter(), Priorities.USER + 900);
        }
    }

    private static final class Filter implements ContainerRequestFilter, ContainerResponseFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            MultivaluedMap<String, String> query = request.getUriInfo().getQueryParameters();
            CURRENT.set(lenientlyRead(request::getHeaderString, name -> query.getOrDefault(name, List.of())));
        }

        @Override
        public void filter(ContainerRequestContext request, ContainerResponseContext response) {
            CURRENT.remove();
        }
    }
}
