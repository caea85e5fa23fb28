package dev.fanfare.joint;

import dev.fanfare.event.Topic;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.util.List;

/**
 * The form of a status's events: the envelope tells what the client calls it. Immutable.
 *
 * @param name what it is called
 */
record StatusForm(Envelopes envelopes, MemberName name) implements Form {
    @Override
    public Frame of(Frame frame, long position, List<Topic> topics) {
        return envelopes.of(frame, name, () -> Envelope.statusEvent(name, frame));
    }
}
