package dev.fanfare.rest.problem;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.Set;
import java.util.TreeSet;

/**
 * Gives the refusals of Jakarta REST itself (unknown path, method, media type) the form of a {@link Problem}. The response's
 * headers stay, {@code Allow} above all. Thread-safe.
 */
public final class HttpErrorMapper implements ExceptionMapper<WebApplicationException> {

    private final ProducedTypes offers;
    private final ErrorReferences incidents;

    @Context
    @SuppressWarnings("NullAway.Init")
    private Request request;

    @Context
    @SuppressWarnings("NullAway.Init")
    private UriInfo uri;

    @Context
    @SuppressWarnings("NullAway.Init")
    private HttpHeaders headers;

    public HttpErrorMapper(ProducedTypes offers, ErrorReferences incidents) {
        this.offers = offers;
        this.incidents = incidents;
    }

    @Override
    public Response toResponse(WebApplicationException exception) {
        Response refused = exception.getResponse();
        // Redirects and 304 are no errors, and an entity is somebody's decided answer, ProblemException's among them.
        if (refused.getStatus() < 400 || refused.hasEntity()) {
            return refused;
        }
        ErrorDetail detail = new ErrorDetail(request, uri, headers, offers);
        int status = refused.getStatus();
        Set<String> allowed = allowed(refused);
        Problem problem = status == 500
                ? incidents.report(exception, request.getMethod(), detail.path())
                : Problem.of(status, detail.of(status, allowed.stream()));
        Response.ResponseBuilder answer = problem.response();
        refused.getHeaders().forEach((name, values) -> {
            if (!isOfTheEntity(name) && !name.equalsIgnoreCase(HttpHeaders.ALLOW)) {
                values.forEach(value -> answer.header(name, value));
            }
        });
        if (!allowed.isEmpty()) {
            answer.header(HttpHeaders.ALLOW, String.join(", ", allowed));
        }
        return answer.build();
    }

    /** Jersey leaves out HEAD, which goes wherever GET does (Jakarta REST, 3.3.5). */
    private static Set<String> allowed(Response refused) {
        Set<String> methods = new TreeSet<>(refused.getAllowedMethods());
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        return methods;
    }

    private static boolean isOfTheEntity(String header) {
        return header.regionMatches(true, 0, "Content-", 0, "Content-".length())
                || header.equalsIgnoreCase(HttpHeaders.CACHE_CONTROL);
    }
}
