package dev.fanfare.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/*
 * The Config is one of our own, made of our sources only, by whatever implementation of MicroProfile Config is there: the
 * container's, or SmallRye. It decides which source wins; values are taken as text. An empty value counts as none, as the
 * specification says.
 */
/** The values of all sources, by precedence. What does not parse becomes a fault and counts as none. */
final class Values {
    private final Map<String, ValueSource> sources = new HashMap<>();
    private final SortedSet<String> keys = new TreeSet<>();
    private final Config config;
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

    /** @param sources each has a name and an ordinal of its own */
    Values(List<ValueSource> sources, Faults faults) {
        this.faults = faults;
        for (ValueSource source : sources) {
            this.sources.put(source.getName(), source);
            keys.addAll(source.getPropertyNames());
        }
        List<ConfigSource> all = new ArrayList<>(sources);
        all.add(new NoExpressions());
        config = ConfigProviderResolver.instance()
                .getBuilder()
                .withSources(all.toArray(ConfigSource[]::new))
                .build();
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
        below.sort(Comparator.comparingInt(found -> found.source().getOrdinal()));
        return below;
    }

    /** What holds for a key, or null if nobody has set it. */
    @Nullable
    Found find(String key) {
        ConfigValue value = config.getConfigValue(key);
        String text = value.getRawValue();
        ValueSource source = sources.get(value.getSourceName());
        return text == null || text.isBlank() || source == null ? null : new Found(key, text.strip(), source);
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

    /** A value with {@code ${…}} in it is that text. */
    private static final class NoExpressions implements ConfigSource {
        @Override
        public Set<String> getPropertyNames() {
            return Set.of(Config.PROPERTY_EXPRESSIONS_ENABLED);
        }

        @Override
        public @Nullable String getValue(String name) {
            return name.equals(Config.PROPERTY_EXPRESSIONS_ENABLED) ? "false" : null;
        }

        @Override
        public String getName() {
            return "no expressions";
        }

        @Override
        public int getOrdinal() {
            return Integer.MAX_VALUE;
        }
    }
}
