package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** In what form the text of a body comes: its charset, its content coding, and the mark that may stand before it. Stateless. */
final class BodyCoding {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final Set<Charset> CHARSETS = Set.of(StandardCharsets.UTF_8, StandardCharsets.US_ASCII);

    private BodyCoding() {}

    /** @throws ProblemException 415, if the type names another charset */
    static void requireUtf8(@Nullable MediaType type) {
        String charset = type == null ? null : type.getParameters().get(MediaType.CHARSET_PARAMETER);
        if (charset != null && !isUtf8(charset)) {
            throw ProblemException.unsupportedMediaType(
                    "The charset in 'Content-Type' is not UTF-8: send the body in UTF-8.");
        }
    }

    /** Whether text in the charset is text in UTF-8, under whatever name; {@code utf8} is one of several. */
    private static boolean isUtf8(String charset) {
        try {
            return CHARSETS.contains(Charset.forName(charset));
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }

    /**
     * Whether a body is gzip, by its {@code Content-Encoding}.
     *
     * @throws ProblemException 415, for another coding
     */
    static boolean isPacked(@Nullable String coding) {
        String name = coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT);
        if (name.equals("gzip") || name.equals("x-gzip")) {
            return true;
        }
        if (name.isEmpty() || name.equals("identity")) {
            return false;
        }
        throw ProblemException.unsupportedMediaType(
                        "The 'Content-Encoding' of the body is not supported: send the body as gzip, or without an encoding.")
                .withHeader(HttpHeaders.ACCEPT_ENCODING, "gzip");
    }

    /**
     * That the bytes begin as gzip does (RFC 1952, 2.3.1). Open Liberty unpacks bodies by itself and does not look whether they
     * are whole, so what it hands on may be half an event.
     */
    static void requireGzip(byte[] body) {
        if (body.length < 2 || body[0] != 0x1F || body[1] != (byte) 0x8B) {
            throw ProblemException.unsupportedMediaType(
                            "The body is not gzip, though 'Content-Encoding' says gzip, or the"
                                    + " server has unpacked it by itself and may have lost its end: send it without an encoding.")
                    .withHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
        }
    }

    static byte[] withoutByteOrderMark(byte[] body) {
        int length = BYTE_ORDER_MARK.length;
        boolean marked = body.length >= length && Arrays.equals(body, 0, length, BYTE_ORDER_MARK, 0, length);
        return marked ? Arrays.copyOfRange(body, length, body.length) : body;
    }
}
