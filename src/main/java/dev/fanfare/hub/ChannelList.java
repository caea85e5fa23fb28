package dev.fanfare.hub;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The channels that have one selector, in no order. Each channel knows its places in such lists, so adding and removing takes
 * the same time however many there are. Guarded by the {@link Dispatcher}'s lock.
 */
final class ChannelList {
    private @Nullable Channel[] channels = new Channel[1];
    /** For each channel, which of its selectors brought it here. */
    private int[] selectorIndexes = new int[1];

    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void add(Channel channel, int selectorIndex) {
        if (size == channels.length) {
            resize(size * 2);
        }
        put(size++, channel, selectorIndex);
    }

    void remove(Channel channel, int selectorIndex) {
        int place = channel.placeOf(selectorIndex);
        size--;
        Channel last = channels[size];
        if (last != null && place < size) {
            put(place, last, selectorIndexes[size]);
        }
        channels[size] = null;
        if (size > 0 && size <= channels.length / 4) {
            resize(channels.length / 2);
        }
    }

    private void put(int place, Channel channel, int selectorIndex) {
        channels[place] = channel;
        selectorIndexes[place] = selectorIndex;
        channel.place(selectorIndex, place);
    }

    private void resize(int length) {
        channels = Arrays.copyOf(channels, length);
        selectorIndexes = Arrays.copyOf(selectorIndexes, length);
    }

    /** Tells every channel of an event that matches. */
    void list(long position, @Nullable Delivery delivery) {
        for (int i = 0; i < size; i++) {
            Channel channel = channels[i];
            if (channel != null) {
                channel.list(position, delivery);
            }
        }
    }
}
