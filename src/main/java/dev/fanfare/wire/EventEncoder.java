package dev.fanfare.wire;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Writes {@code text/event-stream} so that every conforming reader gets back what was given: data is split at LF, CR and
 * CRLF into one {@code data} field each; ids and types can hold no line end since {@link EventId} and {@link Event}
 * refuse them. Stateless.
 *
 * <p>See <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">WHATWG HTML
 * 9.2.5 and 9.2.6</a>.
 */
public final class EventEncoder {
    /** A comment without text: keeps a connection alive; no application sees it. */
    public static final Frame HEARTBEAT = new Line().raw(":\n").frame(0);

    private EventEncoder() {}

    /** The frame of an event under the id it carries, if any. */
    public static Frame encode(Event event) {
        Line out = new Line();
        String comment = event.comment();
        if (comment != null) {
            out.lines(": ", comment);
        }
        Duration retry = event.retry();
        if (retry != null) {
            out.raw("retry: " + retry.toMillis() + "\n");
        }
        String type = event.type();
        if (type != null) {
            out.raw("event: " + type + "\n");
        }
        EventId id = event.id();
        if (id != null) {
            out.raw("id: " + id.value() + "\n");
        }
        String data = event.data();
        if (data != null) {
            out.lines("data: ", data);
        }
        // Comments and a delay are read line by line. An empty line behind them would end a block without data, which
        // many
        // readers hand to their application as an empty event.
        boolean isBlock = type != null || id != null || data != null || (comment == null && retry == null);
        return isBlock ? out.raw("\n").frame(data != null ? 1 : 0) : out.frame(0);
    }

    /**
     * What a stream begins with: an empty comment, so that the client sees the stream open at once, and the
     * reconnection delay. Clients take each by its line; an empty line behind them would be an empty event to many.
     */
    public static Frame opening(Duration retry) {
        return new Line().raw(":\nretry: " + retry.toMillis() + "\n").frame(0);
    }

    /** A block that only moves the client's last event id. A browser dispatches nothing; many other readers hand on an empty event. */
    public static Frame idOnly(EventId id) {
        return new Line().raw("id: " + id.value() + "\n\n").frame(0);
    }

    /** A comment of any number of lines, without the empty line that would make it a block. */
    public static Frame comment(String text) {
        return new Line().lines(": ", text).frame(0);
    }

    /** Collects bytes of UTF-8. */
    private static final class Line extends ByteArrayOutputStream {
        Line() {
            super(256);
        }

        Line raw(String text) {
            writeBytes(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /** One field per line of {@code text}; an empty text is one empty line. */
        Line lines(String field, String text) {
            int start = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\n' || c == '\r') {
                    raw(field).raw(text.substring(start, i)).raw("\n");
                    if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                        i++;
                    }
                    start = i + 1;
                }
            }
            return raw(field).raw(text.substring(start)).raw("\n");
        }

        Frame frame(int events) {
            return new Frame(buf, count, events);
        }
    }
}
