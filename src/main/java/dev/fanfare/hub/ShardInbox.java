package dev.fanfare.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.WriterLoop;
import java.util.Arrays;

/**
 * Positions on their way from the dispatcher into a shard, and how many subscriptions are on their way there too. The only part
 * of a shard that two threads touch: its own lock guards it, held for a few instructions. Thread-safe.
 */
final class ShardInbox {
    /** One up to this size is kept when it is empty, and not counted. */
    private static final int SMALL = 64;

    private static final long[] NONE = new long[0];

    private final WriterLoop loop;

    @GuardedBy("this")
    private long[] positions = NONE;

    @GuardedBy("this")
    private int size;

    /** Positions up to this one were thrown away; those who want them read the history. */
    @GuardedBy("this")
    private long floor;

    @GuardedBy("this")
    private int joining;

    @GuardedBy("this")
    private boolean queued;

    @GuardedBy("this")
    private boolean finishing;

    /** Something lies in the inbox; written under the lock, read without it as a hint. */
    private volatile boolean arrived;

    // As it was when the loop looked last. Confined to the loop's thread.
    private int awaited;
    private boolean finished;

    ShardInbox(WriterLoop loop) {
        this.loop = loop;
    }

    // Called by the dispatcher, any thread.

    /** Adds the position of an event that matches; whether the shard has to be run for it. */
    synchronized boolean add(long position) {
        if (size == positions.length && !grow()) {
            floor = positions[size - 1];
            size = 0;
        }
        positions[size++] = position;
        arrived = true;
        boolean first = !queued;
        queued = true;
        return first;
    }

    /** Throws away what lies here; all up to a position is to be read in the history. */
    synchronized void passOver(long position) {
        floor = position;
        size = 0;
        arrived = true;
    }

    /** Makes room, unless a bound is passed. */
    @GuardedBy("this")
    private boolean grow() {
        int length = Math.max(4, size * 2);
        if (length > ListedPositions.MAX_LISTED) {
            return false;
        }
        if (length > SMALL) {
            int more = length - counted();
            if (loop.addInboxPositions(more, ListedPositions.MAX_LISTED_IN_LOOP)) {
                loop.addInboxPositions(-more, ListedPositions.MAX_LISTED_IN_LOOP);
                return false;
            }
        }
        positions = Arrays.copyOf(positions, length);
        return true;
    }

    @GuardedBy("this")
    private int counted() {
        return positions.length > SMALL ? positions.length : 0;
    }

    /** A subscription is on its way to the shard; what is listed from now on is kept for it. */
    synchronized void expect() {
        joining++;
    }

    /** The shard's streams end behind what has been added. */
    synchronized void finish() {
        finishing = true;
    }

    // Called in the loop's thread.

    /** Whether something came since the inbox was emptied last; may be seen a little later. */
    boolean hasArrived() {
        return arrived;
    }

    /**
     * Moves all that lies here to where the loop lists it.
     *
     * @param runBegins whether this begins the run of the shard that was asked for: what is added from now on needs another
     */
    synchronized void moveTo(ListedPositions listed, boolean runBegins) {
        queued &= !runBegins;
        arrived = false;
        awaited = joining;
        finished = finishing;
        listed.raiseFloor(floor);
        if (size > 0) {
            listed.append(positions, size);
            size = 0;
            if (positions.length > SMALL) {
                loop.addInboxPositions(-positions.length, ListedPositions.MAX_LISTED_IN_LOOP);
                positions = NONE;
            }
        }
    }

    /** Looks at how many subscriptions are on their way. */
    synchronized void countAwaited() {
        awaited = joining;
    }

    /** A subscription that was on its way has come, or never will. */
    synchronized void came() {
        awaited = --joining;
    }

    /** Whether subscriptions were on their way when the inbox was looked at last. */
    boolean isAnyAwaited() {
        return awaited > 0;
    }

    /** Whether all has been moved that there will be. */
    boolean isFinished() {
        return finished;
    }

    /** Whether all that was added has been moved to where the loop lists it, up to {@code head}. */
    synchronized boolean isEmpty(long head) {
        return size == 0 && floor <= head;
    }
}
