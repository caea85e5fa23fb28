package dev.fanfare.sink;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A sink that is no Jersey's: it does with each event what a test says, and counts how often it is closed. Thread-safe. */
final class FakeSink implements SseEventSink {
    private final List<OutboundSseEvent> sent = new CopyOnWriteArrayList<>();
    private final AtomicInteger closings = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger mostInside = new AtomicInteger();
    private final Function<Integer, CompletionStage<?>> answers;

    /** @param answers what {@code send} does, given the number of the event, the first being 1 */
    FakeSink(Function<Integer, CompletionStage<?>> answers) {
        this.answers = answers;
    }

    /** A sink that takes everything at once. */
    static FakeSink taking() {
        return new FakeSink(number -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
        try {
            sent.add(event);
            return answers.apply(sent.size());
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public boolean isClosed() {
        return closings.get() > 0;
    }

    @Override
    public void close() {
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
        closings.incrementAndGet();
        inside.decrementAndGet();
    }

    List<OutboundSseEvent> sent() {
        return sent;
    }

    int closings() {
        return closings.get();
    }

    /** The most threads that have been in the sink at the same time. */
    int mostInside() {
        return mostInside.get();
    }
}
