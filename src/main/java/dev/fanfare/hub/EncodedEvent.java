package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.stream.Batch;
import dev.fanfare.tracing.Tracing.Traced;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way to subscribers: its place and its bytes. Immutable but for what it remembers.
 *
 * @param position its place in the log
 * @param frame what is written
 * @param topics the topics it was published to
 * @param verdicts who may see it; null if everybody may
 * @param traced its trace; null if it belongs to none
 */
record EncodedEvent(
        long position,
        Frame frame,
        List<Topic> topics,
        @Nullable Verdicts verdicts,
        @Nullable Traced traced) {

    /** The entry of an event with these bytes. */
    static EncodedEvent of(long position, Event event, Frame frame) {
        Verdicts verdicts = event.isPrivate() ? new Verdicts() : null;
        return new EncodedEvent(position, frame, event.topics(), verdicts, Traced.of(event));
    }

    /** What it takes up in memory. */
    long retainedBytes() {
        return frame.retainedBytes() + (traced == null ? 0 : traced.retainedBytes());
    }

    /**
     * Adds this to a batch if {@code rights} let it be seen; in any case the batch's cursor is behind it afterwards.
     *
     * @return whether it was added
     */
    boolean addTo(Batch.Builder batch, Rights rights, Form form) {
        boolean isVisible = isVisibleTo(rights);
        if (isVisible) {
            batch.add(position, form.of(frame, position, topics));
        } else {
            batch.upTo(position);
        }
        return isVisible;
    }

    boolean isVisibleTo(Rights rights) {
        return verdicts == null || verdicts.allow(rights, topics);
    }

    /** Whether somebody with these rights may see an event. */
    static boolean visible(Event event, Rights rights) {
        return !event.isPrivate() || rights.allow(event.topics());
    }
}
