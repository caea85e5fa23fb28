package dev.fanfare.spring;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.hub.Rights;
import dev.fanfare.sink.RequestReader;
import dev.fanfare.status.watch.Admission;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a controller of Spring MVC or WebFlux returns to stream events. The stream resumes behind the request's {@code
 * Last-Event-ID}, no thread waits for the client, and what a slow client costs is bounded, all as in a Jakarta REST resource.
 *
 * <pre>{@code
 * @GetMapping("/news/{topic}")
 * EventStream follow(@PathVariable String topic) {
 *     return EventStream.topics(fanfare, "news/" + topic);
 * }
 * }</pre>
 *
 * <p>Immutable; opened once for each time it is returned.
 */
public final class EventStream {
    private final Opening opening;

    /** Hands the sink of a request to one of the methods of {@link Fanfare} that take one. */
    @FunctionalInterface
    public interface Opening {
        /**
         * Called in the request's thread; must not block.
         *
         * @param sink to be handed over once, and not to be written to
         * @param lastEventId the request's {@code Last-Event-ID}; null if it has none
         */
        void open(SseEventSink sink, @Nullable String lastEventId);
    }

    private EventStream(Opening opening) {
        this.opening = opening;
    }

    /** A stream that {@code opening} begins, for a generator, an {@link dev.fanfare.EventWriter} or a broadcaster. */
    public static EventStream of(Opening opening) {
        return new EventStream(opening);
    }

    /** The events of topics, or of URI templates of topics; see {@link Fanfare#subscribe(SseEventSink, String, String...)}. */
    public static EventStream topics(Fanfare fanfare, String... selectors) {
        return topics(fanfare, Rights.PUBLIC_ONLY, List.of(selectors));
    }

    /** The same for a client that may see private events as well. */
    public static EventStream topics(Fanfare fanfare, Rights rights, List<String> selectors) {
        List<String> wanted = List.copyOf(selectors);
        return of((sink, lastEventId) -> fanfare.subscribe(sink, lastEventId, rights, wanted));
    }

    /**
     * A status, each time that it changes, until it ends; see {@link Fanfare#watch}. A client that knows the end gets 204, and
     * one that asks for a status that is not there 404.
     */
    public static EventStream status(Fanfare fanfare, String name, Map<String, String> params) {
        Map<String, String> wanted = Map.copyOf(params);
        return of((sink, lastEventId) -> {
            Parts parts = Parts.of(fanfare);
            Admission admission =
                    parts.watch(() -> parts.outlets().of(sink), RequestReader.of(sink), lastEventId, name, wanted);
            if (admission == Admission.OVER) {
                throw new NoStream(204, "The status has ended, and the client knows it");
            }
            if (admission == Admission.MISSING) {
                throw new NoStream(404, "There is no such status");
            }
        });
    }

    void open(SseEventSink sink, @Nullable String lastEventId) {
        opening.open(sink, lastEventId);
    }
}
