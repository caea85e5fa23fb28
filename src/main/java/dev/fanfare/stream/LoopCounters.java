package dev.fanfare.stream;

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
/** What one writer loop has done, and how its streams are doing. Written in the loop's thread; read by any. */
@SuppressWarnings("EnumOrdinal") // the order counts within one process only
final class LoopCounters {
    private static final int UNUSED = 16;
    private static final int KINDS = StreamKind.values().length;

    static final int EVENTS = UNUSED;
    static final int BYTES = EVENTS + KINDS;
    static final int OPENED = BYTES + KINDS;
    static final int OPEN = OPENED + KINDS;
    static final int OUTLETS = OPEN + KINDS;
    static final int CLOSED = OUTLETS + Outlet.Kind.values().length;
    static final int LAGGING = CLOSED + CloseReason.values().length;
    static final int LARGEST_LAG = LAGGING + StreamStats.LAG_BOUNDS.size();
    static final int BLOCKED = LARGEST_LAG + 1;
    static final int CATCHING_UP = BLOCKED + 1;
    static final int LENGTH = CATCHING_UP + 1 + UNUSED;

    private final AtomicLongArray counts = new AtomicLongArray(LENGTH);

    /** What a look at the streams of a loop finds. */
    static final class Look {
        private final long[] lagging = new long[StreamStats.LAG_BOUNDS.size()];
        private long largestLag;
        private long blocked;
        private long catchingUp;

        void add(long lag, boolean isBlocked, boolean isCatchingUp) {
            for (int i = 0; i < lagging.length && lag >= StreamStats.LAG_BOUNDS.get(i); i++) {
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

    // Called by any thread.

    /** Adds all counts to those in {@code sums}, which has {@link #LENGTH} places. */
    void addTo(long[] sums) {
        for (int i = 0; i < LENGTH; i++) {
            long count = counts.getOpaque(i);
            sums[i] = i == LARGEST_LAG ? Math.max(sums[i], count) : sums[i] + count;
        }
    }
}
