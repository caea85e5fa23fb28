package dev.fanfare;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The floors inside a package: its top-level classes in an order in which each uses only those below it. Where classes use one
 * another in a circle no such order exists, and some arrows go up. {@link #arrowsUp} finds a smallest set of them.
 *
 * <p>A nested class counts as the class around it. Each circle has to lose an arrow, so the search takes a shortest circle,
 * tries each of its arrows, and goes on with what is left; it allows none, then one, then two, until a set is enough. Names are
 * sorted, so the outcome is the same on every machine.
 */
final class Floors {
    /** Beyond this many the search would take minutes, and the answer would be the same: too many. */
    private static final int MOST = 12;

    private final SortedMap<String, SortedSet<String>> uses = new TreeMap<>();

    private Floors() {}

    /** Floors of some classes, each with those that it uses. */
    static Floors of(Map<String, List<String>> uses) {
        Floors floors = new Floors();
        uses.forEach((name, used) -> floors.uses.put(name, new TreeSet<>(used)));
        return floors;
    }

    /** The floors of each package, by its name. */
    static SortedMap<String, Floors> of(JavaClasses classes) {
        SortedMap<String, Floors> packages = new TreeMap<>();
        for (JavaClass type : classes) {
            Floors floors = packages.computeIfAbsent(type.getPackageName(), name -> new Floors());
            String name = outermost(type).getSimpleName();
            SortedSet<String> used = floors.uses.computeIfAbsent(name, each -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> outermost(dependency.getTargetClass().getBaseComponentType()))
                    .filter(target -> target.getPackageName().equals(type.getPackageName()))
                    .map(JavaClass::getSimpleName)
                    .filter(target -> !target.equals(name))
                    .forEach(used::add);
        }
        return packages;
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(Floors::outermost).orElse(type);
    }

    /** A smallest set of arrows without which there is no circle, as {@code "Lower -> Upper"}; sorted. */
    SortedSet<String> arrowsUp() {
        for (int most = 0; most <= MOST; most++) {
            SortedSet<String> found = without(most, new HashSet<>());
            if (found != null) {
                return found;
            }
        }
        throw new AssertionError("More than " + MOST + " arrows go up");
    }

    private @Nullable SortedSet<String> without(int most, Set<String> removed) {
        List<String> circle = shortestCircle(removed);
        if (circle.isEmpty()) {
            return new TreeSet<>(removed);
        }
        if (removed.size() == most) {
            return null;
        }
        for (String arrow : circle) {
            removed.add(arrow);
            SortedSet<String> found = without(most, removed);
            removed.remove(arrow);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The arrows of a shortest circle, or none. */
    private List<String> shortestCircle(Set<String> removed) {
        List<String> shortest = List.of();
        for (String start : uses.keySet()) {
            List<String> circle = circleThrough(start, removed);
            if (!circle.isEmpty() && (shortest.isEmpty() || circle.size() < shortest.size())) {
                shortest = circle;
            }
        }
        return shortest;
    }

    private List<String> circleThrough(String start, Set<String> removed) {
        Map<String, String> cameFrom = new HashMap<>();
        Deque<String> next = new ArrayDeque<>(List.of(start));
        while (!next.isEmpty()) {
            String from = next.remove();
            for (String to : uses.getOrDefault(from, new TreeSet<>())) {
                if (removed.contains(arrow(from, to)) || cameFrom.putIfAbsent(to, from) != null) {
                    continue;
                }
                if (to.equals(start)) {
                    return path(start, cameFrom);
                }
                next.add(to);
            }
        }
        return List.of();
    }

    private static List<String> path(String start, Map<String, String> cameFrom) {
        List<String> arrows = new ArrayList<>();
        String to = start;
        do {
            String from = cameFrom.get(to);
            arrows.add(arrow(from, to));
            to = from;
        } while (!to.equals(start));
        return arrows;
    }

    private static String arrow(String from, String to) {
        return from + " -> " + to;
    }
}
