package dev.fanfare.rest.problem;

import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.stream.Stream;

/**
 * What no other mapper takes: a 500 that gives nothing of the inside away, unless the request turns out to be the reason after
 * all. Thread-safe.
 */
public final class UnexpectedErrorMapper implements ExceptionMapper<Throwable> {

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

    public UnexpectedErrorMapper(ProducedTypes offers, ErrorReferences incidents) {
        this.offers = offers;
        this.incidents = incidents;
    }

    @Override
    public Response toResponse(Throwable fault) {
        ErrorDetail detail = new ErrorDetail(request, uri, headers, offers);
        // Implementations throw these from deep inside while they read a request, as exceptions of their own or of
        // java.nio.
        if (fault instanceof IllegalArgumentException && detail.hasUnknownCharset()) {
            return Problem.of(415, detail.of(415, Stream.empty())).toResponse();
        }
        if (fault instanceof RuntimeException && detail.malformedHeader() != null) {
            return Problem.of(400, detail.of(400, Stream.empty())).toResponse();
        }
        return incidents.report(fault, request.getMethod(), detail.path()).toResponse();
    }
}
