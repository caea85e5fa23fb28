package dev.fanfare.config;

import dev.fanfare.config.Values.Found;
import dev.fanfare.status.SourceName;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads {@code fanfare.status.*} and {@code fanfare.limits.watches}. */
final class StatusReader {
    private static final String DEMO = "demo";

    private final Values values;
    private final Faults faults;
    private final boolean listensItself;

    /** @param listensItself false in a container, which has data sources */
    StatusReader(Values values, Faults faults, boolean listensItself) {
        this.values = values;
        this.faults = faults;
        this.listensItself = listensItself;
    }

    /**
     * The settings; they mean nothing if there are faults.
     *
     * @param demo whether the demo is on, which has a source of its own
     * @param hasKey whether tokens of subscribers can be checked
     */
    StatusSettings read(boolean demo, boolean hasKey) {
        int maxWatches = values.get(Keys.WATCHES);
        SortedMap<String, ConfiguredSource> sources = new TreeMap<>();
        for (String name : names()) {
            if (isGood(name, demo)) {
                new SourceReader(name, values, faults, listensItself)
                        .read(maxWatches, hasKey)
                        .ifPresent(source -> sources.put(name, source));
            }
        }
        return new StatusSettings(defaultSource(demo), maxWatches, sources);
    }

    private SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>();
        for (String key : values.keys()) {
            StatusKey parts = StatusKey.parse(key);
            if (parts != null && values.find(key) != null) {
                names.add(parts.source());
            }
        }
        return names;
    }

    private boolean isGood(String name, boolean demo) {
        if (!isName(name)) {
            faults.add(
                    "The status source '" + name + "' (" + place(name) + ") has an invalid name: a name is like jobs or"
                            + " print-jobs, begins with a letter, has lower-case letters, digits and hyphens, and is not"
                            + " 'stream'");
            return false;
        }
        if (demo && name.equals(DEMO)) {
            faults.add("The status source 'demo' (" + place(name) + ") exists already: choose another name, or set"
                    + " fanfare.demo.enabled to false");
            return false;
        }
        return true;
    }

    private static boolean isName(String text) {
        return SourceName.isValid(text);
    }

    /** Where the first key of a source stands. */
    private String place(String source) {
        for (String key : values.keys()) {
            StatusKey parts = StatusKey.parse(key);
            Found found = values.find(key);
            if (parts != null && parts.source().equals(source) && found != null) {
                return found.origin();
            }
        }
        throw new IllegalStateException("no key is about the source " + source);
    }

    private String defaultSource(boolean demo) {
        String name = values.get(Keys.STATUS_DEFAULT);
        SortedSet<String> existing = names();
        existing.removeIf(source -> !isName(source));
        if (demo) {
            existing.add(DEMO);
        }
        Found found = values.find(Keys.STATUS_DEFAULT.name());
        if (found != null && !existing.contains(name)) {
            faults.add(
                    found,
                    "is not the name of a source",
                    existing.isEmpty()
                            ? "configure one, fanfare.status." + name + ".url"
                            : "give one of " + String.join(", ", existing));
        }
        return name;
    }
}
