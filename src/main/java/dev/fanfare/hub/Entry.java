package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
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
    boolean visibleTo(Rights rights) {
        return !isPrivate || rights.allow(topics);
    }

    /** Whether somebody with these rights may see an event. */
    static boolean visible(Event event, Rights rights) {
        return !event.isPrivate() || rights.allow(event.topics());
    }
}
