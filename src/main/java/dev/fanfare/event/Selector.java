package dev.fanfare.event;

/** What a subscriber asks for: one topic by its exact name, or everything. Immutable. */
public sealed interface Selector extends Comparable<Selector> {
    /** The text that a client writes for this selector. */
    String text();

    /** Whether an event published to {@code topic} is selected. */
    boolean matches(Topic topic);

    /** The selector of one topic, by its exact name. */
    static Selector exact(Topic topic) {
        return new Exact(topic);
    }

    /**
     * The selector that {@code text} stands for: {@code *} is everything, any other text an exact topic.
     *
     * @throws IllegalArgumentException if {@code text} is no valid topic
     */
    static Selector parse(String text) {
        return text.equals("*") ? new Everything() : new Exact(new Topic(text));
    }

    /** By the text; an exact topic named {@code *} is not the same as everything. */
    @Override
    default int compareTo(Selector other) {
        int byText = text().compareTo(other.text());
        return byText != 0 ? byText : Boolean.compare(this instanceof Everything, other instanceof Everything);
    }

    /**
     * One topic, compared character by character.
     *
     * @param topic the topic selected
     */
    record Exact(Topic topic) implements Selector {
        @Override
        public String text() {
            return topic.value();
        }

        @Override
        public boolean matches(Topic other) {
            return topic.equals(other);
        }
    }

    /** Every topic. */
    record Everything() implements Selector {
        @Override
        public String text() {
            return "*";
        }

        @Override
        public boolean matches(Topic topic) {
            return true;
        }
    }
}
