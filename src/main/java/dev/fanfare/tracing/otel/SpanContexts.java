package dev.fanfare.tracing.otel;

import dev.fanfare.event.TraceContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Contexts of spans as texts: always as W3C has them, whatever headers the propagators of a process read. */
final class SpanContexts {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final String PARENT = "traceparent";
    private static final String STATE = "tracestate";

    private SpanContexts() {}

    /** Null if it is none. */
    static @Nullable TraceContext write(SpanContext context) {
        if (!context.isValid()) {
            return null;
        }
        if (context.getTraceState().isEmpty()) {
            return TraceContext.of(
                    "00-" + context.getTraceId() + '-' + context.getSpanId() + '-'
                            + context.getTraceFlags().asHex(),
                    null);
        }
        Map<String, String> texts = new HashMap<>();
        W3C.inject(Context.root().with(Span.wrap(context)), texts, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        return TraceContext.of(texts.get(PARENT), texts.get(STATE));
    }

    /** A context whose span is elsewhere. */
    static Context read(TraceContext trace) {
        if (trace.state().isEmpty()) {
            return Context.root()
                    .with(Span.wrap(SpanContext.createFromRemoteParent(
                            trace.traceId(),
                            trace.spanId(),
                            TraceFlags.fromHex(trace.parent(), TraceContext.FLAGS_AT),
                            TraceState.getDefault())));
        }
        return W3C.extract(
                Context.root(),
                name -> name.equals(PARENT) ? trace.parent() : name.equals(STATE) ? trace.state() : null,
                HeaderGetter.INSTANCE);
    }
}
