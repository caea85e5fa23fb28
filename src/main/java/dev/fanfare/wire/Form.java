package dev.fanfare.wire;

import dev.fanfare.event.Topic;
import java.util.List;

/**
 * How a client gets the events of a log: as they are, or inside something that tells what they belong to. Implementations
 * are immutable, equal if they make the same frames, and give the same frame again while they keep it, so that it is shared.
 */
@FunctionalInterface
public interface Form {
    /** Events as they are. */
    Form PLAIN = (frame, position, topics) -> frame;

    /**
     * The frame to be written in place of one.
     *
     * @param frame as it is without any form: an event, or a gap
     * @param position where the client is in the log once it has this
     * @param topics those of the event; none for what belongs to no topic
     */
    Frame of(Frame frame, long position, List<Topic> topics);
}
