package dev.fanfare.stream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is done when clients hold more half-written bytes than they may: those that moved least are closed. */
final class Relief {
    /**
     * How a client does that holds half-written bytes.
     *
     * @param movedBytes how far it has come in its window; the most there can be if it has none yet
     * @param windowNanos how long that runs
     */
    record Holder(ClientStream stream, long movedBytes, long windowNanos) {}

    private static final Comparator<Holder> MOVED_LEAST_FIRST =
            Comparator.comparingLong(Holder::movedBytes).thenComparingLong(holder -> -holder.windowNanos());

    private Relief() {}

    /**
     * Closes clients of one loop while the half-written bytes of all are above the bound and the loop's own above its share
     * of it. In the loop's thread.
     */
    static void run(WriterLoop loop, HalfWrittenBound bound) {
        List<Holder> holders = new ArrayList<>();
        loop.forEach(stream -> stream.addHolder(holders));
        holders.sort(MOVED_LEAST_FIRST);
        for (Holder least : holders) {
            if (!bound.isPassed() || loop.halfWrittenBytes() <= bound.mostPerLoop()) {
                return;
            }
            least.stream().close(CloseReason.PINNED);
        }
    }
}
