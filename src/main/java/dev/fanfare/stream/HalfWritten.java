package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import org.jspecify.annotations.Nullable;

/**
 * What is held in memory for one client whose socket took a part of what was written: a frame that it shares with others counts
 * once for all of them, else the outlet's own bytes. Confined to the loop's thread.
 */
final class HalfWritten {
    private final WriterLoops loops;
    private final WriterLoop loop;
    private long ownBytes;
    private @Nullable Frame shared;

    HalfWritten(WriterLoops loops, WriterLoop loop) {
        this.loops = loops;
        this.loop = loop;
    }

    /** Counts what the outlet holds now, in place of what it held before. Where that is too much, clients are closed soon. */
    void charge(Outlet outlet) {
        Frame frame = outlet.halfWritten();
        long bytes = frame == null ? outlet.pendingBytes() : 0;
        if (frame != shared || bytes != ownBytes) {
            charge(frame, bytes);
        }
    }

    private void charge(@Nullable Frame frame, long bytes) {
        long more = bytes - ownBytes;
        ownBytes = bytes;
        if (frame != shared) {
            more += frame == null ? 0 : loop.holdHalfWritten(frame);
            more -= shared == null ? 0 : loop.releaseHalfWritten(shared);
            shared = frame;
        }
        loop.addHalfWrittenBytes(more);
        loops.addHalfWrittenBytes(more);
    }

    /** The outlet is closed and holds nothing any more. */
    void release() {
        charge(null, 0);
    }

    /** Whether anything was held when it was counted last. */
    boolean isAny() {
        return ownBytes > 0 || shared != null;
    }
}
