package dev.fanfare.rest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text beyond ASCII in headers: an {@code EventSource} sends {@code Last-Event-ID} as UTF-8 (<a
 * href="https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model">WHATWG HTML, 9.2.3</a>), while
 * containers take and give a character for a byte, as RFC 9110, 5.5 leaves it to them. Stateless.
 */
final class HeaderText {

    private HeaderText() {}

    /** What the client meant: the bytes read as UTF-8, where they are; else the text as it is. */
    static String received(String value) {
        if (isAscii(value) || value.chars().anyMatch(c -> c > 0xff)) {
            return value;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return value;
        }
    }

    /** What a container is to be given so that the bytes of UTF-8 go out. */
    static String toSend(String text) {
        return isAscii(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
