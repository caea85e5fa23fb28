package dev.fanfare.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one event, encoded once and shared by all streams that send them. Immutable; any thread may use it.
 *
 * <p>The bytes lie ready for an HTTP/1.1 connection, as one chunk (RFC 9112, section 7.1) around the payload:
 *
 * <pre>
 * offset  bytes
 * 0       payload length in lower-case hex, CR LF
 * head    payload (the event in text/event-stream)
 * end-2   CR LF
 * </pre>
 */
public final class Frame {
    /** What most frames cost beyond their bytes: the objects that hold them in memory. */
    public static final int OVERHEAD_BYTES = 64;

    private final byte[] bytes;
    private final int headLength;
    private final int events;
    private volatile @Nullable Object rendition;

    /**
     * A frame of the given payload, which is copied.
     *
     * @param payload an array whose first {@code length} bytes are the payload
     * @param length from 1 to the length of the array; no payload would be the chunk that ends a body
     * @param events how many events that a client dispatches
     */
    Frame(byte[] payload, int length, int events) {
        if (length < 1) {
            throw new IllegalArgumentException("a frame needs at least one byte of payload");
        }
        byte[] head = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        this.events = events;
        headLength = head.length;
        bytes = new byte[headLength + length + 2];
        System.arraycopy(head, 0, bytes, 0, headLength);
        System.arraycopy(payload, 0, bytes, headLength, length);
        bytes[bytes.length - 2] = '\r';
        bytes[bytes.length - 1] = '\n';
    }

    /** A frame with the payload of this one and behind it that of another, as a single chunk. */
    public Frame followedBy(Frame next) {
        byte[] both = new byte[payloadBytes() + next.payloadBytes()];
        System.arraycopy(bytes, headLength, both, 0, payloadBytes());
        System.arraycopy(next.bytes, next.headLength, both, payloadBytes(), next.payloadBytes());
        return new Frame(both, both.length, events + next.events);
    }

    /** The length of the payload in bytes, at least 1. */
    public int payloadBytes() {
        return bytes.length - headLength - 2;
    }

    /** How many events that clients dispatch; none in a comment, a delay or an id alone. */
    public int events() {
        return events;
    }

    /** What the frame takes up in memory, in bytes, for the bounds of what keeps frames. */
    public int retainedBytes() {
        return bytes.length + OVERHEAD_BYTES;
    }

    /** A new read-only view of the payload. */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(bytes, headLength, payloadBytes()).slice().asReadOnlyBuffer();
    }

    /** A new read-only view of the whole chunk: head, payload, CR LF. */
    public ByteBuffer chunk() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** The length of the whole chunk in bytes. */
    public int chunkBytes() {
        return bytes.length;
    }

    /**
     * Puts the chunk, or as much of it as there is room for, into a buffer.
     *
     * @param from the offset in the chunk of the first byte wanted
     * @return how many bytes were put
     */
    public int putChunk(ByteBuffer into, int from) {
        int count = Math.min(bytes.length - from, into.remaining());
        into.put(bytes, from, count);
        return count;
    }

    /** Writes the payload. */
    public void writePayloadTo(OutputStream out) throws IOException {
        out.write(bytes, headLength, payloadBytes());
    }

    /** Writes the payload but its last byte, for writers that add the last line end themselves. */
    public void writePayloadWithoutLastByteTo(OutputStream out) throws IOException {
        out.write(bytes, headLength, payloadBytes() - 1);
    }

    /** The payload as text. */
    public String payloadText() {
        return new String(bytes, headLength, payloadBytes(), StandardCharsets.UTF_8);
    }

    /**
     * This frame in another form, for outlets that can't write bytes: made by {@code maker} the first time and kept. All users
     * of one process ask for the same form; two threads that ask first may both make it.
     */
    public Object rendition(Function<Frame, Object> maker) {
        Object made = rendition;
        if (made == null) {
            made = maker.apply(this);
            rendition = made;
        }
        return made;
    }

    @Override
    public String toString() {
        return "Frame[" + payloadBytes() + " bytes]";
    }
}
