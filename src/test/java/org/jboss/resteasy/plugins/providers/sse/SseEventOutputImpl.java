package org.jboss.resteasy.plugins.providers.sse;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.spi.AsyncOutputStream;

/** Writes as RESTEasy's sink does: two line ends behind the head, the fields, and a line end behind whatever it writes. */
public final class SseEventOutputImpl implements SseEventSink {
    private final AsyncOutputStream output;
    private volatile boolean begun;
    private volatile boolean closed;

    public SseEventOutputImpl(AsyncOutputStream output) {
        this.output = output;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        StringBuilder text = new StringBuilder(begun ? "" : "\n\n");
        begun = true;
        if (event.getComment() != null) {
            text.append(": ").append(event.getComment()).append('\n');
        }
        if (event.getName() != null) {
            text.append("event: ").append(event.getName()).append('\n');
        }
        if (event.getId() != null) {
            text.append("id: ").append(event.getId()).append('\n');
        }
        if (event.isReconnectDelaySet()) {
            text.append("retry: ").append(event.getReconnectDelay()).append('\n');
        }
        if (event.getData() != null) {
            text.append("data: ")
                    .append(event.getData().toString().replaceAll("\n+", "\ndata: "))
                    .append('\n');
        }
        return output.asyncWrite(text.append('\n').toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        closed = true;
    }
}
