package dev.fanfare.auth;

import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.hub.Rights;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The selectors of one claim, as a set. Exact topics are looked up, the others are tried in turn. Immutable. */
final class SelectorSet implements Rights {
    private static final Selector EVERYTHING = Selector.parse("*");

    static final SelectorSet NONE = new SelectorSet(List.of());
    static final SelectorSet ALL = new SelectorSet(List.of(EVERYTHING));

    private final List<Selector> sorted;
    private final Set<Selector> exact = new HashSet<>();
    private final List<Selector> others;

    SelectorSet(List<Selector> selectors) {
        sorted = selectors.stream().sorted().distinct().toList();
        sorted.stream().filter(Selector.Exact.class::isInstance).forEach(exact::add);
        others = sorted.stream().filter(selector -> !exact.contains(selector)).toList();
    }

    boolean matches(Topic topic) {
        return exact.contains(Selector.exact(topic)) || others.stream().anyMatch(other -> other.matches(topic));
    }

    /** Whether each of the topics is selected; there has to be one. */
    boolean matchesAll(List<Topic> topics) {
        return !topics.isEmpty() && topics.stream().allMatch(this::matches);
    }

    /** Whether any of the topics is selected, as private delivery needs. */
    @Override
    public boolean allow(List<Topic> topics) {
        return topics.stream().anyMatch(this::matches);
    }

    /** Whether {@code *} is among them, which makes all others idle. */
    boolean selectsAll() {
        return others.contains(EVERYTHING);
    }

    List<Selector> sorted() {
        return sorted;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SelectorSet set && sorted.equals(set.sorted);
    }

    @Override
    public int hashCode() {
        return sorted.hashCode();
    }

    /** Claims are shown to nobody. */
    @Override
    public String toString() {
        return "SelectorSet[" + sorted.size() + " selectors]";
    }
}
