package dev.fanfare.hub;

import dev.fanfare.log.PositionRing;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.wire.Form;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * What is listed are the positions in (floor, head] of events that match. A subscription whose cursor is at or above the floor
 * reads them in the tail; one below reads the history.
 *
 * Two bounds hold: on what one shard lists, and on all shards of a loop together. Where one is passed positions go and the floor
 * rises, so that those who lag read the history instead. Nothing is lost by that. Those at the head do not pay for those who
 * lag: what has just come in stays, whatever lies before it.
 */
/** The positions that a shard lists for its subscriptions, and the batch read last from the tail. Confined to the loop's thread. */
final class ListedPositions {
    private static final int MAX_AUDIENCES = 4;

    static final int MAX_LISTED = 65_536;
    static final long MAX_LISTED_IN_LOOP = 1L << 20;

    private final Tail tail;
    private final WriterLoop loop;
    private final PositionRing positions = new PositionRing();
    private long floor;
    private long head;

    /** What was put together last, for the audiences that differ; few, since most events are for everybody. */
    private final List<SharedBatch> cached = new ArrayList<>(1);

    /** @param floor the position before the first that will be listed */
    ListedPositions(Tail tail, WriterLoop loop, long floor) {
        this.tail = tail;
        this.loop = loop;
        this.floor = floor;
        this.head = floor;
    }

    /** The position below which a cursor needs the history. */
    long floor() {
        return floor;
    }

    /** The position of the newest event listed here. */
    long head() {
        return head;
    }

    /** Lists the first {@code count} positions of an array, each above all that are here. */
    void append(long[] more, int count) {
        assert loop.isOwnThread() : "a shard is its loop's";
        cached.clear();
        long before = head;
        positions.add(more, count);
        head = more[count - 1];
        boolean tooMany = loop.addListedPositions(count) > MAX_LISTED_IN_LOOP;
        if (tooMany) {
            raiseFloor(before);
        } else if (positions.size() > MAX_LISTED) {
            raiseFloor(positions.get(positions.size() - MAX_LISTED - 1));
        } else {
            int inTail = positions.indexAfter(tail.start() - 1);
            if (inTail > 0) {
                raiseFloor(positions.get(inTail - 1));
            }
        }
    }

    /** Lets go of the positions up to and including {@code position}. */
    void raiseFloor(long position) {
        if (position <= floor) {
            return;
        }
        cached.clear();
        floor = position;
        head = Math.max(head, position);
        loop.addListedPositions(-positions.removeUpTo(position));
    }

    /**
     * What follows {@code cursor} here, at most a batch.
     *
     * @return an empty batch if nothing follows; null if the cursor is below what is listed and the tail still has
     */
    @Nullable
    Batch after(long cursor, Rights rights, Form form) {
        if (cursor < floor) {
            return null;
        }
        for (int i = 0; i < cached.size(); i++) { // an iterator would be an object for each client
            if (cached.get(i).isFor(cursor, rights, form)) {
                return cached.get(i).batch();
            }
        }
        SharedBatch next = read(cursor, rights, form);
        if (next == null) {
            return null;
        }
        if (cached.size() == MAX_AUDIENCES) {
            cached.remove(0);
        }
        cached.add(next);
        return next.batch();
    }

    private @Nullable SharedBatch read(long cursor, Rights rights, Form form) {
        Batch.Builder builder = new Batch.Builder(cursor);
        List<SharedBatch.Verdict> verdicts = List.of();
        for (int i = positions.indexAfter(cursor); i < positions.size() && !builder.isFull(); i++) {
            EncodedEvent entry = tail.get(positions.get(i));
            if (entry == null) {
                if (builder.isEmpty()) {
                    return null;
                }
                break;
            }
            boolean allowed = entry.addTo(builder, rights, form);
            if (entry.verdicts() != null) {
                verdicts = verdicts.isEmpty() ? new ArrayList<>(2) : verdicts;
                verdicts.add(new SharedBatch.Verdict(entry, allowed));
            }
        }
        return new SharedBatch(cursor, form, verdicts, builder.build());
    }

    /** Lets go of the batch put together last, whose frames the tail may not have any more. */
    void forgetBatch() {
        cached.clear();
    }
}
