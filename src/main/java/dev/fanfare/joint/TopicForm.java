package dev.fanfare.joint;

import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.Hub;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The form of events of topics for who has selected some: the envelope tells a topic that is selected, and no other topic of the
 * event, of which the client need not know. Immutable.
 */
final class TopicForm implements Form {
    /** What an envelope says that its event belongs to. */
    private record Label(String topic, List<String> selectors) {}

    private final Hub hub;
    private final Envelopes envelopes;
    private final List<Selector> selectors;
    private final Set<Topic> exact = new HashSet<>();
    private final List<Selector> others = new ArrayList<>();

    TopicForm(Hub hub, Envelopes envelopes, Collection<Selector> selectors) {
        this.hub = hub;
        this.envelopes = envelopes;
        this.selectors = List.copyOf(new TreeSet<>(selectors));
        for (Selector selector : this.selectors) {
            if (selector instanceof Selector.Exact one) {
                exact.add(one.topic());
            } else {
                others.add(selector);
            }
        }
    }

    @Override
    public Frame of(Frame frame, long position, List<Topic> topics) {
        if (topics.isEmpty()) {
            return Envelope.gap(hub.idAt(position), frame);
        }
        Label label = label(topics);
        return envelopes.of(
                frame, label, () -> Envelope.topicEvent(hub.idAt(position), label.topic(), label.selectors(), frame));
    }

    private Label label(List<Topic> topics) {
        if (others.isEmpty() && topics.size() == 1) {
            return new Label(topics.get(0).value(), List.of());
        }
        String told = null;
        List<String> by = new ArrayList<>(2);
        for (Topic topic : topics) {
            int before = by.size();
            if (exact.contains(topic)) {
                by.add(topic.value());
            }
            for (Selector other : others) {
                if (!by.contains(other.text()) && other.matches(topic)) {
                    by.add(other.text());
                }
            }
            told = told == null && by.size() > before ? topic.value() : told;
        }
        if (told == null) {
            throw new IllegalStateException("an event came that nothing selects");
        }
        return new Label(told, by.equals(List.of(told)) ? List.of() : List.copyOf(by));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicForm form && hub == form.hub && selectors.equals(form.selectors);
    }

    @Override
    public int hashCode() {
        return selectors.hashCode();
    }
}
