package dev.fanfare.server.grizzly;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.http.util.DataChunk;

/**
 * Stands before everything else and does for the hub what only the server can.
 *
 * <ul>
 *   <li>A client that asks by {@code Expect: 100-continue} whether a body over the limit is wanted is not told to send it; the
 *       refusal is its answer.
 *   <li>The connection ends after a chunked body: Grizzly drops a {@code Content-Length} beside it before anybody sees it, and
 *       what a proxy took for the body could then be the next request (RFC 9112, 6.1).
 *   <li>A {@code Last-Event-ID} of an answer goes out as the bytes that it is; Grizzly would put blanks in place of those that
 *       are not ASCII.
 * </ul>
 */
final class HubGuard extends HttpHandler {
    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final HttpHandler guarded;
    private final long mostBytes;

    /** @param mostBytes most bytes of a body that any resource takes */
    HubGuard(HttpHandler guarded, long mostBytes) {
        super("fanfare");
        this.guarded = guarded;
        this.mostBytes = mostBytes;
    }

    @Override
    protected boolean sendAcknowledgment(Request request, Response response) throws IOException {
        return request.getContentLengthLong() > mostBytes || super.sendAcknowledgment(request, response);
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        if (request.getRequest().isChunked()) {
            request.getRequest().getProcessingState().setKeepAlive(false);
        }
        if (request.getQueryString() != null) {
            response.getOutputBuffer().registerLifeCycleListener(() -> sendAsBytes(response));
        }
        guarded.service(request, response);
    }

    /** The characters stand for bytes, as headers of Jakarta REST do elsewhere. */
    private static void sendAsBytes(Response response) {
        DataChunk value = response.getResponse().getHeaders().getValue(LAST_EVENT_ID);
        if (value != null) {
            value.setBytes(value.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
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
