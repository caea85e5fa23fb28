package dev.fanfare.rest.problem;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.lang.annotation.Annotation;

/**
 * Gives an error that reached no mapper and has no body the form of a {@link Problem}: a resource returned a bare status, or
 * the implementation did (Jersey does for an {@code Accept} that it can't parse). Thread-safe.
 */
public final class BareErrors implements ContainerResponseFilter {

    private final ProducedTypes offers;

    @Context
    @SuppressWarnings("NullAway.Init")
    private HttpHeaders headers;

    public BareErrors(ProducedTypes offers) {
        this.offers = offers;
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        int status = response.getStatus();
        if (status < 400 || response.hasEntity()) {
            return;
        }
        ErrorDetail detail = new ErrorDetail(request.getMethod(), request.getUriInfo(), headers, offers);
        Problem problem = Problem.of(status, detail.of(status, response.getAllowedMethods().stream()));
        response.setEntity(problem.toBytes(), new Annotation[0], Problem.MEDIA_TYPE);
        response.getHeaders().putSingle(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
