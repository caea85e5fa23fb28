package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.rules.RuleSet;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a watch: a group for each rule set that any of them has. Publishes to them what each group's rules let
 * through. Guarded by the lock of its watch.
 */
final class WatcherGroups {
    /** Most rule sets at a time; clients with the source's own rules are let in beyond. */
    static final int MAX_RULE_SETS = 16;

    private final StatusUrl url;
    private final StatusLog log;
    private final Ticker ticker;
    private final Consumer<WatcherGroup> due;
    private final Map<RuleSet, WatcherGroup> groups = new HashMap<>(2);

    /** Those that came under a definition of the source that was replaced. Nobody joins them any more. */
    private final List<WatcherGroup> earlier = new ArrayList<>(0);

    private RuleSet plain;
    private int clients;

    /**
     * @param plain the source's own rules
     * @param due called without the lock when it is time to send what a group holds back; calls {@link #sendHeld} under it
     */
    WatcherGroups(StatusUrl url, RuleSet plain, StatusLog log, Ticker ticker, Consumer<WatcherGroup> due) {
        this.url = url;
        this.plain = plain;
        this.log = log;
        this.ticker = ticker;
        this.due = due;
    }

    /** How many clients there are, of all groups. */
    int clients() {
        return clients;
    }

    int size() {
        return groups.size() + earlier.size();
    }

    List<Topic> topics() {
        return all().stream().map(WatcherGroup::topic).toList();
    }

    private Collection<WatcherGroup> all() {
        if (earlier.isEmpty()) {
            return groups.values();
        }
        List<WatcherGroup> all = new ArrayList<>(groups.values());
        all.addAll(earlier);
        return all;
    }

    /**
     * The source's own rules are others from now on, or what is known is not what those who join get. The groups that are here
     * go on as they are.
     */
    void redefine(RuleSet newPlain, boolean staysKnown) {
        if (staysKnown && newPlain.equals(plain)) {
            return;
        }
        plain = newPlain;
        earlier.addAll(groups.values());
        groups.clear();
    }

    boolean hasPlaceFor(RuleSet rules) {
        return groups.containsKey(rules) || groups.size() < MAX_RULE_SETS || rules.equals(plain);
    }

    /**
     * The group of a client that is about to join, made if there is none.
     *
     * @param known the newest status; null if there is none yet
     * @throws TooManyRuleSets if the limit is reached
     */
    WatcherGroup group(RuleSet rules, @Nullable Newest known) {
        if (!hasPlaceFor(rules)) {
            throw new TooManyRuleSets();
        }
        WatcherGroup group = groups.get(rules);
        if (group == null) {
            group = new WatcherGroup(rules, rules.equals(plain) && isFree(url.topic()) ? url.topic() : log.newTopic());
            if (known != null) {
                group.reset(known, ticker.nanos());
            }
        }
        return group;
    }

    private boolean isFree(Topic topic) {
        return earlier.stream().noneMatch(group -> group.topic().equals(topic));
    }

    /** A client has joined a group, which is kept while it has any. */
    void joined(RuleSet rules, WatcherGroup group) {
        groups.put(rules, group);
        group.joined();
        clients++;
    }

    void left(RuleSet rules, WatcherGroup group) {
        clients--;
        group.left();
        if (group.clients() == 0) {
            group.wakeBy(null);
            if (groups.remove(rules, group) || earlier.remove(group)) {
                // Else it is forgotten already, and the topic another watch's.
                log.forget(group.topic());
            }
        }
    }

    /** A new status: each group sends it now, later, or not at all. */
    void offer(Newest newest) {
        for (WatcherGroup group : all()) {
            long now = ticker.nanos();
            long waitNanos = group.offer(newest, now);
            group.wakeBy(null);
            if (waitNanos == 0) {
                send(group, newest, now);
            } else if (waitNanos > 0) {
                group.wakeBy(ticker.schedule(Duration.ofNanos(waitNanos), () -> due.accept(group)));
            }
        }
    }

    private void send(WatcherGroup group, Newest newest, long nowNanos) {
        Event whole = group.whole(newest);
        log.publish(group.send(newest, nowNanos), whole);
    }

    /** Sends what a group holds back, if it still does and its interval is over. */
    void sendHeld(WatcherGroup group, Newest newest) {
        long now = ticker.nanos();
        if (group.isHeld() && group.dueIn(now) <= 0 && group.clients() > 0) {
            send(group, newest, now);
        }
    }

    /** The final status: what a group has not sent yet, and the end. Then the streams end. */
    void finish(Newest last) {
        for (WatcherGroup group : all()) {
            group.wakeBy(null);
            group.offer(last, ticker.nanos());
            Event whole = group.whole(last);
            List<Event> events = new ArrayList<>(3);
            if (group.isBehind()) {
                events.addAll(group.send(last, ticker.nanos()));
            }
            events.add(StatusEvents.end(group.topic(), group.id(), last.json()));
            log.publish(events, whole);
            log.finish(group.topic());
        }
    }

    /** Ends the streams without a word: there is no status. */
    void finish() {
        topics().forEach(log::finish);
    }

    /** Sends nothing more to anybody; the clients that are still there leave one by one. */
    void letGo() {
        for (WatcherGroup group : all()) {
            group.wakeBy(null);
            log.forget(group.topic());
        }
        groups.clear();
        earlier.clear();
    }
}
