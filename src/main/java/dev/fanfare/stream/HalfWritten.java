package dev.fanfare.stream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How a client does that holds half-written bytes.
 *
 * @param movedBytes how far it has come in its window; the most there can be if it has none yet
 * @param windowNanos how long that runs
 */
record HalfWritten(ClientStream stream, long movedBytes, long windowNanos) {
    private static final Comparator<HalfWritten> MOVED_LEAST_FIRST =
            Comparator.comparingLong(HalfWritten::movedBytes).thenComparingLong(pinning -> -pinning.windowNanos());

    /**
     * Closes clients of one loop, those that moved least first, while the half-written bytes of all are above the bound and
     * the loop's own above its share of it. In the loop's thread.
     */
    static void relieve(WriterLoop loop, WriterLoops loops) {
        List<HalfWritten> pinning = new ArrayList<>();
        loop.forEach(stream -> stream.addPinning(pinning));
        pinning.sort(MOVED_LEAST_FIRST);
        for (HalfWritten least : pinning) {
            if (!loops.pin(0) || loop.addPinnedBytes(0) <= loops.pinnedBytesPerLoop()) {
                return;
            }
            least.stream().close(CloseReason.PINNED);
        }
    }
}
