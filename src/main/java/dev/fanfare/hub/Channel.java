package dev.fanfare.hub;

import dev.fanfare.event.Selector;
import dev.fanfare.stream.WriterLoop;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All subscribers with the same selectors. Events are matched to channels, not to subscribers. A channel has a {@link ChannelShard}
 * in every writer loop that owns one of its subscribers. Guarded by the {@link Dispatcher}'s lock.
 */
final class Channel {
    private final List<Selector> selectors;
    private final @Nullable ChannelShard[] shards;
    private final int[] subscribers;
    /** For each selector, the place in the list of those that have it. */
    private final int[] places;

    private int total;
    private long events;

    /** The position of the event that was listed last, so that no event is listed twice. */
    private long lastListed;

    /** @param selectors its key, see {@link #keyOf} */
    Channel(List<Selector> selectors, int loops) {
        this.selectors = selectors;
        this.shards = new ChannelShard[loops];
        this.subscribers = new int[loops];
        this.places = new int[selectors.size()];
    }

    /** The selectors that name the channel of these: sorted, each once. {@code *} takes in all others. */
    static List<Selector> keyOf(Collection<Selector> selectors) {
        for (Selector selector : selectors) {
            if (selector instanceof Selector.Everything) {
                return List.of(selector);
            }
        }
        return List.copyOf(new TreeSet<>(selectors));
    }

    List<Selector> selectors() {
        return selectors;
    }

    int placeOf(int selectorIndex) {
        return places[selectorIndex];
    }

    void place(int selectorIndex, int place) {
        places[selectorIndex] = place;
    }

    /**
     * The shard in a loop, made if there is none; counts one subscriber more.
     *
     * @param leaving has the channel {@link #leave} the loop, under the lock
     */
    ChannelShard join(int loopIndex, HubParts parts, WriterLoop loop, long floor, Runnable leaving) {
        ChannelShard shard = shards[loopIndex];
        if (shard == null) {
            shard = new ChannelShard(parts, selectors, loop, floor, leaving);
            shards[loopIndex] = shard;
        }
        subscribers[loopIndex]++;
        total++;
        return shard;
    }

    /** Counts one subscriber less; whether none is left. */
    boolean leave(int loopIndex) {
        if (--subscribers[loopIndex] == 0) {
            shards[loopIndex] = null;
        }
        return --total == 0;
    }

    ChannelStats info() {
        return new ChannelStats(selectors, total, events);
    }

    int subscribers() {
        return total;
    }

    /** Tells every shard of an event that matches, and has a delivery wait for all subscribers if there is one. */
    void list(long position, @Nullable Delivery delivery) {
        if (lastListed == position) {
            return;
        }
        lastListed = position;
        events++;
        for (ChannelShard shard : shards) {
            if (shard != null) {
                shard.list(position);
            }
        }
        if (delivery != null) {
            delivery.isFor(total);
            deliver(position, delivery);
        }
    }

    /** Has all subscribers that are not so far yet read the history up to a position. */
    void passOver(long position) {
        for (ChannelShard shard : shards) {
            if (shard != null) {
                shard.passOver(position);
            }
        }
    }

    /** Has a delivery wait for all subscribers. */
    void deliver(long position, Delivery delivery) {
        for (ChannelShard shard : shards) {
            if (shard != null) {
                shard.deliver(position, delivery);
            }
        }
    }

    /** Ends the streams of all subscribers behind what has been listed so far. */
    void finish() {
        for (ChannelShard shard : shards) {
            if (shard != null) {
                shard.finish();
            }
        }
    }
}
