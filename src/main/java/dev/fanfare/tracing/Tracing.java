package dev.fanfare.tracing;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.TraceContext;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where spans go. A port; implementations are thread-safe. What is not recorded costs nothing behind {@code null}: whoever gets
 * it goes on without a span.
 */
public interface Tracing {
    /** Traces nothing. */
    Tracing NONE = new Tracing() {};

    /**
     * The context in which a request asks: that of the span in which the calling thread is, else what the request's headers say.
     *
     * @param header gives the value of a header, several of one name joined by commas; null if there is none
     */
    default @Nullable TraceContext requested(Function<String, @Nullable String> header) {
        return null;
    }

    /**
     * Begins the span of a publication.
     *
     * @param events at least one; the first one's {@link Event#trace} is the parent, else the span in which the calling thread is
     * @return null if it is not recorded
     */
    default @Nullable Publication publishing(List<Event> events) {
        return null;
    }

    /**
     * Begins the span of a poll.
     *
     * @param source the name of the source
     * @param url the status that is asked for
     * @return null if it is not recorded
     */
    default @Nullable Poll polling(String source, String url) {
        return null;
    }

    /** Records that an event was handed to clients. Called when all is over, in a thread that may block. */
    default void delivered(Delivery delivery) {}

    /** The headers that tell another service of the span in which the calling thread is. */
    default Map<String, String> outgoing() {
        return Map.of();
    }

    /** The span of a publication. */
    interface Publication {
        /** What the events carry on. */
        TraceContext context();

        /**
         * Ends it. Called once, in a thread that may block.
         *
         * @param id that of the first event; null if nothing was published
         * @param error why not; null if it was
         * @param at when, in nanoseconds since 1970
         */
        void end(@Nullable String id, @Nullable Throwable error, long at);
    }

    /** The span of a poll. */
    interface Poll {
        /** Asks, in the span. */
        <T> T ask(Supplier<T> question);

        /**
         * Ends it, by any thread.
         *
         * @param outcome what the source said, in a word
         * @param error why it said nothing; null if it did
         */
        void end(String outcome, @Nullable Throwable error);
    }

    /**
     * What became of an event on this node.
     *
     * @param event which one
     * @param from when it was there to be written, in nanoseconds since 1970
     * @param to when the last client had it, or when it was not waited for any longer
     * @param clients how many clients it was for
     * @param isReplay whether a client got it out of the history
     * @param isComplete whether all those clients had it
     */
    record Delivery(Traced event, long from, long to, int clients, boolean isReplay, boolean isComplete) {}

    /**
     * An event that belongs to a trace.
     *
     * @param publication the span in which it was published
     * @param topic its canonical topic
     * @param id its id
     */
    record Traced(TraceContext publication, String topic, String id) {
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
}
