package dev.fanfare.server.grizzly;

import dev.fanfare.rest.RequestTarget;
import dev.fanfare.rest.StreamGate;
import dev.fanfare.rest.problem.Problem;
import dev.fanfare.rest.problem.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.glassfish.grizzly.http.Protocol;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.http.util.FastHttpDateFormat;
import org.jspecify.annotations.Nullable;

/**
 * Stands before Jersey's handler and sets right what no filter could: a request target or Host that is no URI would be a 500
 * page that names an exception; an HTTP/1.0 client would get chunks (RFC 9112, 6.1), since Jersey asks for them where the
 * length is unknown; a stream on HTTP/1.1 says that its connection stays, which some proxies want to hear; and every answer
 * has a Date (RFC 9110, 6.6.1).
 */
final class RequestGuard extends HttpHandler {
    private final HttpHandler guarded;

    RequestGuard(HttpHandler guarded) {
        super("fanfare");
        this.guarded = guarded;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        response.setHeader("Date", FastHttpDateFormat.getCurrentDate());
        String fault = RequestTarget.faultIn("path", request.getRequestURI());
        if (fault == null) {
            fault = RequestTarget.faultIn("query", request.getQueryString());
        }
        if (fault != null) {
            refuse(response, fault);
            return;
        }
        request.setAttribute(StreamGate.ADDRESS_PROPERTY, request.getRemoteAddr());
        boolean old = request.getProtocol().compareTo(Protocol.HTTP_1_1) < 0;
        response.getOutputBuffer().registerLifeCycleListener(() -> {
            if (old) {
                response.getResponse().setChunked(false);
            } else if (isEventStream(response.getContentType())) {
                response.setHeader("Connection", "keep-alive");
                // Set for HEAD too, which would tell of a length of 0 that GET does not have (RFC 9110, 8.6).
                response.getResponse().setContentLength(-1);
                response.getResponse().setChunked(true);
            }
        });
        try {
            guarded.service(request, response);
        } catch (IllegalArgumentException e) {
            if (response.isCommitted()) {
                throw e;
            }
            refuse(response, "The request line and the Host header make no valid URI.");
        }
    }

    private static boolean isEventStream(@Nullable String contentType) {
        return contentType != null && contentType.startsWith("text/event-stream");
    }

    private static void refuse(Response response, String fault) throws IOException {
        byte[] body = Problem.of(ProblemType.BAD_REQUEST, fault).toJson().getBytes(StandardCharsets.UTF_8);
        response.setStatus(ProblemType.BAD_REQUEST.status());
        response.setContentType(Problem.MEDIA_TYPE.toString());
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    @Override
    public void start() {
        guarded.start();
    }

    @Override
    public void destroy() {
        guarded.destroy();
    }
}
