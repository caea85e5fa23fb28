package dev.fanfare.sink;

import dev.fanfare.event.Event;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A frame as text and as the fields of its event, for those who can't write bytes. Made once a frame. Immutable. */
final class FrameFields {
    private final String text;
    private volatile @Nullable Event event;

    private FrameFields(Frame frame) {
        this.text = frame.payloadText();
    }

    static FrameFields of(Frame frame) {
        return (FrameFields) frame.rendition(FrameFields::new);
    }

    /** The whole payload. */
    String text() {
        return text;
    }

    /** The event, read back; nobody else needs to be told of a second reading. */
    Event event() {
        Event read = event;
        if (read == null) {
            read = read();
            event = read;
        }
        return read;
    }

    private Event read() {
        Event.Builder builder = Event.builder().data(null);
        StringBuilder data = null;
        StringBuilder comment = null;
        for (String line : text.split("\n", -1)) {
            int colon = line.indexOf(':');
            String value = line.substring(Math.min(line.length(), colon + 2));
            switch (line.substring(0, Math.max(0, colon))) {
                case "data" -> data = appendLine(data, value);
                case "id" -> builder.id(value);
                case "event" -> builder.type(value);
                case "retry" -> builder.retry(Duration.ofMillis(Long.parseLong(value)));
                default -> comment = colon == 0 ? appendLine(comment, value) : comment;
            }
        }
        builder.data(data == null ? null : data.toString());
        return builder.comment(comment == null ? null : comment.toString()).build();
    }

    private static StringBuilder appendLine(@Nullable StringBuilder text, String line) {
        return text == null ? new StringBuilder(line) : text.append('\n').append(line);
    }
}
