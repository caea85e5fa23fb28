package dev.fanfare.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.WriterLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * How positions come in and go out:
 *
 *   dispatcher --list()--> inbox --take()--> listed --next()--> batches for subscriptions
 *
 * The inbox is the only part that two threads touch; its own lock guards it, held for a few instructions and with no call
 * outside. `listed` holds the positions in (floor, head] of events that match. A subscription whose cursor is at or above
 * the floor reads them in the tail; one below reads the history.
 *
 * Positions go as soon as nobody needs them: when every subscription of the shard has come to the head, all of them. While
 * some lag, the bounds hold: on the inbox, on the shard, and on all shards of a loop together. Where one is passed the
 * positions go and the floor rises, so that those who lag read the history instead. Nothing is lost by that. Those at the
 * head do not pay for those who lag: what has just come in stays, whatever lies before it.
 */
/** The part of a channel that one writer loop owns. Unless a method says otherwise it runs in that loop's thread. */
final class ChannelShard implements Runnable {
    private static final int MAX_LISTED = 65_536;
    private static final long MAX_LISTED_IN_LOOP = 1L << 20;
    /** An inbox up to this size is kept when it is empty, and not counted. */
    private static final int SMALL_INBOX = 64;

    private static final long[] NONE = new long[0];

    private final Hub hub;
    private final WriterLoop loop;

    // Guarded by inboxLock.
    private final Object inboxLock = new Object();
    private long[] inbox = NONE;
    private int inboxSize;
    private long inboxFloor;
    private int joining;
    private boolean queued;
    private boolean finishing;
    /** Something lies in the inbox; read without the lock as a hint. */
    private volatile boolean arrived;

    // Confined to the loop's thread.
    private final List<Subscription> subscriptions = new ArrayList<>(1);
    private long[] listed = NONE;
    private int listedFrom;
    private int listedTo;
    private long floor;
    private long head;
    private int lagging;
    private int awaited;
    private boolean running;
    /** Some subscriptions have not been shown all of what is listed; another run comes for them. */
    private boolean owing;

    private boolean finished;
    private @Nullable Deliveries deliveries;
    private @Nullable Batch cached;
    private long cachedAfter;
    private @Nullable Rights cachedRights;

    ChannelShard(Hub hub, WriterLoop loop, long floor) {
        this.hub = hub;
        this.loop = loop;
        this.floor = floor;
        this.head = floor;
    }

    // Called by the dispatcher, any thread.

    /** Notes an event that matches, and has the loop look at it. */
    void list(long position) {
        synchronized (inboxLock) {
            if (inboxSize == inbox.length && !growInbox()) {
                inboxFloor = inbox[inboxSize - 1];
                inboxSize = 0;
            }
            inbox[inboxSize++] = position;
            arrived = true;
            if (queued) {
                return;
            }
            queued = true;
        }
        loop.execute(this);
    }

    /** Makes room in the inbox, unless a bound is passed. */
    @GuardedBy("inboxLock")
    private boolean growInbox() {
        int length = Math.max(4, inboxSize * 2);
        if (length > MAX_LISTED) {
            return false;
        }
        if (length > SMALL_INBOX) {
            int more = length - counted(inbox);
            if (loop.addInboxPositions(more, MAX_LISTED_IN_LOOP)) {
                loop.addInboxPositions(-more, MAX_LISTED_IN_LOOP);
                return false;
            }
        }
        inbox = Arrays.copyOf(inbox, length);
        return true;
    }

    private static int counted(long[] inbox) {
        return inbox.length > SMALL_INBOX ? inbox.length : 0;
    }

    /** Ends the streams of the subscriptions once they have all that was listed. */
    void finish() {
        synchronized (inboxLock) {
            finishing = true;
        }
        loop.execute(this);
    }

    /** A subscription is on its way here; what is listed from now on is kept for it. */
    void expect() {
        synchronized (inboxLock) {
            joining++;
        }
    }

    /** A subscription that was on its way here does not come. */
    void expectNoMore() {
        loop.execute(() -> {
            came(Long.MAX_VALUE);
            settle();
        });
    }

    /** Has a delivery wait until every subscription that was on its way here by now has the event at a position. */
    void deliver(long position, Delivery delivery) {
        delivery.hold();
        if (!loop.execute(() -> await(position, delivery))) {
            delivery.release();
        }
    }

    // Called in the loop's thread.

    private void await(long position, Delivery delivery) {
        synchronized (inboxLock) {
            awaited = joining;
        }
        if (deliveries == null) {
            deliveries = new Deliveries(hub, subscriptions);
        }
        deliveries.add(position, delivery, awaited == 0);
    }

    /** A subscription has come from one position to another. */
    void moved(long from, long to) {
        if (deliveries != null) {
            deliveries.moved(from, to, awaited == 0);
        }
    }

    /**
     * Shows each subscription what is listed. What comes meanwhile is taken along for those who are still to be shown, in the
     * same write; those who were have the next run, which is queued by then.
     */
    @Override
    public void run() {
        owing = false;
        take(true);
        running = true;
        for (int i = subscriptions.size() - 1; i >= 0; i--) {
            if (arrived) {
                owing = true;
                take(false);
            }
            subscriptions.get(i).drainListed();
        }
        running = false;
        settle();
    }

    private void take(boolean atStart) {
        synchronized (inboxLock) {
            if (atStart) {
                queued = false;
            }
            arrived = false;
            finished |= finishing;
            awaited = joining;
            if (inboxFloor > floor) {
                raiseFloor(inboxFloor);
            }
            if (inboxSize > 0) {
                append(inbox, inboxSize);
                inboxSize = 0;
                if (inbox.length > SMALL_INBOX) {
                    loop.addInboxPositions(-inbox.length, MAX_LISTED_IN_LOOP);
                    inbox = NONE;
                }
            }
        }
    }

    private void append(long[] positions, int count) {
        cached = null;
        long before = head;
        int size = listedTo - listedFrom;
        if (listedTo + count > listed.length) {
            long[] grown = size + count <= listed.length / 2 ? listed : new long[Math.max(8, (size + count) * 2)];
            System.arraycopy(listed, listedFrom, grown, 0, size);
            listed = grown;
            listedFrom = 0;
            listedTo = size;
        }
        System.arraycopy(positions, 0, listed, listedTo, count);
        listedTo += count;
        head = positions[count - 1];
        boolean tooMany = loop.addListedPositions(count) > MAX_LISTED_IN_LOOP;
        if (tooMany) {
            raiseFloor(before);
        } else if (size + count > MAX_LISTED) {
            raiseFloor(listed[listedTo - MAX_LISTED - 1]);
        } else {
            int inTail = indexAfter(hub.tail().start() - 1);
            if (inTail > listedFrom) {
                raiseFloor(listed[inTail - 1]);
            }
        }
    }

    /** Lets go of the positions up to and including {@code position}. */
    private void raiseFloor(long position) {
        cached = null;
        floor = Math.max(floor, position);
        head = Math.max(head, position);
        int from = indexAfter(position);
        loop.addListedPositions(listedFrom - from);
        listedFrom = from;
        if (listedFrom == listedTo) {
            listedFrom = 0;
            listedTo = 0;
            if (listed.length > 64) {
                listed = NONE;
            }
        }
    }

    /** The index in {@code listed} of the first position above {@code position}. */
    private int indexAfter(long position) {
        if (listedFrom == listedTo || listed[listedTo - 1] <= position) {
            return listedTo;
        }
        int found = Arrays.binarySearch(listed, listedFrom, listedTo, position + 1);
        return found >= 0 ? found : -found - 1;
    }

    void add(Subscription subscription) {
        subscription.shardIndex = subscriptions.size();
        subscriptions.add(subscription);
        came(subscription.cursor());
    }

    private void came(long cursor) {
        synchronized (inboxLock) {
            awaited = --joining;
        }
        if (deliveries != null) {
            deliveries.joined(cursor, awaited == 0);
        }
    }

    void remove(Subscription subscription) {
        int last = subscriptions.size() - 1;
        Subscription moved = subscriptions.get(last);
        subscriptions.set(subscription.shardIndex, moved);
        moved.shardIndex = subscription.shardIndex;
        subscriptions.remove(last);
        moved(subscription.cursor(), Long.MAX_VALUE);
        settle();
    }

    /** A subscription began to lag behind the head, or came to it. */
    void lags(boolean begins) {
        lagging += begins ? 1 : -1;
        settle();
    }

    /** Where nobody lags, and nobody is on the way, nothing needs to be kept. */
    void settle() {
        if (!running && !owing && lagging == 0 && awaited == 0 && floor < head) {
            raiseFloor(head);
        }
    }

    /** Whether all was listed here that there will be. */
    boolean isFinished() {
        return finished;
    }

    /** The position below which a cursor needs the history. */
    long floor() {
        return floor;
    }

    /** The position of the newest event listed here. */
    long head() {
        return head;
    }

    /**
     * What follows {@code cursor} here, at most a batch.
     *
     * @return an empty batch if nothing follows; null if the cursor is below what the shard and the tail still have
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
        int i = indexAfter(cursor);
        for (; i < listedTo && !builder.isFull(); i++) {
            EncodedEvent entry = hub.tail().get(listed[i]);
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

    /**
     * The position up to which an up-to-date subscription of this shard has seen all that concerns it, though the newest
     * events may not have matched.
     */
    long seenUpTo() {
        long dispatched = hub.dispatched();
        synchronized (inboxLock) {
            return inboxSize == 0 && inboxFloor <= head ? Math.max(head, dispatched) : head;
        }
    }
}
