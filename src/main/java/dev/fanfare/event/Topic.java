package dev.fanfare.event;

/**
 * A name that events are published to; usually a URL or a path, compared character by character. Never empty, at most
 * {@value #MAX_BYTES} bytes of UTF-8, without control characters.
 *
 * @param value the text of the topic
 */
public record Topic(String value) {
    /** Most bytes of UTF-8 that a topic may have. */
    public static final int MAX_BYTES = 4096;

    /** @throws IllegalArgumentException if {@code value} is empty, too long, or has a control character */
    public Topic {
        Text.requireLine(value, "topic", MAX_BYTES);
    }

    @Override
    public String toString() {
        return value;
    }
}
