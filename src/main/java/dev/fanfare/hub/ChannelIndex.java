package dev.fanfare.hub;

import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the channels that an event matches: exact topics by hash, so that a hundred thousand channels cost an event what one
 * costs. Guarded by the hub's dispatch lock.
 */
final class ChannelIndex {
    private final int loops;
    private final Map<List<Selector>, Channel> bySelectors = new HashMap<>();
    private final Map<Topic, List<Channel>> byTopic = new HashMap<>();
    private final List<Channel> ofEverything = new ArrayList<>();

    ChannelIndex(int loops) {
        this.loops = loops;
    }

    int size() {
        return bySelectors.size();
    }

    /** The channel of these selectors, made if there is none. */
    Channel get(List<Selector> selectors) {
        Channel known = bySelectors.get(selectors);
        if (known != null) {
            return known;
        }
        Channel channel = new Channel(selectors, loops);
        bySelectors.put(selectors, channel);
        for (Selector selector : selectors) {
            listOf(selector).add(channel);
        }
        return channel;
    }

    private List<Channel> listOf(Selector selector) {
        return selector instanceof Selector.Exact exact
                ? byTopic.computeIfAbsent(exact.topic(), topic -> new ArrayList<>(1))
                : ofEverything;
    }

    /** Takes a channel out; events pass it by from now on. */
    @Nullable
    Channel remove(List<Selector> selectors) {
        Channel channel = bySelectors.remove(selectors);
        if (channel == null) {
            return null;
        }
        for (Selector selector : selectors) {
            List<Channel> list = listOf(selector);
            list.remove(channel);
            if (list.isEmpty() && selector instanceof Selector.Exact exact) {
                byTopic.remove(exact.topic());
            }
        }
        return channel;
    }

    /** Takes out this very channel, and leaves a younger one with the same selectors alone. */
    void removeIfSame(Channel channel) {
        if (bySelectors.get(channel.selectors()) == channel) {
            remove(channel.selectors());
        }
    }

    /** Lists an event in every channel that matches one of its topics, once each. */
    void list(List<Topic> topics, long position) {
        for (Topic topic : topics) {
            List<Channel> matching = byTopic.get(topic);
            if (matching != null) {
                for (Channel channel : matching) {
                    channel.list(position);
                }
            }
        }
        for (Channel channel : ofEverything) {
            channel.list(position);
        }
    }
}
