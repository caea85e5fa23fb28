package dev.fanfare.tracing.otel;

import dev.fanfare.event.Event;
import dev.fanfare.event.TraceContext;
import dev.fanfare.tracing.Tracing;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spans by an {@link OpenTelemetry}. Thread-safe.
 *
 * <pre>{@code
 * Fanfare.builder().tracing(OpenTelemetryTracing.of(openTelemetry)).build()
 * }</pre>
 */
public final class OpenTelemetryTracing implements Tracing {
    private static final String SCOPE = "dev.fanfare";
    private static final int LONGEST_TEXT = 1024;

    private final Tracer tracer;
    private final TextMapPropagator propagator;

    private OpenTelemetryTracing(OpenTelemetry openTelemetry) {
        this.tracer = openTelemetry.getTracer(SCOPE);
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    /** Has spans recorded by an {@code OpenTelemetry}, and reads the headers of requests as its propagators say. */
    public static Tracing of(OpenTelemetry openTelemetry) {
        return openTelemetry.getTracerProvider() == TracerProvider.noop()
                ? NONE
                : new OpenTelemetryTracing(openTelemetry);
    }

    /**
     * Has spans recorded by the {@code GlobalOpenTelemetry} once there is one. It is not asked for before: whoever asks makes it, and
     * an application could not set its own any more.
     *
     * @throws LinkageError if there is no OpenTelemetry API, or one before 1.57
     */
    public static Tracing global() {
        return GlobalOpenTelemetry.isSet() ? of(GlobalOpenTelemetry.get()) : new GlobalTracing();
    }

    /**
     * Asks for the {@code GlobalOpenTelemetry}, which makes it if OpenTelemetry's autoconfiguration is there and switched on; for
     * a process that nobody else sets it in.
     *
     * @throws LinkageError if there is no OpenTelemetry API
     */
    public static void startGlobal() {
        GlobalOpenTelemetry.get();
    }

    @Override
    public @Nullable TraceContext requested(Function<String, @Nullable String> header) {
        SpanContext current = Span.current().getSpanContext();
        return SpanContexts.write(current.isValid() ? current : extracted(header));
    }

    private SpanContext extracted(Function<String, @Nullable String> header) {
        Context context = propagator.extract(Context.root(), header, HeaderGetter.INSTANCE);
        return Span.fromContext(context).getSpanContext();
    }

    @Override
    public @Nullable Publication publishing(List<Event> events) {
        Event first = events.get(0);
        TraceContext parent = first.trace();
        SpanBuilder builder = tracer.spanBuilder("publish")
                .setParent(parent == null ? Context.current() : SpanContexts.read(parent))
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute(SpanAttributes.SYSTEM, SpanAttributes.FANFARE)
                .setAttribute(SpanAttributes.OPERATION_NAME, "publish")
                .setAttribute(SpanAttributes.OPERATION_TYPE, "send");
        if (!first.topics().isEmpty()) {
            builder.setAttribute(
                    SpanAttributes.DESTINATION, bounded(first.topics().get(0).value()));
        }
        if (events.size() > 1) {
            builder.setAttribute(SpanAttributes.MESSAGE_COUNT, (long) events.size());
        }
        Span span = builder.startSpan();
        TraceContext context = span.getSpanContext().isSampled() ? SpanContexts.write(span.getSpanContext()) : null;
        if (context == null) {
            span.end();
            return null;
        }
        return new PublishSpan(span, context, events.size() == 1);
    }

    private record PublishSpan(Span span, TraceContext context, boolean isOne) implements Publication {
        @Override
        public void end(@Nullable String id, @Nullable Throwable error, long at) {
            if (id != null && isOne) {
                span.setAttribute(SpanAttributes.MESSAGE_ID, bounded(id));
            }
            fail(span, error);
            span.end(at, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void delivered(Delivery delivery) {
        SpanBuilder builder = tracer.spanBuilder("deliver")
                .setParent(SpanContexts.read(delivery.event().publication()))
                .setSpanKind(SpanKind.CONSUMER)
                .setStartTimestamp(delivery.from(), TimeUnit.NANOSECONDS)
                .setAttribute(SpanAttributes.SYSTEM, SpanAttributes.FANFARE)
                .setAttribute(SpanAttributes.OPERATION_NAME, "deliver")
                .setAttribute(
                        SpanAttributes.DESTINATION, bounded(delivery.event().topic()))
                .setAttribute(
                        SpanAttributes.MESSAGE_ID, bounded(delivery.event().id()))
                .setAttribute(SpanAttributes.CLIENTS, (long) delivery.clients())
                .setAttribute(SpanAttributes.REPLAY, delivery.isReplay())
                .setAttribute(SpanAttributes.COMPLETE, delivery.isComplete());
        builder.startSpan().end(delivery.to(), TimeUnit.NANOSECONDS);
    }

    @Override
    public @Nullable Poll polling(String source, String url) {
        Span span = tracer.spanBuilder("poll " + source)
                .setNoParent()
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(SpanAttributes.SOURCE, source)
                .setAttribute(SpanAttributes.STATUS, bounded(url))
                .startSpan();
        if (!span.getSpanContext().isSampled()) {
            span.end();
            return null;
        }
        return new PollSpan(span);
    }

    private record PollSpan(Span span) implements Poll {
        @Override
        public <T> T ask(Supplier<T> question) {
            Scope scope = Context.root().with(span).makeCurrent();
            try {
                return question.get();
            } finally {
                scope.close();
            }
        }

        @Override
        public void end(String outcome, @Nullable Throwable error) {
            span.setAttribute(SpanAttributes.OUTCOME, outcome);
            fail(span, error);
            span.end();
        }
    }

    @Override
    public Map<String, String> outgoing() {
        Map<String, String> headers = new HashMap<>();
        propagator.inject(Context.current(), headers, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        return headers;
    }

    private static void fail(Span span, @Nullable Throwable error) {
        if (error == null) {
            return;
        }
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        span.setStatus(StatusCode.ERROR, bounded(String.valueOf(cause.getMessage())));
        span.setAttribute(SpanAttributes.ERROR_TYPE, cause.getClass().getName());
    }

    private static String bounded(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }
}
