package dev.fanfare.hub;

import dev.fanfare.log.PositionRing;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.WriterLoop;
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
    static final int MAX_LISTED = 65_536;
    static final long MAX_LISTED_IN_LOOP = 1L << 20;

    private final Tail tail;
    private final WriterLoop loop;
    private final PositionRing positions = new PositionRing();
    private long floor;
    private long head;

    private @Nullable Batch cached;
    private long cachedAfter;
    private @Nullable Rights cachedRights;

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
        cached = null;
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
        cached = null;
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
    Batch after(long cursor, Rights rights) {
        if (cursor < floor) {
            return null;
        }
        Batch last = cached;
        if (last != null && cachedAfter == cursor && cachedRights == rights) {
            return last;
        }
        Batch.Builder builder = new Batch.Builder(cursor);
        for (int i = positions.indexAfter(cursor); i < positions.size() && !builder.isFull(); i++) {
            EncodedEvent entry = tail.get(positions.get(i));
            if (entry == null) {
                if (builder.isEmpty()) {
                    return null;
                }
                break;
            }
            entry.addTo(builder, rights);
        }
        Batch batch = builder.build();
        cached = batch;
        cachedAfter = cursor;
        cachedRights = rights;
        return batch;
    }

    /** Lets go of the batch put together last, whose frames the tail may not have any more. */
    void forgetBatch() {
        cached = null;
        cachedRights = null;
    }
}
