package dev.fanfare.rest;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What clients of the hub find in heads: {@code Link: <hub>; rel="mercure"} on the page, on statuses and on the hub's own
 * answers, and {@code Last-Event-ID} on a subscription, where no method can set a header. To be registered beside the
 * resources. Thread-safe.
 */
public final class HubHeaders implements DynamicFeature {
    /** On a resource whose answers say where the hub is. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    public @interface Announcing {}

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String PROPERTY = HubHeaders.class.getName() + ".lastEventId";

    // Shared by the filter and the resource method, which run in the same thread: RESTEasy gives no method its
    // request's
    // context.
    private static final ThreadLocal<AtomicReference<@Nullable String>> RESUMES_AFTER = new ThreadLocal<>();

    /** Has the answer to the request that this thread is at say where the stream begins; null where it says nothing. */
    public static void lastEventId(@Nullable String id) {
        AtomicReference<@Nullable String> resumesAfter = RESUMES_AFTER.get();
        RESUMES_AFTER.remove();
        if (resumesAfter != null) {
            resumesAfter.set(id);
        }
    }

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        if (resource.getResourceClass().isAnnotationPresent(Announcing.class)) {
            context.register(new Filter());
        }
    }

    private static final class Filter implements ContainerRequestFilter, ContainerResponseFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            AtomicReference<@Nullable String> resumesAfter = new AtomicReference<>();
            request.setProperty(PROPERTY, resumesAfter);
            RESUMES_AFTER.set(resumesAfter);
        }

        @Override
        public void filter(ContainerRequestContext request, ContainerResponseContext response) {
            RESUMES_AFTER.remove(); // where no method took it
            if (response.getStatus() >= 400) {
                return;
            }
            String hub = request.getUriInfo().getBaseUri().getRawPath() + MercureResource.PATH;
            response.getHeaders().add(HttpHeaders.LINK, "<" + hub + ">; rel=\"mercure\"");
            if (request.getProperty(PROPERTY) instanceof AtomicReference<?> resumesAfter
                    && resumesAfter.get() instanceof String id) {
                response.getHeaders().putSingle(LAST_EVENT_ID, HeaderText.toSend(id));
            }
        }
    }
}
