package dev.fanfare.wire;

/** An event of a stream has more bytes than its reader allows. */
public final class EventTooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EventTooLarge(int maxBytes) {
        super("The stream has an event of more than " + maxBytes + " bytes; the reader takes no more");
    }
}
