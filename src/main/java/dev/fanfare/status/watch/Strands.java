package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.rules.RuleSet;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a watch: a strand for each rule set that any of them has. Publishes to them what each strand's rules let
 * through. Guarded by the lock of its watch.
 */
final class Strands {
    /** Most rule sets at a time; clients with the source's own rules are let in beyond. */
    static final int MAX_RULE_SETS = 16;

    private final StatusUrl url;
    private final RuleSet plain;
    private final StatusLog log;
    private final Ticker ticker;
    private final Consumer<Strand> due;
    private final Map<RuleSet, Strand> strands = new HashMap<>(2);
    private int clients;

    /**
     * @param plain the source's own rules
     * @param due called without the lock when it is time to send what a strand holds back; calls {@link #sendHeld} under it
     */
    Strands(StatusUrl url, RuleSet plain, StatusLog log, Ticker ticker, Consumer<Strand> due) {
        this.url = url;
        this.plain = plain;
        this.log = log;
        this.ticker = ticker;
        this.due = due;
    }

    /** How many clients there are, of all strands. */
    int clients() {
        return clients;
    }

    int size() {
        return strands.size();
    }

    List<Topic> topics() {
        return strands.values().stream().map(Strand::topic).toList();
    }

    boolean hasPlaceFor(RuleSet rules) {
        return strands.containsKey(rules) || strands.size() < MAX_RULE_SETS || rules.equals(plain);
    }

    /**
     * The strand of a client that is about to join, made if there is none.
     *
     * @param known the newest status; null if there is none yet
     * @throws TooManyRuleSets if there are as many as there may be
     */
    Strand strand(RuleSet rules, @Nullable Newest known) {
        if (!hasPlaceFor(rules)) {
            throw new TooManyRuleSets();
        }
        Strand strand = strands.get(rules);
        if (strand == null) {
            strand = new Strand(rules, rules.equals(plain) ? url.topic() : log.newTopic());
            if (known != null) {
                strand.reset(known, ticker.nanos());
            }
        }
        return strand;
    }

    /** A client has joined a strand, which is kept while it has any. */
    void joined(RuleSet rules, Strand strand) {
        strands.put(rules, strand);
        strand.joined();
        clients++;
    }

    void left(RuleSet rules, Strand strand) {
        clients--;
        strand.left();
        if (strand.clients() == 0) {
            strand.wakeBy(null);
            if (strands.remove(rules, strand)) {
                // Else it is forgotten already, and the topic another watch's.
                log.forget(strand.topic());
            }
        }
    }

    /** A new status: each strand sends it now, later, or not at all. */
    void offer(Newest newest) {
        for (Strand strand : strands.values()) {
            long now = ticker.nanos();
            long waitNanos = strand.offer(newest, now);
            strand.wakeBy(null);
            if (waitNanos == 0) {
                send(strand, newest, now);
            } else if (waitNanos > 0) {
                strand.wakeBy(ticker.schedule(Duration.ofNanos(waitNanos), () -> due.accept(strand)));
            }
        }
    }

    private void send(Strand strand, Newest newest, long nowNanos) {
        Event whole = strand.whole(newest);
        log.publish(strand.send(newest, nowNanos), whole);
    }

    /** Sends what a strand holds back, if it still does and its interval is over. */
    void sendHeld(Strand strand, Newest newest) {
        long now = ticker.nanos();
        if (strand.isHeld() && strand.dueIn(now) <= 0 && strand.clients() > 0) {
            send(strand, newest, now);
        }
    }

    /** The final status: what a strand has not sent yet, and the end. Then the streams end. */
    void finish(Newest last) {
        for (Strand strand : strands.values()) {
            strand.wakeBy(null);
            strand.offer(last, ticker.nanos());
            Event whole = strand.whole(last);
            List<Event> events = new ArrayList<>(3);
            if (strand.isBehind()) {
                events.addAll(strand.send(last, ticker.nanos()));
            }
            events.add(StatusEvents.end(strand.topic(), strand.id(), last.json()));
            log.publish(events, whole);
            log.finish(strand.topic());
        }
    }

    /** Ends the streams without a word: there is no status. */
    void finish() {
        topics().forEach(log::finish);
    }

    /** Sends nothing more to anybody; the clients that are still there leave one by one. */
    void letGo() {
        for (Strand strand : strands.values()) {
            strand.wakeBy(null);
            log.forget(strand.topic());
        }
        strands.clear();
    }
}
