package dev.fanfare.spring;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The heads of a stream's request and response, the same in Spring MVC and WebFlux. Stateless. */
final class StreamHead {
    private StreamHead() {}

    /** Has nothing on the way keep the stream, change it or hold it back. */
    static void addTo(BiConsumer<String, String> headers) {
        headers.accept("Content-Type", "text/event-stream");
        headers.accept("Cache-Control", "no-cache, no-store, no-transform");
        headers.accept("X-Accel-Buffering", "no");
    }

    /** The header, or else the query parameter that readers send which can't set one. */
    static @Nullable String lastEventId(UnaryOperator<@Nullable String> header, Function<String, List<String>> query) {
        String sent = header.apply("Last-Event-ID");
        List<String> asked = query.apply("lastEventID");
        return sent != null || asked.isEmpty() ? sent : asked.get(asked.size() - 1);
    }
}
