package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Topic;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.util.List;

/**
 * An event on its way to subscribers: its place and its bytes. Immutable.
 *
 * @param position its place in the log
 * @param frame what is written
 * @param topics the topics it was published to
 * @param isPrivate whether a subscriber needs a right to one of the topics
 */
record Entry(long position, Frame frame, List<Topic> topics, boolean isPrivate) {

    /** Encodes a logged event under its own id or, if it has none, under {@code hubId}. */
    static Entry encode(Logged logged, EventId hubId) {
        Event event = logged.event();
        Event named = event.id() == null ? event.withId(hubId) : event;
        return of(logged.position(), named);
    }

    /** Encodes an event as it is. */
    static Entry of(long position, Event event) {
        return new Entry(position, EventEncoder.encode(event), event.topics(), event.isPrivate());
    }

    boolean visibleTo(Rights rights) {
        return !isPrivate || rights.allow(topics);
    }

    /** Whether somebody with these rights may see an event. */
    static boolean visible(Event event, Rights rights) {
        return !event.isPrivate() || rights.allow(event.topics());
    }
}
