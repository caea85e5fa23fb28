package dev.fanfare.sink;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A sink over the output of a response that blocks, for frameworks that are no Jakarta REST. Only Fanfare writes to it, by one
 * thread at a time.
 */
public final class OutputSink implements SseEventSink, Flushable {
    /** The response. Methods may block. */
    public interface Response {
        /** Sends the head, and gives what the body is written to; called once. */
        OutputStream begin() throws IOException;

        /** Ends the response; called once, and never while something is written. */
        void end();
    }

    private final Response response;
    private volatile boolean closed;
    private volatile OutputStream body = OutputStream.nullOutputStream();

    /** A sink for one response, which is not begun yet. */
    public OutputSink(Response response) {
        this.response = response;
    }

    /** Sends the head of the response. */
    @Override
    public void flush() throws IOException {
        body = response.begin();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Has what is sent afterwards fail: the client is gone. */
    public void gone() {
        closed = true;
    }

    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        if (!(event instanceof EncodedEvents encoded)) {
            throw new UnsupportedOperationException(
                    "This sink is not written to: hand it to a method of Fanfare, such as subscribe or open");
        }
        try {
            if (closed) {
                throw new IOException("The client is gone");
            }
            encoded.writeTo(body);
            body.flush();
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        response.end();
    }
}
