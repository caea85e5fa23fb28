package dev.fanfare.stream;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/*
 * One array, a section for each thing counted:
 *
 *   (unused) | EVENTS, BYTES, OPENED, OPEN: one for each StreamKind | OUTLETS: one for each kind of outlet
 *            | CLOSED: one for each reason | LAGGING: one for each bound | LARGEST_LAG, BLOCKED, CATCHING_UP | (unused)
 *
 * What is unused keeps the counts of two loops out of one cache line.
 *
 * Only the loop's thread writes, so adding is a plain read and an opaque write: as cheap as a plain one, but whole, and seen
 * by readers before long. Nothing is ordered by a count, so nothing stronger is needed.
 */
/**
 * What a writer loop has done, and how its streams are doing; or the sum of that over all loops. Counters begin with the process
 * and only grow. The numbers are not all of the same moment, but each is one that was true.
 *
 * <p>How far streams are behind is looked at once in a while, no less often than every second.
 */
@SuppressWarnings("EnumOrdinal") // the order counts within one process only
public final class StreamStats {
    /** For each, it is told how many subscriptions are so many events behind or more; rising. */
    public static final List<Long> LAG_BOUNDS = List.of(1L, 10L, 100L, 1_000L, 10_000L, 100_000L);

    private static final int UNUSED = 16;
    private static final int KINDS = StreamKind.values().length;

    private static final int EVENTS = UNUSED;
    private static final int BYTES = EVENTS + KINDS;
    private static final int OPENED = BYTES + KINDS;
    private static final int OPEN = OPENED + KINDS;
    private static final int OUTLETS = OPEN + KINDS;
    private static final int CLOSED = OUTLETS + Outlet.Kind.values().length;
    private static final int LAGGING = CLOSED + CloseReason.values().length;
    private static final int LARGEST_LAG = LAGGING + LAG_BOUNDS.size();
    private static final int BLOCKED = LARGEST_LAG + 1;
    private static final int CATCHING_UP = BLOCKED + 1;
    private static final int LENGTH = CATCHING_UP + 1 + UNUSED;

    private final AtomicLongArray counts = new AtomicLongArray(LENGTH);

    /** All counts 0. */
    StreamStats() {}

    /** What a look at the streams of a loop finds. */
    static final class Look {
        private final long[] lagging = new long[LAG_BOUNDS.size()];
        private long largestLag;
        private long blocked;
        private long catchingUp;

        void add(long lag, boolean isBlocked, boolean isCatchingUp) {
            for (int i = 0; i < lagging.length && lag >= LAG_BOUNDS.get(i); i++) {
                lagging[i]++;
            }
            largestLag = Math.max(largestLag, lag);
            blocked += isBlocked ? 1 : 0;
            catchingUp += isCatchingUp ? 1 : 0;
        }
    }

    // Called in the loop's thread.

    private void add(int index, long more) {
        counts.setOpaque(index, counts.getPlain(index) + more);
    }

    void opened(StreamKind kind, Outlet.Kind outlet) {
        add(OPENED + kind.ordinal(), 1);
        add(OPEN + kind.ordinal(), 1);
        add(OUTLETS + outlet.ordinal(), 1);
    }

    void closed(StreamKind kind, Outlet.Kind outlet, CloseReason reason) {
        add(OPEN + kind.ordinal(), -1);
        add(OUTLETS + outlet.ordinal(), -1);
        add(CLOSED + reason.ordinal(), 1);
    }

    /** An outlet has taken so many events, in so many bytes. */
    void sent(StreamKind kind, long events, long bytes) {
        add(EVENTS + kind.ordinal(), events);
        add(BYTES + kind.ordinal(), bytes);
    }

    /** Takes the place of the look before. */
    void looked(Look look) {
        for (int i = 0; i < look.lagging.length; i++) {
            counts.setOpaque(LAGGING + i, look.lagging[i]);
        }
        counts.setOpaque(LARGEST_LAG, look.largestLag);
        counts.setOpaque(BLOCKED, look.blocked);
        counts.setOpaque(CATCHING_UP, look.catchingUp);
    }

    // Called in the thread of whoever sums up.

    /** Adds the counts of a loop to this sum. */
    void add(StreamStats loop) {
        for (int i = 0; i < LENGTH; i++) {
            long count = loop.counts.getOpaque(i);
            long sum = counts.getPlain(i);
            counts.setOpaque(i, i == LARGEST_LAG ? Math.max(sum, count) : sum + count);
        }
    }

    // Called by any thread.

    /** Events that outlets have taken, each as often as there were clients for it. */
    public long eventsSent(StreamKind kind) {
        return counts.getOpaque(EVENTS + kind.ordinal());
    }

    /** Bytes that outlets have taken: events, heartbeats and all, without what HTTP puts around them. */
    public long bytesSent(StreamKind kind) {
        return counts.getOpaque(BYTES + kind.ordinal());
    }

    /** Streams that have begun. */
    public long opened(StreamKind kind) {
        return counts.getOpaque(OPENED + kind.ordinal());
    }

    /** Streams that are open. */
    public long open(StreamKind kind) {
        return counts.getOpaque(OPEN + kind.ordinal());
    }

    /** Streams that are open, by the way to their clients. */
    public long open(Outlet.Kind outlet) {
        return counts.getOpaque(OUTLETS + outlet.ordinal());
    }

    /** Streams that have ended. */
    public long closed(CloseReason reason) {
        return counts.getOpaque(CLOSED + reason.ordinal());
    }

    /** Subscriptions that read the history. */
    public long catchingUp() {
        return counts.getOpaque(CATCHING_UP);
    }

    /** Streams whose sockets take nothing more for now. */
    public long blocked() {
        return counts.getOpaque(BLOCKED);
    }

    /**
     * Subscriptions whose clients have yet to be sent something, and are so many positions of the log or more behind it.
     *
     * @param bound which of {@link #LAG_BOUNDS}, by its index
     */
    public long lagging(int bound) {
        return counts.getOpaque(LAGGING + bound);
    }

    /** By how many positions of the log the last of all subscriptions is behind; 0 if none is. */
    public long largestLag() {
        return counts.getOpaque(LARGEST_LAG);
    }
}
