package dev.fanfare.server.grizzly;

import dev.fanfare.rest.StreamGate;
import dev.fanfare.rest.head.RequestTarget;
import dev.fanfare.rest.problem.Problem;
import dev.fanfare.rest.problem.ProblemType;
import dev.fanfare.server.grizzly.limit.ClientAddress;
import dev.fanfare.server.grizzly.limit.ConnectionLimit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.glassfish.grizzly.http.Protocol;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.http.util.DataChunk;
import org.jspecify.annotations.Nullable;

/**
 * Stands before Jersey's handler and does what no filter could. Thread-safe.
 *
 * <ul>
 *   <li>A request target or Host that is no URI gets a 400; it would be a 500 page that names an exception.
 *   <li>Whatever breaks gets a 500 that names nothing, and the log hears of it by {@link FaultNet}.
 *   <li>What breaks because the server closes ends without an answer.
 *   <li>A connection beyond the limit (see {@link ConnectionLimit}) begins no stream, and closes after its answer.
 *   <li>Where the server speaks TLS, a request in clear text is sent on to it (see {@link SecureOnly}).
 *   <li>While the server drains, every connection closes after its answer.
 *   <li>An HTTP/1.0 client gets no chunks (RFC 9112, 6.1), for which Jersey asks where the length is unknown.
 *   <li>A stream on HTTP/1.1 says that its connection stays, which some proxies want to hear.
 *   <li>Every answer has a Date (RFC 9110, 6.6.1).
 *   <li>A client that waits with its body hears {@code 100 Continue} when somebody reads it (see {@link ContinueOnRead}). If
 *       nobody does, the connection ends with the answer, since nobody knows whether the body follows.
 *   <li>A {@code Last-Event-ID} of an answer goes out as the bytes that it is; Grizzly would put blanks in place of those that
 *       are not ASCII.
 * </ul>
 */
final class RequestGuard extends HttpHandler {
    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final HttpHandler guarded;
    private final ConnectionLimit limit;
    private final HttpDate date;
    private final FaultNet net;
    private final ClientAddress addresses;
    private final @Nullable SecureOnly secureOnly;
    private final BooleanSupplier closing;

    /**
     * A guard.
     *
     * @param secureOnly null where the server speaks clear text
     * @param closing whether what it guards is being closed, so that requests break on it
     */
    RequestGuard(
            HttpHandler guarded,
            ConnectionLimit limit,
            HttpDate date,
            FaultNet net,
            ClientAddress addresses,
            @Nullable SecureOnly secureOnly,
            BooleanSupplier closing) {
        super("fanfare");
        this.guarded = guarded;
        this.limit = limit;
        this.date = date;
        this.net = net;
        this.addresses = addresses;
        this.secureOnly = secureOnly;
        this.closing = closing;
    }

    /** Not yet: the request may be refused before its body is read. */
    @Override
    protected boolean sendAcknowledgment(Request request, Response response) {
        return true;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        response.setHeader("Date", date.text());
        String fault = RequestTarget.faultIn("path", request.getRequestURI());
        if (fault == null) {
            fault = RequestTarget.faultIn("query", request.getQueryString());
        }
        if (fault != null) {
            answer(response, Problem.of(ProblemType.BAD_REQUEST, fault));
            return;
        }
        if (secureOnly != null && !secureOnly.serves(request, response)) {
            return;
        }
        request.setAttribute(StreamGate.ADDRESS_PROPERTY, addresses.find(request));
        ConnectionLimit.Bound beyond = limit.beyond(request.getContext().getConnection());
        if (beyond != null) {
            request.setAttribute(
                    StreamGate.BEYOND_LIMIT_PROPERTY,
                    beyond == ConnectionLimit.Bound.SERVER ? StreamGate.FULL : StreamGate.FULL_FOR_ADDRESS);
            request.getRequest().getProcessingState().setKeepAlive(false);
        }
        if (limit.isLeaving()) {
            request.getRequest().getProcessingState().setKeepAlive(false);
        }
        response.getOutputBuffer().registerLifeCycleListener(() -> beforeHead(request, response));
        try {
            guarded.service(request, response);
        } catch (IllegalArgumentException e) {
            if (response.isCommitted()) {
                broken(request, response, e);
                return;
            }
            answer(
                    response,
                    Problem.of(ProblemType.BAD_REQUEST, "The request target and 'Host' together are not a valid URI."));
        } catch (Exception | Error e) {
            broken(request, response, e);
        }
    }

    private static void beforeHead(Request request, Response response) {
        if (request.getProtocol().compareTo(Protocol.HTTP_1_1) < 0) {
            response.getResponse().setChunked(false);
        } else if (isEventStream(response.getContentType())) {
            if (request.getRequest().getProcessingState().isKeepAlive() && response.getHeader("Connection") == null) {
                response.setHeader("Connection", "keep-alive");
            }
            // Set for HEAD too, which would tell of a length of 0 that GET does not have (RFC 9110, 8.6).
            response.getResponse().setContentLength(-1);
            response.getResponse().setChunked(true);
        }
        if (request.requiresAcknowledgement() && !response.getResponse().isAcknowledgement()) {
            request.getRequest().getProcessingState().setKeepAlive(false);
        }
        sendAsBytes(response);
    }

    private static boolean isEventStream(@Nullable String contentType) {
        return contentType != null && contentType.startsWith("text/event-stream");
    }

    /** The characters stand for bytes, as headers of Jakarta REST do elsewhere. */
    private static void sendAsBytes(Response response) {
        DataChunk value = response.getResponse().getHeaders().getValue(LAST_EVENT_ID);
        if (value != null) {
            value.setBytes(value.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private void broken(Request request, Response response, Throwable fault) throws IOException {
        if (!request.getContext().getConnection().isOpen()) {
            return; // the client has left, and whatever met that broke
        }
        request.getRequest().getProcessingState().setKeepAlive(false);
        if (closing.getAsBoolean()) { // no fault; to a client, a connection that ends is a server that ends
            request.getContext().getConnection().terminateSilently();
            return;
        }
        net.caught(fault);
        if (response.isCommitted()) {
            request.getContext().getConnection().terminateSilently();
            return;
        }
        response.reset();
        response.setHeader("Date", date.text());
        answer(response, Problem.of(ProblemType.INTERNAL_ERROR, "The server failed; the request is not the cause."));
    }

    private static void answer(Response response, Problem problem) throws IOException {
        byte[] body = problem.toJson().getBytes(StandardCharsets.UTF_8);
        response.setStatus(problem.status());
        response.setContentType(Problem.MEDIA_TYPE.toString());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
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
