package dev.fanfare.event;

/** What the one-line texts of an event (id, type, topic) have in common: they fit a line, a header and a bound. */
final class Text {
    private Text() {}

    /**
     * Returns {@code text} if it has 1 to {@code maxBytes} bytes of UTF-8 and no control character.
     *
     * @throws IllegalArgumentException naming {@code what} and the fault
     */
    static String requireLine(String text, String what, int maxBytes) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty; it needs at least one character");
        }
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                throw new IllegalArgumentException(what + " has the control character U+"
                        + String.format("%04X", (int) c) + " at index " + i + "; control characters are not allowed");
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw new IllegalArgumentException(
                            what + " has half a surrogate pair at index " + i + "; it must be valid Unicode");
                }
                i++;
                bytes += 4;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        if (bytes > maxBytes) {
            throw new IllegalArgumentException(
                    what + " has " + bytes + " bytes in UTF-8; at most " + maxBytes + " are allowed");
        }
        return text;
    }
}
