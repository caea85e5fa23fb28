package org.jboss.resteasy.plugins.providers.sse;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A sink that Fanfare does not know, in a package that it does. Thread-safe. */
public final class UnknownSink implements SseEventSink {
    private final List<OutboundSseEvent> sent = new CopyOnWriteArrayList<>();

    public List<OutboundSseEvent> sent() {
        return sent;
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        sent.add(event);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
}
