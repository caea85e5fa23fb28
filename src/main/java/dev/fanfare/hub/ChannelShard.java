package dev.fanfare.hub;

import dev.fanfare.event.Selector;
import dev.fanfare.stream.SlotList;
import dev.fanfare.stream.WriterLoop;
import dev.fanfare.wire.Form;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * The way of an event from here to the socket, each step called by the one above and by nobody else:
 *
 *   Channel.list()               the dispatcher, in a publisher's thread
 *     ChannelShard.list()        the position goes into the inbox; the loop is woken, once a batch
 *   WriterLoop                   in its own thread
 *     ChannelShard.run()         the inbox is moved to the positions listed; each stream has its turn:
 *       ClientStream.drain()       who writes, and counts
 *         Subscription.next()        who knows what is next: a page, or the positions behind the cursor
 *           ListedPositions.after()    a batch from the tail, shared by all with the same cursor and rights
 *         Outlet.write()           the socket takes some
 *         Subscription.taken()     the cursor moves
 *         Subscription.paused()    after the last batch: reports to the shard where it stands
 *       ChannelShard.settle()    lets go of the positions that nobody needs
 *
 * Positions go as soon as nobody needs them: when every subscription of the shard has come to the head, all of them. While
 * some lag, the bounds of ListedPositions hold.
 */
/** The part of a channel that one writer loop owns. Unless a method says otherwise it runs in that loop's thread. */
final class ChannelShard implements Runnable {
    private static final int MOST_FORMS = 4;

    private final HubParts parts;
    private final List<Selector> selectors;
    private final WriterLoop loop;
    private final Runnable leaving;
    private final ShardInbox inbox;
    private final ListedPositions listed;

    // Confined to the loop's thread.
    private final SlotList<Subscription> subscriptions =
            new SlotList<>(subscription -> subscription.slot, (subscription, slot) -> subscription.slot = slot);
    private int lagging;
    private boolean running;
    /** Some subscriptions have not been shown all of what is listed; another run comes for them. */
    private boolean owing;

    private @Nullable Deliveries deliveries;

    /** The forms that subscriptions want, but for the plain one. */
    private final List<Form> forms = new ArrayList<>(0);

    /**
     * @param selectors those of its channel
     * @param floor the position before the first that will be listed
     * @param leaving run once for each subscription that was expected, when it has left or does not come
     */
    ChannelShard(HubParts parts, List<Selector> selectors, WriterLoop loop, long floor, Runnable leaving) {
        this.parts = parts;
        this.selectors = selectors;
        this.loop = loop;
        this.leaving = leaving;
        this.inbox = new ShardInbox(loop);
        this.listed = new ListedPositions(parts.tail(), loop, floor);
    }

    WriterLoop loop() {
        return loop;
    }

    /** What each of its subscriptions has selected. */
    List<Selector> selectors() {
        return selectors;
    }

    // Called by the dispatcher, any thread.

    /** Notes an event that matches, and has the loop look at it. */
    void list(long position) {
        if (inbox.add(position)) {
            loop.execute(this);
        }
    }

    /** Lists nothing up to a position, so that those who are not so far yet read the history, and has the loop look at it. */
    void passOver(long position) {
        inbox.passOver(position);
        loop.execute(this);
    }

    /** Ends the streams of the subscriptions once they have all that was listed. */
    void finish() {
        inbox.finish();
        loop.execute(this);
    }

    /** A subscription is on its way here; what is listed from now on is kept for it. */
    void expect() {
        inbox.expect();
    }

    /** A subscription that was on its way here does not come. */
    void expectNoMore() {
        loop.execute(() -> {
            came(Long.MAX_VALUE);
            settle();
        });
        leaving.run();
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
        inbox.countAwaited();
        if (deliveries == null) {
            deliveries = new Deliveries(parts, subscriptions);
        }
        deliveries.add(position, delivery, !inbox.isAnyAwaited());
    }

    /**
     * Gives each stream its turn to write what is listed. What comes meanwhile is taken along for those still to be shown, in
     * the same write; those who were have the next run, which is queued by then.
     */
    @Override
    public void run() {
        assert loop.isOwnThread() : "a shard is its loop's";
        owing = false;
        inbox.moveTo(listed, true);
        running = true;
        for (int i = subscriptions.size() - 1; i >= 0; i--) {
            if (inbox.hasArrived()) {
                owing = true;
                inbox.moveTo(listed, false);
            }
            subscriptions.get(i).stream().drain();
            i = Math.min(i, subscriptions.size()); // a stream may have had more than one here
        }
        running = false;
        settle();
    }

    /** The positions that its subscriptions read. */
    ListedPositions listed() {
        return listed;
    }

    /** Whether all was listed here that there will be. */
    boolean isFinished() {
        return inbox.isFinished();
    }

    // What subscriptions report.

    /** One form for all equal ones, as long as few are wanted, so that those who want it share batches. */
    Form shared(Form form) {
        if (form == Form.PLAIN) {
            return form;
        }
        int known = forms.indexOf(form);
        if (known >= 0) {
            return forms.get(known);
        }
        if (forms.size() == MOST_FORMS) {
            forms.remove(0);
        }
        forms.add(form);
        return form;
    }

    void add(Subscription subscription) {
        subscriptions.add(subscription);
        came(subscription.cursor());
    }

    private void came(long cursor) {
        inbox.came();
        if (deliveries != null) {
            deliveries.joined(cursor, !inbox.isAnyAwaited());
        }
    }

    /** @param cursor where it stood when it reported last */
    void remove(Subscription subscription, long cursor) {
        if (subscriptions.take(subscription)) {
            moved(cursor, Long.MAX_VALUE);
        } else { // it failed on its way
            came(Long.MAX_VALUE);
        }
        settle();
        leaving.run();
    }

    /** A subscription has come from one position to another. */
    void moved(long from, long to) {
        if (deliveries != null) {
            deliveries.moved(from, to, !inbox.isAnyAwaited());
        }
    }

    /** A subscription began to lag behind the head, or came to it. */
    void lags(boolean begins) {
        lagging += begins ? 1 : -1;
        settle();
    }

    /** Where nobody lags, and nobody is on the way, nothing needs to be kept. */
    void settle() {
        if (!running && !owing && lagging == 0 && !inbox.isAnyAwaited()) {
            listed.raiseFloor(listed.head());
        }
    }

    /**
     * The position up to which an up-to-date subscription of this shard has seen all that concerns it, though the newest
     * events may not have matched.
     */
    long seenUpTo() {
        long dispatched = parts.dispatched().getAsLong();
        long head = listed.head();
        return inbox.isEmpty(head) ? Math.max(head, dispatched) : head;
    }
}
