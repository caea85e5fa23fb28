package dev.fanfare.tracing;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * An event that belongs to a trace.
 *
 * @param publication the span in which it was published
 * @param topic its canonical topic
 * @param id its id
 */
public record Traced(TraceContext publication, String topic, String id) {
    private static final int OVERHEAD_BYTES = 256;

    /** What is to be known of an event for its trace; null if it belongs to none. */
    public static @Nullable Traced of(Event event) {
        TraceContext publication = event.trace();
        if (publication == null) {
            return null;
        }
        EventId id = event.id();
        return new Traced(
                publication,
                event.topics().isEmpty() ? "" : event.topics().get(0).value(),
                id == null ? "" : id.value());
    }

    /** What it takes up in memory beside the event. */
    public long retainedBytes() {
        return (long) OVERHEAD_BYTES + publication.state().length() + id.length();
    }
}
