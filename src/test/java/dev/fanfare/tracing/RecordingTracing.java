package dev.fanfare.tracing;

import dev.fanfare.event.Event;
import dev.fanfare.event.TraceContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Records every publication, unless a test samples none, and keeps what became of the events. Thread-safe. */
public final class RecordingTracing implements Tracing {
    /** A publication that has ended. */
    public record Published(
            TraceContext context,
            @Nullable String id,
            @Nullable Throwable error) {}

    public final List<Published> published = new CopyOnWriteArrayList<>();
    public final List<Delivery> delivered = new CopyOnWriteArrayList<>();
    public volatile boolean samples = true;
    private final AtomicLong spans = new AtomicLong();

    @Override
    public @Nullable Publication publishing(List<Event> events) {
        if (!samples) {
            return null;
        }
        String span = String.format("%016x", spans.incrementAndGet());
        TraceContext context = new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-" + span + "-01", "");
        return new Publication() {
            @Override
            public TraceContext context() {
                return context;
            }

            @Override
            public void end(@Nullable String id, @Nullable Throwable error, long at) {
                published.add(new Published(context, id, error));
            }
        };
    }

    @Override
    public void delivered(Delivery delivery) {
        delivered.add(delivery);
    }
}
