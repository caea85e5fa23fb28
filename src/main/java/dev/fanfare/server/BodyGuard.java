package dev.fanfare.server;

import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;

/**
 * Stands before everything else and keeps bodies within bounds where only the server can. A client that asks by {@code Expect:
 * 100-continue} whether a body over the limit is wanted is not told to send it; the refusal is its answer. And the connection
 * ends after a chunked body: Grizzly drops a {@code Content-Length} beside it before anybody sees it, and then what a proxy
 * took for the body could be the next request (RFC 9112, 6.1).
 */
final class BodyGuard extends HttpHandler {
    private final HttpHandler guarded;
    private final long mostBytes;

    /** @param mostBytes most bytes of a body that any resource takes */
    BodyGuard(HttpHandler guarded, long mostBytes) {
        super("fanfare");
        this.guarded = guarded;
        this.mostBytes = mostBytes;
    }

    @Override
    protected boolean sendAcknowledgment(Request request, Response response) throws java.io.IOException {
        return request.getContentLengthLong() > mostBytes || super.sendAcknowledgment(request, response);
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        if (request.getRequest().isChunked()) {
            request.getRequest().getProcessingState().setKeepAlive(false);
        }
        guarded.service(request, response);
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
