package dev.fanfare.sink;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Arrays;

/**
 * Answers HEAD where a resource method streams. Jakarta REST runs the GET method for HEAD (3.3.5), and with a stream that
 * means on Jersey a request that never ends. {@link StreamHeaders} adds the stream's headers to this answer as to any other. A
 * method with {@link AnswersHead} checks the request first, and is refused where GET would be. Thread-safe.
 */
@PreMatching
public final class HeadOnStreams implements DynamicFeature, ContainerRequestFilter {

    private static final String IS_HEAD = HeadOnStreams.class.getName() + ".isHead";

    // The filter's word to the resource method, which runs in the same thread: on Jersey the method sees GET
    // everywhere.
    private static final ThreadLocal<Boolean> ASKED = new ThreadLocal<>();

    HeadOnStreams() {}

    /**
     * To be called by a method with {@link AnswersHead} once it has found the request good, before it opens its stream.
     *
     * @throws WebApplicationException the answer, if the request is HEAD
     */
    public static void answerIfAsked() {
        boolean asked = Boolean.TRUE.equals(ASKED.get());
        ASKED.remove();
        if (asked) {
            throw new WebApplicationException(head());
        }
    }

    private static Response head() {
        return Response.ok().type(MediaType.SERVER_SENT_EVENTS_TYPE).build();
    }

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        boolean streams =
                Arrays.asList(resource.getResourceMethod().getParameterTypes()).contains(SseEventSink.class);
        if (streams) {
            // Last among the request filters, so that HEAD is refused where GET would be.
            boolean checks = resource.getResourceMethod().isAnnotationPresent(AnswersHead.class);
            context.register(new HeadAnswer(checks), Priorities.USER + 1000);
        }
    }

    /** Notes the method before matching: where Jersey takes the GET method for HEAD, later filters see GET. */
    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getMethod().equals(HttpMethod.HEAD)) {
            request.setProperty(IS_HEAD, true);
        }
    }

    /** @param byMethod whether the resource method answers */
    private record HeadAnswer(boolean byMethod) implements ContainerRequestFilter {

        @Override
        public void filter(ContainerRequestContext request) {
            boolean isHead = request.getProperty(IS_HEAD) != null;
            if (byMethod) {
                ASKED.set(isHead);
            } else if (isHead) {
                request.abortWith(head());
            }
        }
    }
}
