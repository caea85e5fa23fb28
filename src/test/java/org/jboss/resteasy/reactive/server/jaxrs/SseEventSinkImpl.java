package org.jboss.resteasy.reactive.server.jaxrs;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;

/** Writes as the sink of Quarkus REST does: no blank behind a colon, and a line end behind whatever it writes. */
public final class SseEventSinkImpl implements SseEventSink {
    private final ServerHttpResponse response;
    private volatile boolean closed;

    public SseEventSinkImpl(ServerHttpResponse response) {
        this.response = response;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        StringBuilder text = new StringBuilder();
        if (event.getComment() != null) {
            text.append(':').append(event.getComment()).append('\n');
        }
        if (event.getId() != null) {
            text.append("id:").append(event.getId()).append('\n');
        }
        if (event.getName() != null) {
            text.append("event:").append(event.getName()).append('\n');
        }
        if (event.isReconnectDelaySet()) {
            text.append("retry:").append(event.getReconnectDelay()).append('\n');
        }
        if (event.getData() != null) {
            text.append("data:")
                    .append(event.getData().toString().replace("\n", "\ndata:"))
                    .append('\n');
        }
        return response.write(text.append('\n').toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        closed = true;
    }
}
