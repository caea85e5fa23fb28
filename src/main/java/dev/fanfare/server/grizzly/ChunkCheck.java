package dev.fanfare.server.grizzly;

import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.ParsingResult;
import org.glassfish.grizzly.http.TransferEncoding;
import org.jspecify.annotations.Nullable;

/**
 * Reads chunked bodies as <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112, 7.1</a> has them, in place
 * of Grizzly's reader, which looks for the next LF wherever a chunk should end. Extensions are ignored and trailers passed
 * over, within bounds. Chunks are written by Grizzly. Thread-safe.
 */
final class ChunkCheck implements TransferEncoding {
    private static final Attribute<Body> BODY =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(ChunkCheck.class.getName() + ".body");
    private static final int MOST_SIZE_DIGITS = 15;

    /** Of extensions and trailers of one body. */
    private static final int MOST_BYTES_IGNORED = 8 * 1024;

    private final TransferEncoding grizzly;

    /** @param grizzly what writes chunks */
    ChunkCheck(TransferEncoding grizzly) {
        this.grizzly = grizzly;
    }

    @Override
    public boolean wantDecode(HttpHeader head) {
        return grizzly.wantDecode(head);
    }

    @Override
    public boolean wantEncode(HttpHeader head) {
        return grizzly.wantEncode(head);
    }

    @Override
    public void prepareSerialize(FilterChainContext context, HttpHeader head, HttpContent content) {
        grizzly.prepareSerialize(context, head, content);
    }

    @Override
    public Buffer serializePacket(FilterChainContext context, HttpContent content) {
        return grizzly.serializePacket(context, content);
    }

    @Override
    public ParsingResult parsePacket(FilterChainContext context, HttpHeader head, Buffer input) {
        Body body = BODY.get(head);
        if (body == null) {
            body = new Body();
            BODY.set(head, body);
        }
        while (input.hasRemaining() && body.expects != Part.DATA && body.expects != Part.NOTHING) {
            body.take(input.get());
        }
        if (body.expects == Part.NOTHING) {
            BODY.remove(head);
            return ParsingResult.create(head.httpTrailerBuilder().build(), rest(input));
        }
        if (!input.hasRemaining()) {
            input.tryDispose();
            return ParsingResult.create(null, null);
        }
        long left = body.left;
        Buffer rest = input.remaining() > left ? input.split(input.position() + (int) left) : null;
        body.passed(input.remaining());
        return ParsingResult.create(head.httpContentBuilder().content(input).build(), rest);
    }

    private static @Nullable Buffer rest(Buffer input) {
        return input.hasRemaining() ? input.split(input.position()) : null;
    }

    /** What comes next. */
    private enum Part {
        SIZE,
        BLANK,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        LAST_LF,
        NOTHING
    }

    /** Where a body is. Confined to the thread that reads it. */
    private static final class Body {
        private Part expects = Part.SIZE;
        private int digits;
        private long left;
        private int ignored;

        void passed(int count) {
            left -= count;
            if (left == 0) {
                expects = Part.DATA_CR;
            }
        }

        void take(byte sign) {
            switch (expects) {
                case SIZE -> size(sign);
                case BLANK -> blank(sign);
                case EXTENSION -> ignore(sign, Part.SIZE_LF);
                case SIZE_LF -> {
                    require(sign, '\n');
                    expects = left > 0 ? Part.DATA : Part.TRAILER_START;
                }
                case DATA_CR -> {
                    require(sign, '\r');
                    expects = Part.DATA_LF;
                }
                case DATA_LF -> {
                    require(sign, '\n');
                    expects = Part.SIZE;
                    digits = 0;
                }
                case TRAILER_START -> {
                    if (sign == '\r') {
                        expects = Part.LAST_LF;
                    } else {
                        expects = Part.TRAILER;
                        ignore(sign, Part.TRAILER_LF);
                    }
                }
                case TRAILER -> ignore(sign, Part.TRAILER_LF);
                case TRAILER_LF -> {
                    require(sign, '\n');
                    expects = Part.TRAILER_START;
                }
                case LAST_LF -> {
                    require(sign, '\n');
                    expects = Part.NOTHING;
                }
                case DATA, NOTHING -> throw new IllegalStateException("no framing is expected here");
            }
        }

        private void size(byte sign) {
            int digit = sign > 0 ? Character.digit((char) sign, 16) : -1;
            if (digit >= 0 && digits < MOST_SIZE_DIGITS) {
                left = (digits++ == 0 ? 0 : left << 4) + digit;
            } else if (digits > 0 && sign == '\r') {
                expects = Part.SIZE_LF;
            } else if (digits > 0 && sign == ';') {
                expects = Part.EXTENSION;
            } else if (digits > 0 && isBlank(sign)) {
                expects = Part.BLANK;
            } else {
                throw HeadRefused.badRequest("A chunk must begin with its size in hexadecimal digits (RFC 9112, 7.1).");
            }
        }

        /** A blank may stand behind a size; what follows must be an extension, or others may read another size. */
        private void blank(byte sign) {
            if (sign == ';') {
                expects = Part.EXTENSION;
            } else if (isBlank(sign) || sign == '\r') {
                ignore(sign, Part.SIZE_LF);
            } else {
                throw HeadRefused.badRequest("An extension of a chunk must begin with ';' (RFC 9112, 7.1.1).");
            }
        }

        private static boolean isBlank(byte sign) {
            return sign == ' ' || sign == '\t';
        }

        private void ignore(byte sign, Part atCr) {
            if (sign == '\r') {
                expects = atCr;
            } else if ((sign >= 0 && sign < ' ' && sign != '\t') || sign == 0x7f) {
                throw HeadRefused.badRequest(
                        "A chunk's extension or a trailer has a control character; lines must end with CRLF"
                                + " (RFC 9112, 7.1).");
            } else if (++ignored > MOST_BYTES_IGNORED) {
                throw HeadRefused.badRequest(
                        "The extensions and trailers of a body must have at most " + MOST_BYTES_IGNORED + " bytes.");
            }
        }

        private static void require(byte sign, char expected) {
            if (sign != expected) {
                throw HeadRefused.badRequest("The size and the data of a chunk must end with CRLF (RFC 9112, 7.1).");
            }
        }
    }
}
