package dev.fanfare.rest.problem;

import dev.fanfare.sink.ClientLeft;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What no other mapper takes: a 500 that gives nothing of the inside away, unless the request turns out to be the reason after
 * all, or the end of the service, or nobody is there to read it. Thread-safe.
 */
public final class UnexpectedErrorMapper implements ExceptionMapper<Throwable> {
    private static final System.Logger LOG = System.getLogger(UnexpectedErrorMapper.class.getName());

    /** What a request gets that failed because the service closes. */
    public interface Closing {
        /** The answer; null while the service does not close. */
        @Nullable
        Response answer(String method, HttpHeaders headers);
    }

    private final ProducedTypes offers;
    private final ErrorReferences incidents;
    private final Closing closing;

    @Context
    @SuppressWarnings("NullAway.Init")
    private Request request;

    @Context
    @SuppressWarnings("NullAway.Init")
    private UriInfo uri;

    @Context
    @SuppressWarnings("NullAway.Init")
    private HttpHeaders headers;

    public UnexpectedErrorMapper(ProducedTypes offers, ErrorReferences incidents, Closing closing) {
        this.offers = offers;
        this.incidents = incidents;
        this.closing = closing;
    }

    @Override
    public Response toResponse(Throwable fault) {
        if (fault instanceof ClientLeft) {
            LOG.log(System.Logger.Level.DEBUG, "A client left while its stream was opened", fault);
            return Problem.of(ProblemType.UNAVAILABLE, "The client left.").toResponse();
        }
        ErrorDetail detail = new ErrorDetail(request, uri, headers, offers);
        // Implementations throw these from deep inside while they read a request, as exceptions of their own or of
        // java.nio.
        if (fault instanceof IllegalArgumentException && detail.hasUnknownCharset()) {
            return Problem.of(415, detail.of(415, Stream.empty())).toResponse();
        }
        if (fault instanceof RuntimeException && detail.malformedHeader() != null) {
            return Problem.of(400, detail.of(400, Stream.empty())).toResponse();
        }
        Response refusal = closing.answer(request.getMethod(), headers);
        if (refusal != null) {
            LOG.log(System.Logger.Level.DEBUG, "A request met a part of the service that is closed", fault);
            return refusal;
        }
        return incidents.report(fault, request.getMethod(), detail.path()).toResponse();
    }
}
