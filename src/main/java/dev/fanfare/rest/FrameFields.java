package dev.fanfare.rest;

import dev.fanfare.event.Event;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads a frame back into the fields that it was encoded from. */
final class FrameFields {
    private FrameFields() {}

    /** The event in {@code frame}; comment and data are null where the frame has none. */
    static Event read(Frame frame) {
        Event.Builder event = Event.builder().data(null);
        StringBuilder data = null;
        StringBuilder comment = null;
        for (String line : frame.payloadText().split("\n", -1)) {
            int colon = line.indexOf(':');
            String value = line.substring(Math.min(line.length(), colon + 2));
            switch (line.substring(0, Math.max(0, colon))) {
                case "data" -> data = appendLine(data, value);
                case "id" -> event.id(value);
                case "event" -> event.type(value);
                case "retry" -> event.retry(Duration.ofMillis(Long.parseLong(value)));
                default -> comment = colon == 0 ? appendLine(comment, value) : comment;
            }
        }
        event.data(data == null ? null : data.toString());
        return event.comment(comment == null ? null : comment.toString()).build();
    }

    private static StringBuilder appendLine(@Nullable StringBuilder text, String line) {
        return text == null ? new StringBuilder(line) : text.append('\n').append(line);
    }
}
