package dev.fanfare.event;

import java.util.List;

/*
 * A topic is read once for each variable and each literal, front to back. Between two parts only the set of offsets is known
 * that the parts so far can have reached; each part maps that set to the next one. So the time is bounded by the
 * topic's length times the number of variables, whatever the template and the topic look like, and nothing is ever tried
 * again.
 */
/** A URI template made ready to be compared with topics. Immutable. */
final class TemplatePattern {
    /** A literal or an expression of a template. Immutable. */
    interface Part {
        /** The offsets that this part can reach in {@code topic} from the given ones; it may change that set. */
        Offsets after(String topic, Offsets from);
    }

    /**
     * A variable of an expression.
     *
     * @param name as it is written for operators that write names
     * @param explode whether each item of a list stands for itself
     * @param most most characters of the value that are written; 0 for all
     */
    record Variable(String name, boolean explode, int most) {}

    /** Most characters of a literal that the quick test looks for, so that its time is in proportion to the topic's length. */
    private static final int MOST_SOUGHT = 32;

    private final Part[] parts;
    private final String prefix;
    /** What has to occur in a topic behind the prefix, one behind the other. */
    private final String[] sought;

    TemplatePattern(List<Part> parts) {
        this.parts = parts.toArray(Part[]::new);
        this.prefix = parts.get(0) instanceof TemplateLiteral first ? first.commonPrefix() : "";
        this.sought = parts.stream()
                .skip(1)
                .filter(TemplateLiteral.class::isInstance)
                .map(part -> ((TemplateLiteral) part).commonPrefix())
                .map(text -> text.substring(0, Math.min(text.length(), MOST_SOUGHT)))
                .filter(text -> !text.isEmpty())
                .toArray(String[]::new);
    }

    /** What all topics that match begin with. */
    String prefix() {
        return prefix;
    }

    boolean matches(String topic) {
        if (!topic.startsWith(prefix) || !hasLiterals(topic)) {
            return false;
        }
        if (parts[parts.length - 1] instanceof TemplateLiteral last && !last.isEndOf(topic)) {
            return false;
        }
        Offsets places = Offsets.start(topic);
        for (Part part : parts) {
            places = part.after(topic, places);
            if (places.isEmpty()) {
                return false;
            }
        }
        return places.hasEnd();
    }

    /** A cheap test that rejects most topics: do the literals occur in their order? */
    private boolean hasLiterals(String topic) {
        int from = prefix.length();
        for (String text : sought) {
            int at = topic.indexOf(text, from);
            if (at < 0) {
                return false;
            }
            from = at + text.length();
        }
        return true;
    }
}
