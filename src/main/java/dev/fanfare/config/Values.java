package dev.fanfare.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The values of all sources, by precedence. What does not parse becomes a fault and counts as none. */
final class Values {
    private final List<ValueSource> sources;
    private final SortedSet<String> keys = new TreeSet<>();
    private final Faults faults;

    /** A value that somebody has set. */
    record Found(String key, String value, ValueSource source) {
        /** Where it stands, in words. */
        String origin() {
            return source.origin(key);
        }

        /** Whether it is spelled as an environment variable, which has no lower case to tell. */
        boolean isFromVariable() {
            return source.isFromVariable(key);
        }
    }

    /** @param sources each has an ordinal of its own; the highest wins */
    Values(List<ValueSource> sources, Faults faults) {
        this.sources = sources.stream()
                .sorted(Comparator.comparingInt(ValueSource::ordinal).reversed())
                .toList();
        this.faults = faults;
        sources.forEach(source -> keys.addAll(source.keys()));
    }

    /** Every key that some source has, also unknown ones. */
    SortedSet<String> keys() {
        return keys;
    }

    /**
     * What is set below a key that ends with a dot. Two keys there may mean the same, {@code jobId} and {@code JOBID} of a
     * variable, so they come by precedence: the last one of them holds.
     */
    List<Found> below(String prefix) {
        List<Found> below = new ArrayList<>();
        for (String key : keys) {
            Found found = key.startsWith(prefix) ? find(key) : null;
            if (found != null) {
                below.add(found);
            }
        }
        below.sort(Comparator.comparingInt(found -> found.source().ordinal()));
        return below;
    }

    /**
     * What holds for a key, or null if nobody has set it. An empty value counts as none, whatever a place further down says, as
     * in MicroProfile Config.
     */
    @Nullable
    Found find(String key) {
        for (ValueSource source : sources) {
            String text = source.value(key);
            if (text != null) {
                return text.isBlank() ? null : new Found(key, text.strip(), source);
            }
        }
        return null;
    }

    /** Whether somebody has set it. */
    boolean has(Key<?> key) {
        return find(key.name()) != null;
    }

    /** The value, or the key's default. */
    <T> T get(Key<T> key) {
        T fallback = key.defaultValue();
        if (fallback == null) {
            throw new IllegalStateException(key.name() + " has no default");
        }
        return get(key, fallback);
    }

    /** The value, or what holds without one. */
    <T> T get(Key<T> key, T fallback) {
        return get(key, fallback, Function.identity());
    }

    /**
     * The value turned into something that may refuse it.
     *
     * @param made throws {@link IllegalArgumentException} that says what is wrong and what would be right
     */
    <T, R extends @Nullable Object> R get(Key<T> key, R fallback, Function<T, R> made) {
        Found found = find(key.name());
        return found == null ? fallback : read(found, key.form(), fallback, made);
    }

    /** Like {@link #get(Key, Object, Function)}, for a value that was found already. */
    <T, R extends @Nullable Object> R read(Found found, ValueFormat<T> form, R fallback, Function<T, R> made) {
        T value;
        try {
            value = form.parser().apply(found.value());
        } catch (IllegalArgumentException e) {
            faults.add(
                    found,
                    String.valueOf(e.getMessage()),
                    "give " + form.description().replace("`", ""));
            return fallback;
        }
        try {
            return made.apply(value);
        } catch (IllegalArgumentException e) {
            faults.add(found, String.valueOf(e.getMessage()));
            return fallback;
        }
    }
}
