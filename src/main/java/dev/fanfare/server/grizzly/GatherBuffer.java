package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Batch;
import dev.fanfare.wire.Frame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a batch side by side in memory that the kernel reads directly, so that they leave in one write. What was
 * gathered for one client serves the next that is at the same place, without being copied again. Confined to a writer loop's
 * thread; each has one.
 */
final class GatherBuffer {
    /** What is offered to a socket at once. What a socket with little room refuses was gathered in vain. */
    private static final int CAPACITY_BYTES = 64 * 1024;

    private static final ThreadLocal<GatherBuffer> OF_THREAD = ThreadLocal.withInitial(GatherBuffer::new);

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(CAPACITY_BYTES);
    private @Nullable Batch batch;
    private int first;

    private GatherBuffer() {}

    /** The one of this thread. */
    static GatherBuffer ofThread() {
        return OF_THREAD.get();
    }

    /** The chunks of the batch from index {@code from} on, as far as they fit; the last may be cut. */
    ByteBuffer chunks(Batch wanted, int from) {
        if (batch == wanted && first == from) {
            return bytes.rewind();
        }
        batch = wanted;
        first = from;
        bytes.clear();
        for (int i = from; i < wanted.size() && bytes.hasRemaining(); i++) {
            wanted.frame(i).putChunk(bytes, 0);
        }
        return bytes.flip();
    }

    /** The chunk of a frame from an offset on, as far as it fits. */
    ByteBuffer rest(Frame frame, int from) {
        batch = null;
        bytes.clear();
        frame.putChunk(bytes, from);
        return bytes.flip();
    }
}
