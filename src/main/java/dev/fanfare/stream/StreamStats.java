package dev.fanfare.stream;

import java.util.List;

/**
 * What all writer loops have done, and how their streams are doing. Counters begin with the process and only grow. Immutable;
 * the numbers are not all of the same moment, but each is one that was true.
 *
 * <p>How far streams are behind is looked at once in a while, no less often than every second.
 */
@SuppressWarnings("EnumOrdinal") // the order counts within one process only
public final class StreamStats {
    /** For each, it is told how many subscriptions are so many events behind or more; rising. */
    public static final List<Long> LAG_BOUNDS = List.of(1L, 10L, 100L, 1_000L, 10_000L, 100_000L);

    private final long[] sums = new long[LoopCounters.LENGTH];

    StreamStats(Iterable<LoopCounters> loops) {
        loops.forEach(loop -> loop.addTo(sums));
    }

    /** Events that outlets have taken, each as often as there were clients for it. */
    public long eventsSent(StreamKind kind) {
        return sums[LoopCounters.EVENTS + kind.ordinal()];
    }

    /** Bytes that outlets have taken: events, heartbeats and all, without what HTTP puts around them. */
    public long bytesSent(StreamKind kind) {
        return sums[LoopCounters.BYTES + kind.ordinal()];
    }

    /** Streams that have begun. */
    public long opened(StreamKind kind) {
        return sums[LoopCounters.OPENED + kind.ordinal()];
    }

    /** Streams that are open. */
    public long open(StreamKind kind) {
        return sums[LoopCounters.OPEN + kind.ordinal()];
    }

    /** Streams that are open, by the way to their clients. */
    public long open(Outlet.Kind outlet) {
        return sums[LoopCounters.OUTLETS + outlet.ordinal()];
    }

    /** Streams that have ended. */
    public long closed(CloseReason reason) {
        return sums[LoopCounters.CLOSED + reason.ordinal()];
    }

    /** Subscriptions that read the history. */
    public long catchingUp() {
        return sums[LoopCounters.CATCHING_UP];
    }

    /** Streams whose sockets take nothing more for now. */
    public long blocked() {
        return sums[LoopCounters.BLOCKED];
    }

    /**
     * Subscriptions whose clients have yet to be sent something, and are so many positions of the log or more behind it.
     *
     * @param bound which of {@link #LAG_BOUNDS}, by its index
     */
    public long lagging(int bound) {
        return sums[LoopCounters.LAGGING + bound];
    }

    /** By how many positions of the log the last of all subscriptions is behind; 0 if none is. */
    public long largestLag() {
        return sums[LoopCounters.LARGEST_LAG];
    }
}
