package dev.fanfare.hub;

import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Finds the channels that an event matches: exact topics by hash, so that a hundred thousand channels cost an event what one
 * costs; templates by what is remembered of the topic, see {@link TemplateIndex}. Its own lock guards it and all channels:
 * the {@link Dispatcher} holds it around every call, except for {@link #templatesOf} and what it remembers.
 */
final class ChannelIndex {
    private final int loops;
    private final Map<List<Selector>, Channel> bySelectors = new HashMap<>();
    private final Map<Topic, ChannelList> byTopic = new HashMap<>();
    private final TemplateIndex templates;
    private final ChannelList ofEverything = new ChannelList();

    ChannelIndex(int loops, int maxTemplates, int anonymousPasses) {
        this.loops = loops;
        this.templates = new TemplateIndex(maxTemplates, anonymousPasses);
    }

    /** Has other bounds for templates that come from now on; any thread may set them. */
    void take(int maxTemplates, int anonymousPasses) {
        templates.take(maxTemplates, anonymousPasses);
    }

    int size() {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        return bySelectors.size();
    }

    /** The channels with the most subscribers, those first. */
    List<ChannelStats> largest(int most) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        PriorityQueue<Channel> kept = new PriorityQueue<>(Comparator.comparingInt(Channel::subscribers));
        for (Channel channel : bySelectors.values()) {
            if (kept.size() < most) {
                kept.add(channel);
            } else if (channel.subscribers() > kept.element().subscribers()) {
                kept.remove();
                kept.add(channel);
            }
        }
        return kept.stream()
                .sorted(Comparator.comparingInt(Channel::subscribers).reversed())
                .map(Channel::info)
                .toList();
    }

    /**
     * The channel of these selectors, made if there is none.
     *
     * @throws TooManyTemplates if it would need more templates than there may be
     */
    Channel get(List<Selector> selectors, boolean anonymous) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        Channel known = bySelectors.get(selectors);
        if (known != null) {
            return known;
        }
        templates.requireRoomFor(selectors, anonymous);
        Channel channel = new Channel(selectors, loops);
        bySelectors.put(selectors, channel);
        for (int i = 0; i < selectors.size(); i++) {
            listOf(selectors.get(i), anonymous).add(channel, i);
        }
        return channel;
    }

    /** The channel of these selectors, null if there is none. */
    @Nullable
    Channel find(List<Selector> selectors) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        return bySelectors.get(selectors);
    }

    /** @throws TooManyTemplates as {@link #get} would, without making anything */
    void requireRoomFor(List<Selector> selectors, boolean anonymous) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        if (!bySelectors.containsKey(selectors)) {
            templates.requireRoomFor(selectors, anonymous);
        }
    }

    private ChannelList listOf(Selector selector, boolean anonymous) {
        if (selector instanceof Selector.Exact exact) {
            return byTopic.computeIfAbsent(exact.topic(), topic -> new ChannelList());
        }
        return selector instanceof Selector.Template template
                ? templates.channelsOf(template, anonymous)
                : ofEverything;
    }

    /** Takes a channel out; events pass it by from now on. */
    @Nullable
    Channel remove(List<Selector> selectors) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        Channel channel = bySelectors.remove(selectors);
        if (channel == null) {
            return null;
        }
        for (int i = 0; i < selectors.size(); i++) {
            Selector selector = selectors.get(i);
            ChannelList list = listOf(selector, false);
            list.remove(channel, i);
            if (list.isEmpty() && selector instanceof Selector.Exact exact) {
                byTopic.remove(exact.topic());
            } else if (list.isEmpty() && selector instanceof Selector.Template template) {
                templates.remove(template);
            }
        }
        return channel;
    }

    /** Takes out this very channel, and leaves a younger one with the same selectors alone. */
    void removeIfSame(Channel channel) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        if (bySelectors.get(channel.selectors()) == channel) {
            remove(channel.selectors());
        }
    }

    /** The templates that one of the topics is of. May take a while, so any thread calls it, without the lock. */
    TemplateIndex.Found templatesOf(List<Topic> topics) {
        return templates.find(topics);
    }

    /** What is remembered of topics; any thread may ask, without the lock. */
    long rememberedTemplateBytes() {
        return templates.rememberedBytes();
    }

    /** Has all subscribers that are not so far yet read the history up to a position. */
    void passOver(long position) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        bySelectors.values().forEach(channel -> channel.passOver(position));
    }

    /**
     * Lists an event in every channel that matches one of its topics, once each.
     *
     * @param delivery waits for all subscribers of these channels; null if nobody does
     */
    void list(List<Topic> topics, TemplateIndex.Found found, long position, @Nullable Delivery delivery) {
        assert Thread.holdsLock(this) : "the dispatcher holds the lock";
        for (Topic topic : topics) {
            ChannelList matching = byTopic.get(topic);
            if (matching != null) {
                matching.list(position, delivery);
            }
        }
        templates.list(topics, found, position, delivery);
        ofEverything.list(position, delivery);
    }
}
