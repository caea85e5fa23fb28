package dev.fanfare.log;

/**
 * PositionRing of a log, ascending: a ring, since they come at one end and go at the other. Most hold a single position, or
 * none. Not thread-safe.
 */
public final class PositionRing {
    /** What a burst of events took up is given back, but for so much. */
    private static final int LEAST_SHRUNK = 8;
    /** Where all go at once, so much is kept for those that follow. */
    private static final int MOST_KEPT_EMPTY = 64;

    private static final long[] NONE = new long[0];

    private long[] ring = NONE;
    private int from;
    private int size;

    /** Adds a position above all that are here. */
    public void add(long position) {
        if (size == ring.length) {
            resize(Math.max(1, size * 2));
        }
        ring[(from + size) & (ring.length - 1)] = position;
        size++;
    }

    /** Adds the first {@code count} positions of an array, ascending and above all that are here. */
    public void add(long[] more, int count) {
        if (size + count > ring.length) {
            resize(Math.max(8, Integer.highestOneBit(size + count - 1) << 1));
        }
        int start = (from + size) & (ring.length - 1);
        int atEnd = Math.min(count, ring.length - start);
        System.arraycopy(more, 0, ring, start, atEnd);
        System.arraycopy(more, atEnd, ring, 0, count - atEnd);
        size += count;
    }

    private void resize(int length) {
        long[] resized = new long[length];
        for (int i = 0; i < size; i++) {
            resized[i] = get(i);
        }
        ring = resized;
        from = 0;
    }

    /** The position at an index, 0 for the lowest. */
    public long get(int index) {
        return ring[(from + index) & (ring.length - 1)];
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /** How many there is room for without more memory. */
    public int room() {
        return ring.length;
    }

    /** Removes the lowest position if it is {@code position}; whether none is left. */
    public boolean removeFirst(long position) {
        if (size > 0 && get(0) == position) {
            from = (from + 1) & (ring.length - 1);
            size--;
            if (ring.length > LEAST_SHRUNK && size <= ring.length / 4) {
                resize(ring.length / 2);
            }
        }
        return size == 0;
    }

    /** Removes the highest position if it is {@code position}; whether none is left. */
    public boolean removeLast(long position) {
        if (size > 0 && get(size - 1) == position) {
            size--;
        }
        return size == 0;
    }

    /** Removes the positions up to and including {@code position}; how many they were. */
    public int removeUpTo(long position) {
        int count = size > 0 && get(size - 1) <= position ? size : indexAfter(position);
        size -= count;
        from = size == 0 ? 0 : (from + count) & (ring.length - 1);
        if (size == 0 && ring.length > MOST_KEPT_EMPTY) {
            ring = NONE;
        }
        return count;
    }

    /** The index of the first position above {@code position}; the size if there is none. */
    public int indexAfter(long position) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle) <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
