package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.rules.Fingerprint;
import dev.fanfare.status.rules.RuleSet;
import dev.fanfare.status.rules.UpdateForm;
import dev.fanfare.stream.Ticker;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * What clients have:
 *
 *   shown     what the group sent last; whoever joined while nothing was held back has it, or what equals it
 *   newest    what the source said last. If it counts as a change from `shown`, it is held until it is due, then sent
 *   newcomers joined in between and got what was the newest then, under an edition of its own. They need the next change,
 *             too, unless it is what they have
 *
 * A number in its dead-band is held back without a time. Newcomers have it nevertheless, so the next status is compared with
 * what they have as well.
 */
/**
 * All clients of a watch with one rule set: what they were sent last, and what is held back for them. They share one
 * channel. Guarded by the lock of its watch.
 */
public final class WatcherGroup {
    /** Newcomers with more different statuses than these may get one of them twice. */
    private static final int MOST_NEWCOMERS = 64;

    private static final long NOBODY = -1;

    /** A status that newcomers have. */
    private record Given(Edition edition, Fingerprint print) {}

    private final RuleSet rules;
    private final Topic topic;
    private final Map<String, Given> newcomers = new HashMap<>(0);
    private @Nullable Fingerprint shown;
    private @Nullable JsonValue shownValue;
    private @Nullable Fingerprint newest;
    /** That of all who had what is shown when they joined: one object, so that they share what is found out about it. */
    private Edition shownEdition = Edition.first(null);

    private long lastEdition;
    private long sentNanos;
    private long heldSinceNanos;
    private long changedNanos;
    private boolean isHeld;
    private int clients;
    private @Nullable Frame firstUpdate;
    private @Nullable Object firstVersion;
    private @Nullable String firstId;
    private Ticker.@Nullable Alarm alarm;

    WatcherGroup(RuleSet rules, Topic topic) {
        this.rules = rules;
        this.topic = topic;
    }

    Topic topic() {
        return topic;
    }

    int clients() {
        return clients;
    }

    void joined() {
        clients++;
    }

    void left() {
        clients--;
    }

    private boolean isWhole() {
        return rules.form() == UpdateForm.WHOLE;
    }

    /** Takes a status as the one that everybody has, because nobody is there. */
    void reset(Newest status, long nowNanos) {
        newest = status.under(rules.change());
        show(status, nowNanos);
    }

    private void show(Newest status, long nowNanos) {
        shown = newest;
        shownValue = isWhole() ? null : status.value();
        shownEdition = new Edition(++lastEdition);
        newcomers.clear();
        isHeld = false;
        sentNanos = nowNanos;
    }

    /**
     * Takes a new status, and tells when it is to be sent.
     *
     * @return nanoseconds from now, 0 for at once; negative if there is nothing to send
     */
    long offer(Newest status, long nowNanos) {
        Fingerprint before = newest;
        Fingerprint now = status.under(rules.change());
        newest = now;
        if (shown == null) {
            return 0;
        }
        if (!isNeeded(now)) {
            isHeld = false;
            return NOBODY;
        }
        if (!isHeld) {
            isHeld = true;
            heldSinceNanos = nowNanos;
            changedNanos = nowNanos;
        } else if (before == null || !before.id().equals(now.id())) {
            changedNanos = nowNanos;
        }
        return Math.max(0, dueIn(nowNanos));
    }

    /** How long what is held back has to wait yet; not positive if it is due. */
    long dueIn(long nowNanos) {
        return rules.pace().dueNanos(sentNanos, heldSinceNanos, changedNanos) - nowNanos;
    }

    private boolean isNeeded(Fingerprint now) {
        return shown == null
                || now.differsFrom(shown)
                || newcomers.values().stream().anyMatch(given -> now.differsFrom(given.print()));
    }

    /** Replaces the alarm that rings when what is held back is due. */
    void wakeBy(Ticker.@Nullable Alarm next) {
        if (alarm != null) {
            alarm.cancel();
        }
        alarm = next;
    }

    /** Whether something waits to be sent. */
    boolean isHeld() {
        return isHeld;
    }

    /** The newest status's id under these rules. */
    String id() {
        return newest().id();
    }

    private Fingerprint newest() {
        if (newest == null) {
            throw new IllegalStateException("nothing is known yet");
        }
        return newest;
    }

    /** What brings everybody to the newest status, as whole statuses or patches. */
    List<Event> send(Newest status, long nowNanos) {
        List<Event> events = new ArrayList<>(2);
        Fingerprint now = newest();
        Event whole = whole(status);
        if (shown == null) {
            events.add(isWhole() ? marked(whole, Edition.unlessHad(now.id())) : whole);
        } else if (isWhole() && newcomers.isEmpty()) {
            events.add(whole);
        } else if (isWhole()) {
            boolean othersHaveIt = shown.id().equals(now.id());
            Given given = newcomers.get(now.id());
            events.add(marked(
                    whole,
                    othersHaveIt ? shownEdition.number() + 1 : 0,
                    lastEdition,
                    given == null ? NOBODY : given.edition().number()));
        } else {
            events.addAll(patched(whole, status.value(), now));
        }
        show(status, nowNanos);
        return events;
    }

    /** The newest status as an event for everybody. */
    Event whole(Newest status) {
        return StatusEvents.update(topic, id(), status.json());
    }

    private List<Event> patched(Event whole, JsonValue value, Fingerprint now) {
        List<Event> events = new ArrayList<>(2);
        JsonValue before = shownValue;
        String patch = before == null ? null : Patches.between(before, value, rules.form());
        if (patch == null) {
            return List.of(whole);
        }
        Event change = StatusEvents.patch(topic, now.id(), patch);
        if (newcomers.isEmpty()) {
            return List.of(change);
        }
        events.add(marked(change, 0, shownEdition.number(), NOBODY));
        events.add(marked(whole, shownEdition.number() + 1, lastEdition, NOBODY));
        return events;
    }

    private static Event marked(Event event, long first, long last, long but) {
        return marked(event, Edition.only(first, last, but));
    }

    private static Event marked(Event event, Topic mark) {
        return Event.builder()
                .topic(event.topics().get(0).value())
                .topic(mark.value())
                .isPrivate(true)
                .type(event.type())
                .id(String.valueOf(event.id()))
                .data(event.data())
                .build();
    }

    /** Whether anybody may lack the newest status, whatever counts as a change. */
    boolean isBehind() {
        return shown == null || !shown.id().equals(id()) || !newcomers.isEmpty();
    }

    /**
     * What a client gets that joins, and the edition that it has then.
     *
     * @param opening to be completed
     */
    Edition open(Newest status, @Nullable String lastEventId, List<Frame> opening) {
        Fingerprint now = newest();
        if (shown == null) {
            throw new IllegalStateException("nothing was shown yet");
        }
        boolean isShown = shown.id().equals(now.id());
        if (isWhole() && shown.id().equals(lastEventId)) {
            // What is held back from the others is held back from a client that has the same.
            return shownEdition;
        }
        if (!isWhole() || !now.id().equals(lastEventId)) {
            // A patch has to fit to the very text, also in what is ignored.
            opening.add(update(status, now.id(), isShown ? shownValue : null));
        }
        return isShown ? shownEdition : newcomer(now);
    }

    /** All who come while a status is the newest begin with one frame, so that many clients that read nothing hold it once. */
    private Frame update(Newest status, String id, @Nullable JsonValue exact) {
        Object version = exact == null ? status : exact;
        Frame frame = firstUpdate;
        if (frame == null || firstVersion != version || !id.equals(firstId)) {
            String text = exact == null ? status.json() : JsonText.write(exact);
            frame = EventEncoder.encode(StatusEvents.update(topic, id, text));
            firstUpdate = frame;
            firstVersion = version;
            firstId = id;
        }
        return frame;
    }

    private Edition newcomer(Fingerprint now) {
        Given given = newcomers.get(now.id());
        if (given == null) {
            given = new Given(new Edition(++lastEdition), now);
            if (newcomers.size() < MOST_NEWCOMERS) {
                newcomers.put(now.id(), given);
            }
        }
        return given.edition();
    }
}
