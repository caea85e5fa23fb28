package dev.fanfare.tracing.otel;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lets a propagator read headers, of which only the names that it asks for are known. */
enum HeaderGetter implements TextMapGetter<Function<String, @Nullable String>> {
    INSTANCE;

    @Override
    @SuppressWarnings("deprecation") // versions of before need it
    public Iterable<String> keys(Function<String, @Nullable String> headers) {
        return List.of();
    }

    @Override
    public @Nullable String get(@Nullable Function<String, @Nullable String> headers, String name) {
        return headers == null ? null : headers.apply(name);
    }
}
