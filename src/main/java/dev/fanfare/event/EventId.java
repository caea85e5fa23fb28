package dev.fanfare.event;

/**
 * The id of an event, as an {@code EventSource} returns it in {@code Last-Event-ID}. Never empty, at most
 * {@value #MAX_BYTES} bytes of UTF-8, without control characters, so that it fits one {@code id:} line and a header.
 *
 * <p>Ids that begin with {@code #} are made by the hub; see {@link #isHubMade()}.
 *
 * @param value the text of the id
 */
public record EventId(String value) {
    /** Most bytes of UTF-8 that an id may have. */
    public static final int MAX_BYTES = 1024;

    /** @throws IllegalArgumentException if {@code value} is empty, too long, or has a control character */
    public EventId {
        Text.requireLine(value, "event id", MAX_BYTES);
    }

    /** Whether the id has the form that only the hub gives: it begins with {@code #}. */
    public boolean isHubMade() {
        return value.charAt(0) == '#';
    }

    /** Whether the id comes back in a header as it went out: HTTP takes away blanks at either end of a value. */
    public boolean fitsHeader() {
        return !isBlank(value.codePointAt(0)) && !isBlank(value.codePointBefore(value.length()));
    }

    private static boolean isBlank(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
    }

    @Override
    public String toString() {
        return value;
    }
}
