package dev.fanfare.cluster.redis;

/**
 * How many entries are asked for at once. Redis bounds an answer by number only, so the number follows the size of what came.
 * Confined to one thread.
 */
final class PageSize {
    private static final int MOST = 64;
    private static final long LARGE_BYTES = 4 << 20;
    private static final long SMALL_BYTES = 512 << 10;

    private int entries = 8;

    int entries() {
        return entries;
    }

    /** An answer came. */
    void came(int count, long bytes) {
        if (bytes > LARGE_BYTES) {
            entries = Math.max(1, entries / 4);
        } else if (count == entries && bytes < SMALL_BYTES) {
            entries = Math.min(MOST, entries * 2);
        }
    }
}
