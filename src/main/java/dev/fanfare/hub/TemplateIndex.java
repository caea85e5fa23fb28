package dev.fanfare.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.PrefixMap;
import dev.fanfare.event.Selector;
import dev.fanfare.event.TemplateCosts;
import dev.fanfare.event.Topic;
import dev.fanfare.stream.HeapShare;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/*
 * Comparing a topic with templates takes time, so it is done by the publisher's thread before it takes the dispatch lock. To
 * make that right although templates come and go meanwhile, each gets a number when it comes. find() says which templates
 * the topics are of, among those up to a number; list(), under the lock, leaves out those that have gone since and compares
 * the topics with those that have come since, mostly none.
 *
 * What find() has found for a topic is remembered in the same way: with the number up to which it is complete. So a template
 * that comes costs each remembered topic one comparison, when it is asked for next; one that goes costs nothing.
 */
/**
 * The URI templates that are subscribed to, with their channels, found by topic. See each method for its lock.
 *
 * <p>Limits hold on their number, and on what it costs to compare a topic with all of them, counted in {@linkplain
 * Selector#passes passes} over the topic. An ordinary template such as {@code https://example.com/jobs/{id}} takes {@value
 * #ORDINARY_PASSES}. Clients that nobody vouches for may cause so many for each template that is allowed, all together; others
 * {@value #MOST_PASSES}. Those of the former that one topic is compared with have a bound of their own, by which they slow
 * publishers down by a half, more or less.
 */
final class TemplateIndex {
    static final int ORDINARY_PASSES = 3;
    static final int MOST_PASSES = 9;

    /** The bound on all that is remembered, and what it counts for a topic and a template of it. */
    private static final long MAX_REMEMBERED_BYTES = HeapShare.of(32, 16L << 20);

    private static final int BYTES_PER_TOPIC = 160;
    private static final int BYTES_PER_TEMPLATE = 64;

    /** A template as long as it has channels. */
    private static final class Watched {
        final long number;
        final int passes;
        /** Counted against the share of clients that nobody vouches for, since one of them brought it in. */
        final boolean anonymous;

        final ChannelList channels = new ChannelList();
        /** Null once the last channel has gone, so that what remembers it holds on to next to nothing. */
        private volatile Selector.@Nullable Template template;

        Watched(Selector.Template template, long number, boolean anonymous) {
            this.template = template;
            this.number = number;
            this.passes = template.passes();
            this.anonymous = anonymous;
        }

        boolean isGone() {
            return template == null;
        }

        boolean matches(Topic topic) {
            Selector.Template present = template;
            return present != null && present.matches(topic);
        }
    }

    /** The templates that some topics are of, among those with a number up to {@code upTo}. Immutable. */
    static final class Found {
        /** Nothing was looked for. */
        static final Found NOTHING = new Found(0, List.of());

        private final long upTo;
        private final List<Watched> templates;

        private Found(long upTo, List<Watched> templates) {
            this.upTo = upTo;
            this.templates = templates;
        }

        private long bytes(Topic topic) {
            return BYTES_PER_TOPIC + 2L * topic.value().length() + (long) BYTES_PER_TEMPLATE * templates.size();
        }
    }

    private volatile int maxTemplates;

    // Changed under the dispatch lock. The maps that are concurrent are read by any thread.
    private final Map<Selector.Template, Watched> watched = new HashMap<>();
    private long passes;
    private long anonymousPasses;
    private final TemplateCosts anonymousCosts;
    private final PrefixMap<Set<Watched>> byPrefix = new PrefixMap<>();
    private final ConcurrentNavigableMap<Long, Watched> byNumber = new ConcurrentSkipListMap<>();
    /** Written after the maps and read before them. */
    private volatile long newest;

    // By use, the longest unused first.
    @GuardedBy("remembered")
    private final Map<Topic, Found> remembered = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("remembered")
    private long rememberedBytes;

    /** @param anonymousPasses most passes over one topic for templates of clients that nobody vouches for */
    TemplateIndex(int maxTemplates, int anonymousPasses) {
        this.maxTemplates = maxTemplates;
        this.anonymousCosts = new TemplateCosts(anonymousPasses);
    }

    /** Has other bounds for templates that come from now on. */
    void take(int newMaxTemplates, int newAnonymousPasses) {
        maxTemplates = newMaxTemplates;
        anonymousCosts.take(newAnonymousPasses);
    }

    /**
     * To be called under the dispatch lock.
     *
     * @param anonymous whether nobody vouches for the client
     * @throws TooManyTemplates if these selectors have more new templates than there is room for, or costlier ones
     */
    void requireRoomFor(List<Selector> selectors, boolean anonymous) {
        List<Selector.Template> more = new ArrayList<>();
        long morePasses = 0;
        for (Selector selector : selectors) {
            if (selector instanceof Selector.Template template && !watched.containsKey(template)) {
                more.add(template);
                morePasses += template.passes();
            }
        }
        if (more.isEmpty()) {
            return;
        }
        if (watched.size() + more.size() > maxTemplates) {
            throw TooManyTemplates.number(maxTemplates);
        }
        if (passes + morePasses > limit(MOST_PASSES)
                || (anonymous && anonymousPasses + morePasses > limit(ORDINARY_PASSES))) {
            throw TooManyTemplates.cost(anonymous);
        }
        if (anonymous) {
            requireCheap(more);
        }
    }

    private void requireCheap(List<Selector.Template> more) {
        int added = 0;
        while (added < more.size() && anonymousCosts.add(more.get(added))) {
            added++;
        }
        more.subList(0, added).forEach(anonymousCosts::remove);
        if (added < more.size()) {
            throw TooManyTemplates.sameTopics();
        }
    }

    /** At least what the costliest template takes, so that one always finds room in an empty index. */
    private long limit(int passesEach) {
        return Math.max((long) passesEach * maxTemplates, 1 + 2 * Selector.Template.MAX_VARIABLES);
    }

    /** The channels of a template, which is taken in if it is new. To be called under the dispatch lock. */
    ChannelList channelsOf(Selector.Template template, boolean anonymous) {
        Watched known = watched.get(template);
        if (known != null) {
            return known.channels;
        }
        // There is room, as requireRoomFor has said.
        Watched added = new Watched(template, newest + 1, anonymous && anonymousCosts.add(template));
        watched.put(template, added);
        count(added, 1);
        byPrefix.get(template.prefix(), ConcurrentHashMap::newKeySet).add(added);
        byNumber.put(added.number, added);
        newest = added.number;
        return added.channels;
    }

    /** Takes a template out. To be called under the dispatch lock. */
    void remove(Selector.Template template) {
        Watched gone = watched.remove(template);
        if (gone == null) {
            return;
        }
        gone.template = null;
        count(gone, -1);
        if (gone.anonymous) {
            anonymousCosts.remove(template);
        }
        byNumber.remove(gone.number);
        Set<Watched> same = byPrefix.get(template.prefix());
        if (same != null && same.remove(gone) && same.isEmpty()) {
            byPrefix.remove(template.prefix());
        }
    }

    private void count(Watched template, int sign) {
        passes += (long) sign * template.passes;
        if (template.anonymous) {
            anonymousPasses += (long) sign * template.passes;
        }
    }

    /** The templates that one of the topics is of. Called without the dispatch lock. */
    Found find(List<Topic> topics) {
        long upTo = newest;
        if (byNumber.isEmpty()) {
            return new Found(upTo, List.of());
        }
        if (topics.size() == 1) {
            return find(topics.get(0), upTo);
        }
        List<Watched> all = new ArrayList<>();
        for (Topic topic : topics) {
            all.addAll(find(topic, upTo).templates);
        }
        return new Found(upTo, all);
    }

    private Found find(Topic topic, long upTo) {
        Found before = recall(topic);
        if (before != null && before.upTo >= upTo && before.templates.stream().noneMatch(Watched::isGone)) {
            return before;
        }
        Found found = before == null ? search(topic, upTo) : refresh(topic, before, upTo);
        remember(topic, found);
        return found;
    }

    private Found refresh(Topic topic, Found before, long upTo) {
        List<Watched> matching = new ArrayList<>(before.templates.size() + 1);
        for (Watched template : before.templates) {
            if (!template.isGone()) {
                matching.add(template);
            }
        }
        if (before.upTo < upTo) {
            for (Watched template :
                    byNumber.subMap(before.upTo, false, upTo, true).values()) {
                if (template.matches(topic)) {
                    matching.add(template);
                }
            }
        }
        return new Found(Math.max(before.upTo, upTo), matching);
    }

    /** Compares the topic with the templates whose prefix it begins with. */
    private Found search(Topic topic, long upTo) {
        List<Watched> matching = new ArrayList<>();
        byPrefix.forEachPrefixOf(topic.value(), templates -> {
            for (Watched template : templates) {
                if (template.number <= upTo && template.matches(topic)) {
                    matching.add(template);
                }
            }
        });
        return new Found(upTo, matching);
    }

    private @Nullable Found recall(Topic topic) {
        synchronized (remembered) {
            return remembered.get(topic);
        }
    }

    private void remember(Topic topic, Found found) {
        synchronized (remembered) {
            Found before = remembered.get(topic);
            if (before != null && before.upTo > found.upTo) {
                return;
            }
            remembered.put(topic, found);
            rememberedBytes += found.bytes(topic) - (before == null ? 0 : before.bytes(topic));
            var longestUnused = remembered.entrySet().iterator();
            while (rememberedBytes > MAX_REMEMBERED_BYTES && longestUnused.hasNext()) {
                Map.Entry<Topic, Found> out = longestUnused.next();
                rememberedBytes -= out.getValue().bytes(out.getKey());
                longestUnused.remove();
            }
        }
    }

    /** Lists an event in the channels of the templates that its topics are of. To be called under the dispatch lock. */
    void list(List<Topic> topics, Found found, long position, @Nullable Delivery delivery) {
        for (Watched template : found.templates) {
            template.channels.list(position, delivery);
        }
        if (found.upTo < newest) {
            for (Watched template : byNumber.tailMap(found.upTo, false).values()) {
                if (topics.stream().anyMatch(template::matches)) {
                    template.channels.list(position, delivery);
                }
            }
        }
    }

    /** How many templates there are. To be called under the dispatch lock. */
    int size() {
        return watched.size();
    }

    long rememberedBytes() {
        synchronized (remembered) {
            return rememberedBytes;
        }
    }
}
