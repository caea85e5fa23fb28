package dev.fanfare.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is published: one event of an event stream and the topics it belongs to. Immutable; any thread may use it.
 *
 * <pre>{@code
 * Event.builder().topic("https://example.com/jobs/42").type("progress").data("{\"done\":7}").build()
 * }</pre>
 *
 * @param id the publisher's id; null lets the hub make one
 * @param topics the topics it is published to, the first being the canonical one; empty for an event that goes to one
 *     client directly
 * @param type the event's type; null arrives at {@code onmessage}
 * @param data the text, of any number of lines; null writes no {@code data} field, so that no {@code EventSource}
 *     dispatches the event
 * @param comment a comment that no {@code EventSource} shows; null for none
 * @param retry the reconnection delay to set at the client, 0 to {@link #MAX_RETRY}, in whole milliseconds; null for none
 * @param isPrivate whether only subscribers with a right to one of its topics get it
 * @param trace the span that it belongs to: before it is published the one to be its parent, afterwards the one in which it was
 *     published, if that is recorded; null for none. Subscribers do not get it
 */
public record Event(
        @Nullable EventId id,
        List<Topic> topics,
        @Nullable String type,
        @Nullable String data,
        @Nullable String comment,
        @Nullable Duration retry,
        boolean isPrivate,
        @Nullable TraceContext trace) {

    /** Most bytes of UTF-8 that a type may have. */
    public static final int MAX_TYPE_BYTES = 1024;

    /** The longest reconnection delay that an event can set. */
    public static final Duration MAX_RETRY = Duration.ofDays(30);

    /** @throws IllegalArgumentException if the type has a control character or is too long, or the retry is out of range */
    public Event {
        topics = List.copyOf(topics);
        if (type != null) {
            Text.requireLine(type, "event type", MAX_TYPE_BYTES);
        }
        if (retry != null && (retry.isNegative() || retry.compareTo(MAX_RETRY) > 0)) {
            throw new IllegalArgumentException("retry is " + retry + "; it must be from 0 to " + MAX_RETRY);
        }
    }

    /** An event that belongs to no trace. */
    public Event(
            @Nullable EventId id,
            List<Topic> topics,
            @Nullable String type,
            @Nullable String data,
            @Nullable String comment,
            @Nullable Duration retry,
            boolean isPrivate) {
        this(id, topics, type, data, comment, retry, isPrivate, null);
    }

    /** An event without topics, type and id: what one client gets in {@code onmessage}. */
    public static Event of(String data) {
        return builder().data(data).build();
    }

    /** A builder whose event has empty data, no topic and nothing else. */
    public static Builder builder() {
        return new Builder();
    }

    /** The same event under another id. */
    public Event withId(EventId newId) {
        return new Event(newId, topics, type, data, comment, retry, isPrivate, trace);
    }

    /** The same event in another trace, or in none. */
    public Event withTrace(@Nullable TraceContext newTrace) {
        return new Event(id, topics, type, data, comment, retry, isPrivate, newTrace);
    }

    /** Collects the parts of an {@link Event}. Not thread-safe. */
    public static final class Builder {
        private final List<Topic> topics = new ArrayList<>(1);
        private @Nullable EventId id;
        private @Nullable String type;
        private @Nullable String data = "";
        private @Nullable String comment;
        private @Nullable Duration retry;
        private boolean isPrivate;

        private Builder() {}

        /** Sets the id; by default the hub makes one. */
        public Builder id(String value) {
            id = new EventId(value);
            return this;
        }

        /** Adds a topic; the first is the canonical one. */
        public Builder topic(String value) {
            topics.add(new Topic(value));
            return this;
        }

        /** Sets the type that {@code addEventListener} names; by default there is none. */
        public Builder type(@Nullable String value) {
            type = value;
            return this;
        }

        /** Sets the data, by default empty; null leaves out the field. */
        public Builder data(@Nullable String value) {
            data = value;
            return this;
        }

        /** Sets a comment. */
        public Builder comment(@Nullable String value) {
            comment = value;
            return this;
        }

        /** Sets the client's reconnection delay. */
        public Builder retry(@Nullable Duration value) {
            retry = value;
            return this;
        }

        /** Makes the event private: only subscribers with a right to one of its topics get it. */
        public Builder isPrivate(boolean value) {
            isPrivate = value;
            return this;
        }

        /**
         * The event.
         *
         * @throws IllegalArgumentException as the constructor of {@link Event}
         */
        public Event build() {
            return new Event(id, topics, type, data, comment, retry, isPrivate);
        }
    }
}
