package dev.fanfare.history;

/**
 * The positions of one topic's or one id's events, ascending: a ring, since they come at one end and go at the other. Most
 * hold a single position. Not thread-safe.
 */
final class Positions {
    /** What a burst of events took up is given back, but for so much. */
    private static final int LEAST_SHRUNK = 8;

    private long[] ring = new long[1];
    private int from;
    private int size;

    /** Adds a position above all that are here. */
    void add(long position) {
        if (size == ring.length) {
            resize(size * 2);
        }
        ring[(from + size) & (ring.length - 1)] = position;
        size++;
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
    long get(int index) {
        return ring[(from + index) & (ring.length - 1)];
    }

    int size() {
        return size;
    }

    /** How many there is room for without more memory. */
    int room() {
        return ring.length;
    }

    /** Removes the lowest position if it is {@code position}; whether none is left. */
    boolean removeFirst(long position) {
        if (size > 0 && get(0) == position) {
            from = (from + 1) & (ring.length - 1);
            size--;
            if (ring.length > LEAST_SHRUNK && size <= ring.length / 4) {
                resize(ring.length / 2);
            }
        }
        return size == 0;
    }

    /** The index of the first position above {@code position}; the size if there is none. */
    int indexAfter(long position) {
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
