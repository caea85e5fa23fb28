package dev.fanfare.hub;

import dev.fanfare.log.LogMode;
import dev.fanfare.stream.CloseReason;
import java.util.ArrayDeque;
import java.util.List;

/*
 * A subscription has an event once its cursor is at the event's position or behind it. Only the oldest event that somebody
 * waits for is counted: `missing` subscriptions do not have it. When the last of them has, all cursors are looked at once,
 * and what all have by then is done. So the cost of a look is shared by all the deliveries that led to it.
 */
/** The events of a shard of which somebody wants to know when all subscriptions have them. Confined to the loop's thread. */
final class Deliveries {
    private record Awaited(long position, Delivery delivery) {}

    private final HubParts parts;
    private final List<Subscription> subscriptions;
    private final ArrayDeque<Awaited> waiting = new ArrayDeque<>(4);
    private int missing;

    /** @param subscriptions those of the shard, as they come and go */
    Deliveries(HubParts parts, List<Subscription> subscriptions) {
        this.parts = parts;
        this.subscriptions = subscriptions;
    }

    /** @param complete whether no subscription is on its way to the shard */
    void add(long position, Delivery delivery, boolean complete) {
        boolean isOther = dropGivenUp();
        waiting.add(new Awaited(position, delivery));
        if (isOther || waiting.size() == 1) {
            count();
            settle(complete);
        } else {
            closeHopeless();
        }
    }

    /** Lets go of the oldest ones that nobody waits for any longer; they were given up in their order. Whether there were any. */
    private boolean dropGivenUp() {
        boolean hasDropped = false;
        for (Awaited oldest = waiting.peek();
                oldest != null && oldest.delivery().isDone();
                oldest = waiting.peek()) {
            waiting.remove();
            hasDropped = true;
        }
        return hasDropped;
    }

    /** A subscription has come to another position. */
    void moved(long from, long to, boolean complete) {
        Awaited oldest = waiting.peek();
        if (oldest != null && from < oldest.position() && to >= oldest.position()) {
            missing--;
            settle(complete);
        }
    }

    /** A subscription has come that waited to, or may have been waited for. */
    void joined(long cursor, boolean complete) {
        Awaited oldest = waiting.peek();
        if (oldest != null) {
            missing += cursor < oldest.position() ? 1 : 0;
            settle(complete);
        }
    }

    private void settle(boolean complete) {
        while (complete && missing == 0 && !waiting.isEmpty()) {
            long least = Long.MAX_VALUE;
            for (Subscription subscription : subscriptions) {
                least = Math.min(least, subscription.cursor());
            }
            for (Awaited oldest = waiting.peek();
                    oldest != null && oldest.position() <= least;
                    oldest = waiting.peek()) {
                waiting.remove();
                oldest.delivery().release();
            }
            count();
        }
    }

    private void count() {
        Awaited oldest = waiting.peek();
        missing = 0;
        for (int i = 0; oldest != null && i < subscriptions.size(); i++) {
            missing += subscriptions.get(i).cursor() < oldest.position() ? 1 : 0;
        }
    }

    /**
     * Where nothing is kept, a client that lacks an event that has left the tail will be closed for it once it reads; it is closed now, so
     * that no more events wait than the tail has.
     */
    private void closeHopeless() {
        Awaited oldest = waiting.peek();
        if (parts.mode() != LogMode.LIVE
                || oldest == null
                || oldest.position() >= parts.tail().start()) {
            return;
        }
        for (int i = subscriptions.size() - 1; i >= 0; i--) {
            Subscription subscription = subscriptions.get(i);
            if (subscription.cursor() < oldest.position()) {
                subscription.stream().close(CloseReason.LAGGED);
            }
        }
    }
}
