package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Batch;
import dev.fanfare.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the chunks of frames to a socket that takes as many bytes as it likes each time. A frame of which it took a part is
 * kept until its last byte is taken; nothing else is written before. Confined to a writer loop's thread.
 */
abstract class ChunkWriter {
    private @Nullable Frame half;
    private int halfSent;
    private long acceptedBytes;
    private boolean refused;

    /**
     * Writes to the socket.
     *
     * @return how many bytes it took; less than there are if it has no more room
     */
    abstract int send(ByteBuffer bytes) throws IOException;

    /**
     * Writes frames of a batch from an index on, until the socket refuses something. Not to be called while it does.
     *
     * @return how many frames it took, with the one of which it took a part
     */
    final int writeChunks(Batch batch, int from) throws IOException {
        GatherBuffer gathered = GatherBuffer.ofThread();
        int next = from;
        while (next < batch.size() && !refused) {
            ByteBuffer chunks = gathered.chunks(batch, next);
            int sent = sendSome(chunks);
            while (next < batch.size() && sent >= batch.frame(next).chunkBytes()) {
                sent -= batch.frame(next++).chunkBytes();
            }
            if (sent > 0) {
                half = batch.frame(next++);
                halfSent = sent;
                if (!refused) { // it is longer than what was gathered
                    writeHalf();
                }
            }
        }
        return next - from;
    }

    /**
     * Goes on after the socket had refused something and has room again; whether a next frame may be written now.
     */
    final boolean writeOn() throws IOException {
        refused = false;
        writeHalf();
        return !refused;
    }

    private void writeHalf() throws IOException {
        Frame frame = half;
        while (frame != null && !refused) {
            halfSent += sendSome(GatherBuffer.ofThread().rest(frame, halfSent));
            if (halfSent == frame.chunkBytes()) {
                half = null;
                frame = null;
            }
        }
    }

    private int sendSome(ByteBuffer bytes) throws IOException {
        int there = bytes.remaining();
        int sent = send(bytes);
        acceptedBytes += sent;
        refused = sent < there;
        return sent;
    }

    /** Whether the socket has refused something and room has not been seen since. */
    final boolean isRefused() {
        return refused;
    }

    /** The frame of which the socket took a part; null at a frame's end. */
    final @Nullable Frame half() {
        return half;
    }

    /** What is left of it. */
    final long pending() {
        Frame frame = half;
        return frame == null ? 0 : frame.chunkBytes() - halfSent;
    }

    /** Bytes that the socket has taken so far. */
    final long accepted() {
        return acceptedBytes;
    }

    /** Lets the rest of a frame go; nothing may be written any more. */
    final void forget() {
        half = null;
    }
}
