package dev.fanfare.event;

import java.nio.charset.StandardCharsets;

/** Characters of a URI, and how others are percent-encoded. Stateless. See <a href="https://www.rfc-editor.org/rfc/rfc3986#section-2">RFC 3986, section 2</a>. */
public final class UriCharacters {
    private static final byte UNRESERVED = 1;
    private static final byte RESERVED = 2;
    private static final byte HEX = 4;
    private static final byte[] KINDS = kinds();

    private UriCharacters() {}

    private static byte[] kinds() {
        byte[] kinds = new byte[128];
        mark(kinds, UNRESERVED, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
        mark(kinds, RESERVED, ":/?#[]@!$&'()*+,;=");
        mark(kinds, HEX, "0123456789ABCDEFabcdef");
        return kinds;
    }

    private static void mark(byte[] kinds, byte kind, String characters) {
        for (int i = 0; i < characters.length(); i++) {
            kinds[characters.charAt(i)] |= kind;
        }
    }

    /** Whether a character stands in a URI as it is, also as the beginning of a percent-encoded byte. */
    public static boolean mayStand(char c) {
        return c == '%' || is(c, UNRESERVED | RESERVED);
    }

    /** Whether a character never needs to be percent-encoded. See RFC 3986, 2.3. */
    public static boolean isUnreserved(char c) {
        return is(c, UNRESERVED);
    }

    /** Whether a percent-encoded byte stands at an index. */
    public static boolean isEncodedByte(String text, int index) {
        return text.charAt(index) == '%'
                && index + 2 < text.length()
                && is(text.charAt(index + 1), HEX)
                && is(text.charAt(index + 2), HEX);
    }

    /** The text with all but the unreserved characters percent-encoded in UTF-8. */
    public static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if (is(c, UNRESERVED)) {
                out.append(c);
            } else {
                appendEncoded(out, c);
            }
        }
        return out.toString();
    }

    /** Adds a byte, percent-encoded. */
    public static void appendEncoded(StringBuilder out, int octet) {
        out.append('%')
                .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 0xf, 16)))
                .append(Character.toUpperCase(Character.forDigit(octet & 0xf, 16)));
    }

    /** The byte that stands percent-encoded at an index. */
    public static int byteAt(String text, int index) {
        return Character.digit(text.charAt(index + 1), 16) << 4 | Character.digit(text.charAt(index + 2), 16);
    }

    /**
     * How long what stands at an index is as a part of an expanded value: 1 for a character that may stand for itself, 3 for
     * a percent-encoded byte, 0 for anything else.
     *
     * @param reserved whether reserved characters may stand for themselves
     */
    static int lengthAt(String text, int index, boolean reserved) {
        char c = text.charAt(index);
        if (is(c, reserved ? UNRESERVED | RESERVED : UNRESERVED)) {
            return 1;
        }
        return isEncodedByte(text, index) ? 3 : 0;
    }

    /** How long the character at an index is, all its percent-encoded bytes of UTF-8 included; 0 as {@link #lengthAt}. */
    static int characterLengthAt(String text, int index, boolean reserved) {
        int length = lengthAt(text, index, reserved);
        if (length != 3) {
            return length;
        }
        int bytes = bytesOfCharacter(byteAt(text, index));
        for (int more = 1; more < bytes; more++) {
            int next = index + length;
            if (next >= text.length() || lengthAt(text, next, reserved) != 3 || (byteAt(text, next) & 0xC0) != 0x80) {
                return 3;
            }
            length += 3;
        }
        return length;
    }

    private static int bytesOfCharacter(int lead) {
        return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    private static boolean is(char c, int kinds) {
        return c < 128 && (KINDS[c] & kinds) != 0;
    }
}
