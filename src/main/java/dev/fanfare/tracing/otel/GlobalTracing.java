package dev.fanfare.tracing.otel;

import dev.fanfare.event.Event;
import dev.fanfare.event.TraceContext;
import dev.fanfare.tracing.Tracing;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Waits for somebody to set the {@code GlobalOpenTelemetry}, and looks for it once a second at most, since the question takes a
 * lock that all of the process share. Thread-safe.
 */
final class GlobalTracing implements Tracing {
    private static final long BETWEEN_LOOKS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile @Nullable Tracing found;
    private volatile long lookedNanos = System.nanoTime() - BETWEEN_LOOKS_NANOS;

    private Tracing now() {
        Tracing known = found;
        return known != null ? known : look();
    }

    private Tracing look() {
        long now = System.nanoTime();
        if (now - lookedNanos < BETWEEN_LOOKS_NANOS) {
            return NONE;
        }
        lookedNanos = now;
        if (!GlobalOpenTelemetry.isSet()) {
            return NONE;
        }
        Tracing set = OpenTelemetryTracing.of(GlobalOpenTelemetry.get());
        found = set;
        return set;
    }

    @Override
    public @Nullable TraceContext requested(Function<String, @Nullable String> header) {
        return now().requested(header);
    }

    @Override
    public @Nullable Publication publishing(List<Event> events) {
        return now().publishing(events);
    }

    @Override
    public @Nullable Poll polling(String source, String url) {
        return now().polling(source, url);
    }

    @Override
    public void delivered(Delivery delivery) {
        now().delivered(delivery);
    }

    @Override
    public Map<String, String> outgoing() {
        return now().outgoing();
    }
}
