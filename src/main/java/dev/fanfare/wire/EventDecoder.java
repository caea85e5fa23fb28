package dev.fanfare.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Reads {@code text/event-stream} as it arrives, in pieces of any size, and calls a {@link Handler} with what a browser would
 * dispatch. Lines end with LF, CR or CRLF; a BOM at the very beginning is passed over; an event that the end of the stream
 * cuts off is dropped. Bytes that are no UTF-8 become U+FFFD.
 *
 * <p>Not thread-safe. See <a
 * href="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation">WHATWG HTML 9.2.6</a>.
 */
public final class EventDecoder {
    /** Gets what was read, in order, in the thread that feeds the decoder. */
    public interface Handler {
        /**
         * An event is complete.
         *
         * @param type the type; {@code message} if the event named none
         * @param data the data without the last line end; may be empty
         * @param lastEventId the last event id as of this event; empty if there is none
         */
        void event(String type, String data, String lastEventId);

        /** The server set the reconnection delay. */
        default void retry(Duration delay) {}

        /** A comment line, without its colon. */
        default void comment(String text) {}
    }

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final Handler handler;
    private final int maxEventBytes;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private String type = "";
    private String idBuffer = "";
    private String lastEventId = "";
    private boolean skipLineFeed;
    private int bomSeen;
    private long eventBytes;

    /**
     * A decoder at the beginning of a stream.
     *
     * @param maxEventBytes most bytes that one event may have, fields and line ends included, and most of a comment line;
     *     comments that are complete do not count, so a stream of comments alone may go on for ever
     */
    public EventDecoder(Handler handler, int maxEventBytes) {
        this.handler = handler;
        this.maxEventBytes = maxEventBytes;
    }

    /** The id to send as {@code Last-Event-ID} when reconnecting; empty if there is none. */
    public String lastEventId() {
        return lastEventId;
    }

    /**
     * Reads what has arrived.
     *
     * @throws EventTooLarge if an event has more bytes than allowed; the decoder can't be used afterwards
     */
    public void feed(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            accept(bytes.get());
        }
    }

    private void accept(byte b) {
        if (bomSeen < BOM.length) {
            if (b == BOM[bomSeen]) {
                bomSeen++;
                return;
            }
            int before = bomSeen;
            bomSeen = BOM.length;
            for (int i = 0; i < before; i++) {
                acceptAfterBom(BOM[i]);
            }
        }
        acceptAfterBom(b);
    }

    private void acceptAfterBom(byte b) {
        if (skipLineFeed) {
            skipLineFeed = false;
            if (b == '\n') {
                return;
            }
        }
        if (++eventBytes > maxEventBytes) {
            throw new EventTooLarge(maxEventBytes);
        }
        if (b == '\n' || b == '\r') {
            skipLineFeed = b == '\r';
            String text = line.toString(StandardCharsets.UTF_8);
            if (text.startsWith(":")) {
                eventBytes -= line.size() + 1;
            }
            line.reset();
            endOfLine(text);
        } else {
            line.write(b);
        }
    }

    private void endOfLine(String text) {
        if (text.isEmpty()) {
            dispatch();
            return;
        }
        int colon = text.indexOf(':');
        if (colon == 0) {
            handler.comment(text.substring(1));
        } else if (colon < 0) {
            field(text, "");
        } else {
            int value = colon + 1 < text.length() && text.charAt(colon + 1) == ' ' ? colon + 2 : colon + 1;
            field(text.substring(0, colon), text.substring(value));
        }
    }

    private void field(String name, String value) {
        switch (name) {
            case "event" -> type = value;
            case "data" -> {
                data.append(value).append('\n');
                hasData = true;
            }
            case "id" -> {
                if (value.indexOf('\0') < 0) {
                    idBuffer = value;
                }
            }
            case "retry" -> retry(value);
            default -> {
                // WHATWG HTML 9.2.6: any other field is ignored.
            }
        }
    }

    private void retry(String value) {
        boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (digits) {
            handler.retry(Duration.ofMillis(value.length() > 15 ? 999_999_999_999_999L : Long.parseLong(value)));
        }
    }

    private void dispatch() {
        eventBytes = 0;
        lastEventId = idBuffer;
        if (hasData) {
            data.setLength(data.length() - 1);
            handler.event(type.isEmpty() ? "message" : type, data.toString(), lastEventId);
        }
        data.setLength(0);
        hasData = false;
        type = "";
    }
}
