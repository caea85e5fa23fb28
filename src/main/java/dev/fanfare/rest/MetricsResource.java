package dev.fanfare.rest;

import dev.fanfare.auth.Access;
import dev.fanfare.auth.Grant;
import dev.fanfare.event.Topic;
import dev.fanfare.rest.MetricsText.Format;
import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.nio.charset.StandardCharsets;

/**
 * {@code GET /metrics}: numbers for Prometheus, in its own text format or as OpenMetrics, whichever {@code Accept} likes
 * better. See {@code docs/reference/metrics.md}. To be registered as a singleton. Thread-safe.
 */
@Path("metrics")
public final class MetricsResource {
    /** Where a token is needed, it has to grant subscribing to this. */
    private static final Topic TOPIC = new Topic("/metrics");

    private final MetricsText metrics;
    private volatile Access access;
    private final Credentials credentials;

    /** @param credentials finds tokens, if {@code access} asks for one */
    public MetricsResource(MetricsText metrics, Access access, Credentials credentials) {
        this.metrics = metrics;
        this.access = access;
        this.credentials = credentials;
    }

    /** Shows the metrics to others from now on. */
    public void take(Access newAccess) {
        access = newAccess;
    }

    /** The text that every Prometheus reads. */
    @GET
    @Produces("text/plain")
    public Response prometheus(@Context HttpHeaders headers, @Context UriInfo uri) {
        return answer(Format.PROMETHEUS, headers, uri);
    }

    /** The same for a client that names it; {@code *}{@code /*} means the other. */
    @GET
    @Produces("application/openmetrics-text;qs=0.9")
    public Response openMetrics(@Context HttpHeaders headers, @Context UriInfo uri) {
        return answer(Format.OPENMETRICS, headers, uri);
    }

    private Response answer(Format format, HttpHeaders headers, UriInfo uri) {
        if (access == Access.TOKEN) {
            requireToken(headers, uri);
        }
        return Response.ok(metrics.text(format).getBytes(StandardCharsets.UTF_8))
                .header(HttpHeaders.CONTENT_TYPE, format.contentType())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    private void requireToken(HttpHeaders headers, UriInfo uri) {
        Grant grant = credentials.subscriber(headers, uri);
        if (grant.anonymous()) {
            throw ProblemException.unauthorized(
                    "The metrics need a token whose claim 'mercure.subscribe' has a selector"
                            + " that matches '/metrics': send it as 'Authorization: Bearer TOKEN'.");
        }
        if (!grant.maySubscribe(TOPIC)) {
            throw Credentials.insufficient("The token does not grant seeing the metrics: a selector of its claim"
                    + " 'mercure.subscribe' must match '/metrics'.");
        }
    }
}
