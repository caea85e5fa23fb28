package dev.fanfare.event;

/** What a subscriber asks for: one topic by its exact name, the topics of a URI template, or everything. Immutable. */
public sealed interface Selector extends Comparable<Selector> {
    /** Most bytes of UTF-8 that a selector may have. */
    int MAX_BYTES = 4096;

    /** The text that a client writes for this selector. */
    String text();

    /** Whether an event published to {@code topic} is selected. Takes time in proportion to the topic's length. */
    boolean matches(Topic topic);

    /**
     * How many times a topic is read at most to compare it with this selector. A caller that compares many selectors can bound
     * the cost.
     */
    default int passes() {
        return 1;
    }

    /** The selector of one topic, by its exact name. */
    static Selector exact(Topic topic) {
        return new Exact(topic);
    }

    /**
     * The selector that {@code text} stands for: {@code *} is everything, a URI template the topics that it expands to, any
     * other text an exact topic, also one that looks like a template and is none, such as <code>a&#123;</code>.
     *
     * @throws IllegalArgumentException if {@code text} is no valid topic, or a template with more than {@value
     *     Template#MAX_VARIABLES} variables or a long name; the message says what would be right
     */
    static Selector parse(String text) {
        if (text.equals("*")) {
            return new Everything();
        }
        Text.requireLine(text, "selector", MAX_BYTES);
        TemplatePattern pattern = text.indexOf('{') < 0 ? null : TemplateParser.parse(text);
        return pattern == null ? new Exact(new Topic(text)) : new Template(text, pattern);
    }

    /** By the text; an exact topic is not the same as a template or everything that is written like it. */
    @Override
    default int compareTo(Selector other) {
        int byText = text().compareTo(other.text());
        return byText != 0 ? byText : Boolean.compare(!(this instanceof Exact), !(other instanceof Exact));
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

    /**
     * The topics that a URI template expands to, for any values of its variables; also the topic that is written like the
     * template. Two are equal if their texts are.
     *
     * <p>What {@code {x}} stands for is what RFC 6570 writes for any value: letters, digits, {@code -._~}, percent-encoded
     * bytes, and commas between the items of a list. A topic with other characters there is no expansion. Two places of one
     * variable are not compared with one another. Literal text selects the same text, or what it is percent-encoded.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6570">RFC 6570</a>
     */
    final class Template implements Selector {
        /** Most variables in a template, counted in all its expressions. */
        public static final int MAX_VARIABLES = 32;

        private final String text;
        private final TemplatePattern pattern;
        private final int passes;

        private Template(String text, TemplatePattern pattern) {
            this.text = text;
            this.pattern = pattern;
            // A variable stands behind a brace or a comma; the literals between them are read as well.
            this.passes =
                    1 + 2 * (int) text.chars().filter(c -> c == '{' || c == ',').count();
        }

        @Override
        public String text() {
            return text;
        }

        @Override
        public int passes() {
            return passes;
        }

        /** What every topic that is selected begins with; may be empty. */
        public String prefix() {
            return pattern.prefix();
        }

        @Override
        public boolean matches(Topic topic) {
            return pattern.matches(topic.value()) || text.equals(topic.value());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Template template && text.equals(template.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return "Template[" + text + "]";
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
