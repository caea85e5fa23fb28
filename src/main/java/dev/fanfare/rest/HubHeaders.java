package dev.fanfare.rest;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Set;

/**
 * What clients of the hub find in heads: {@code Link: <hub>; rel="mercure"} on the page, on statuses and on the hub's own
 * answers, and {@code Last-Event-ID} on a subscription, where no method can set a header. To be registered beside the
 * resources. Thread-safe.
 */
public final class HubHeaders implements DynamicFeature {
    private static final Set<Class<?>> ANNOUNCING =
            Set.of(MercureResource.class, PageResource.class, StatusResource.class);
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String PROPERTY = HubHeaders.class.getName() + ".lastEventId";

    /** Has the answer to a subscription say where the stream begins. */
    static void lastEventId(ContainerRequestContext request, String id) {
        request.setProperty(PROPERTY, id);
    }

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        if (ANNOUNCING.contains(resource.getResourceClass())) {
            context.register(new Filter());
        }
    }

    private static final class Filter implements ContainerResponseFilter {
        @Override
        public void filter(ContainerRequestContext request, ContainerResponseContext response) {
            if (response.getStatus() >= 400) {
                return;
            }
            String hub = request.getUriInfo().getBaseUri().getRawPath() + MercureResource.PATH;
            response.getHeaders().add(HttpHeaders.LINK, "<" + hub + ">; rel=\"mercure\"");
            if (request.getProperty(PROPERTY) instanceof String id) {
                response.getHeaders().putSingle(LAST_EVENT_ID, HeaderText.toSend(id));
            }
        }
    }
}
