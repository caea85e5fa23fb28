package dev.fanfare.sink;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
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
 * means on Jersey a request that never ends. {@link StreamHeaders} adds the stream's headers to this answer as to any other.
 * Thread-safe.
 */
@PreMatching
final class HeadOnStreams implements DynamicFeature, ContainerRequestFilter {

    private static final String IS_HEAD = HeadOnStreams.class.getName() + ".isHead";

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        boolean streams =
                Arrays.asList(resource.getResourceMethod().getParameterTypes()).contains(SseEventSink.class);
        if (streams) {
            // Last among the request filters, so that HEAD is refused where GET would be.
            context.register(new HeadAnswer(), Priorities.USER + 1000);
        }
    }

    /** Notes the method before matching: where Jersey takes the GET method for HEAD, later filters see GET. */
    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getMethod().equals(HttpMethod.HEAD)) {
            request.setProperty(IS_HEAD, true);
        }
    }

    private static final class HeadAnswer implements ContainerRequestFilter {

        @Override
        public void filter(ContainerRequestContext request) {
            if (request.getProperty(IS_HEAD) != null) {
                request.abortWith(
                        Response.ok().type(MediaType.SERVER_SENT_EVENTS_TYPE).build());
            }
        }
    }
}
