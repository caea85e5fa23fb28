package dev.fanfare.rest.head;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong with a raw path or query: percent signs without two hex digits, and bytes that are not UTF-8. Decoders
 * tend to replace such bytes silently, and then the request is about something that nobody named.
 *
 * <p>See <a href="https://www.rfc-editor.org/rfc/rfc3986#section-2.1">RFC 3986, 2.1</a>. Public for servers whose container
 * fails on such a target before any filter runs.
 */
public final class RequestTarget {

    private RequestTarget() {}

    /**
     * What is wrong, as the detail of a 400, or null for a text that decodes to what was meant.
     *
     * @param part "path" or "query": how the text is called in the answer
     * @param raw as it came over the wire, nothing decoded; null where the request has no such part
     */
    public static @Nullable String faultIn(String part, @Nullable String raw) {
        if (raw == null) {
            return null;
        }
        byte[] decoded = new byte[raw.length()];
        int length = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '#') {
                return "The " + part + " has a '#' at offset " + i
                        + ": a fragment is not sent to a server, and the sign itself is written %23.";
            }
            if (c >= 0x7f || c <= ' ') {
                return "The " + part + " has a character at offset " + i
                        + " that is not allowed in a URI: send it percent-encoded, as UTF-8.";
            }
            if (c != '%') {
                decoded[length++] = (byte) c;
                continue;
            }
            int high = i + 1 < raw.length() ? hexValue(raw.charAt(i + 1)) : -1;
            int low = i + 2 < raw.length() ? hexValue(raw.charAt(i + 2)) : -1;
            if (high < 0 || low < 0) {
                return "The " + part + " has a percent sign at offset " + i
                        + " that two hex digits do not follow: a percent sign itself is written %25.";
            }
            decoded[length++] = (byte) (high << 4 | low);
            i += 2;
        }
        // Three signs shrink to one byte, so a target without percent signs is ASCII and needs no second look.
        return length == raw.length() || isUtf8(decoded, length)
                ? null
                : "The " + part + " has percent-encoded bytes that are not UTF-8: encode text as UTF-8 first.";
    }

    /**
     * Whether a path, as it came over the wire, is another spelling of a resource's path: with a slash at its end or an empty or
     * dot segment, with path parameters, or with an encoded character that needs no encoding. A rule for a path in a proxy would
     * not hold for it.
     *
     * @param path below the base path, without the slash before it
     */
    public static boolean isOtherSpelling(String path) {
        if (path.isEmpty()) {
            return false;
        }
        if (path.indexOf(';') >= 0) {
            return true;
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return true;
            }
        }
        for (int i = path.indexOf('%'); i >= 0; i = path.indexOf('%', i + 1)) {
            if (i + 2 < path.length()
                    && isUnreserved(hexValue(path.charAt(i + 1)) << 4 | hexValue(path.charAt(i + 2)))) {
                return true;
            }
        }
        return false;
    }

    /** RFC 3986, 2.3. */
    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || (c >= 0 && "-._~".indexOf(c) >= 0);
    }

    private static int hexValue(char c) {
        // Character.digit alone would take digits of other scripts.
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static boolean isUtf8(byte[] bytes, int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
