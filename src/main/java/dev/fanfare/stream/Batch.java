package dev.fanfare.stream;

import dev.fanfare.wire.Frame;
import java.util.List;

/**
 * Frames that lie side by side in a stream, to be written in one go. Immutable; one batch serves all clients that are at
 * the same place.
 */
public final class Batch {
    /** Most frames in a batch. */
    static final int MAX_FRAMES = 256;
    /** A batch is full once its payloads reach this many bytes; one frame may be larger. */
    static final int MAX_BYTES = 256 * 1024;

    private final Frame[] frames;
    private final long[] positions;
    private final int size;
    private final long upTo;
    private final long payloadBytes;

    private Batch(Frame[] frames, long[] positions, int size, long upTo) {
        this.frames = frames;
        this.positions = positions;
        this.size = size;
        this.upTo = upTo;
        this.payloadBytes = bytesOf(frames, size);
    }

    private static long bytesOf(Frame[] frames, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += frames[i].payloadBytes();
        }
        return sum;
    }

    /** A batch of one frame that belongs to no log. */
    public static Batch of(Frame frame) {
        return of(List.of(frame));
    }

    /** A batch of frames that belong to no log. */
    public static Batch of(List<Frame> frames) {
        return new Batch(frames.toArray(Frame[]::new), new long[frames.size()], frames.size(), 0);
    }

    /** How many frames there are. */
    public int size() {
        return size;
    }

    /** The frame at {@code index}. */
    public Frame frame(int index) {
        return frames[index];
    }

    /** Bytes of payload in the first {@code count} frames. */
    long payloadBytes(int count) {
        return count == size ? payloadBytes : bytesOf(frames, count);
    }

    /** Where a cursor stands once the first {@code taken} frames are taken. */
    public long cursorAfter(int taken, long before) {
        return taken == size ? upTo : taken == 0 ? before : positions[taken - 1];
    }

    /** Collects the entries of a batch until it is full. */
    public static final class Builder {
        private Frame[] frames = new Frame[8];
        private long[] positions = new long[8];
        private int size;
        private long bytes;
        private long upTo;

        /** @param after the cursor before the batch */
        public Builder(long after) {
            upTo = after;
        }

        public boolean isFull() {
            return size >= MAX_FRAMES || bytes >= MAX_BYTES;
        }

        public boolean isEmpty() {
            return size == 0;
        }

        /** Adds a frame that belongs to no log. */
        public void add(Frame frame) {
            add(0, frame);
        }

        /** Adds the frame at a position of the log; the cursor is there afterwards. */
        public void add(long position, Frame frame) {
            if (size == frames.length) {
                frames = java.util.Arrays.copyOf(frames, size * 2);
                positions = java.util.Arrays.copyOf(positions, size * 2);
            }
            frames[size] = frame;
            positions[size++] = position;
            upTo = Math.max(upTo, position);
            bytes += frame.payloadBytes();
        }

        /** Moves the cursor after the batch to where nothing more was selected. */
        public Builder upTo(long position) {
            upTo = Math.max(upTo, position);
            return this;
        }

        public Batch build() {
            return new Batch(frames, positions, size, upTo);
        }
    }
}
