package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads {@code application/x-www-form-urlencoded}, <a href="https://url.spec.whatwg.org/#urlencoded-parsing">WHATWG URL,
 * 5.1</a>. Stricter than there in two things, where a lenient reader would change what was meant without a word: a percent
 * sign stands before two hex digits, and bytes are UTF-8.
 */
final class FormBody {

    /** Is given the fields in their order. */
    @FunctionalInterface
    interface Handler {
        void field(String name, String value);
    }

    private final byte[] body;
    private final byte[] decoded;

    private FormBody(byte[] body) {
        this.body = body;
        this.decoded = new byte[body.length];
    }

    /**
     * Reads a body.
     *
     * @throws ProblemException 400, for what can't be decoded; also what the handler throws
     */
    static void read(byte[] body, Handler handler) {
        new FormBody(body).read(handler);
    }

    private void read(Handler handler) {
        int start = 0;
        while (start < body.length) {
            int end = indexOf('&', start, body.length);
            if (end > start) {
                int equals = indexOf('=', start, end);
                handler.field(decode(start, equals), equals < end ? decode(equals + 1, end) : "");
            }
            start = end + 1;
        }
    }

    /** Where the sign is, or {@code end}. */
    private int indexOf(char sign, int start, int end) {
        int at = start;
        while (at < end && body[at] != sign) {
            at++;
        }
        return at;
    }

    private String decode(int start, int end) {
        int length = 0;
        int signs = 0;
        for (int i = start; i < end; i++) {
            byte b = body[i];
            if (b == '+') {
                b = ' ';
            } else if (b == '%') {
                b = percentDecoded(i, end);
                i += 2;
            }
            signs |= b;
            decoded[length++] = b;
        }
        return signs >= 0 ? new String(decoded, 0, length, StandardCharsets.ISO_8859_1) : utf8(start, length);
    }

    private byte percentDecoded(int at, int end) {
        int high = at + 1 < end ? hexValue(body[at + 1]) : -1;
        int low = at + 2 < end ? hexValue(body[at + 2]) : -1;
        if (high < 0 || low < 0) {
            throw ProblemException.badRequest("The form has a percent sign at offset " + at
                    + " that two hex digits do not follow: a percent sign itself is written %25 (with curl, use"
                    + " --data-urlencode).");
        }
        return (byte) (high << 4 | low);
    }

    private static int hexValue(byte b) {
        return b < 0 ? -1 : Character.digit(b, 16);
    }

    private String utf8(int start, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ProblemException.badRequest("The form has bytes from offset " + start
                    + " on that are not UTF-8: encode text as UTF-8 first, then percent-encode it.");
        }
    }
}
