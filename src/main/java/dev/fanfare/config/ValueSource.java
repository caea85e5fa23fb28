package dev.fanfare.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The values that one place has for our keys, taken once; it remembers how each was spelled there. What is spelled like an
 * environment variable is found by its key. Immutable.
 */
final class ValueSource {
    private final String name;
    private final int ordinal;
    private final UnaryOperator<String> origin;
    private final Map<String, Spelled> values = new LinkedHashMap<>();
    private final Set<String> unknown = new LinkedHashSet<>();

    /**
     * @param spelling the name of a property or an environment variable, or an option of the command line
     */
    private record Spelled(String value, String spelling) {}

    /**
     * @param name in words, where a key has no spelling
     * @param origin from a spelling to the words that tell people where it stands
     */
    private ValueSource(String name, int ordinal, UnaryOperator<String> origin) {
        this.name = name;
        this.ordinal = ordinal;
        this.origin = origin;
    }

    /** Takes what begins with {@code fanfare.}, or with {@code FANFARE_} as in the environment. */
    static ValueSource of(String name, int ordinal, UnaryOperator<String> origin, Map<String, String> properties) {
        ValueSource source = new ValueSource(name, ordinal, origin);
        properties.forEach(source::add);
        return source;
    }

    /** What the command line says. */
    static ValueSource of(int ordinal, Iterable<CommandLineValue> commandLine) {
        ValueSource source = new ValueSource("command line", ordinal, option -> "option " + option);
        for (CommandLineValue value : commandLine) {
            source.values.put(value.key(), new Spelled(value.value(), value.option()));
        }
        return source;
    }

    private void add(String spelling, String value) {
        if (Environment.isVariable(spelling)) {
            addVariable(spelling, value);
        } else if (spelling.startsWith(Key.PREFIX)) {
            values.put(spelling, new Spelled(value, spelling));
        }
    }

    private void addVariable(String variable, String value) {
        if (Environment.isForeign(variable, value)) {
            return;
        }
        String key = Environment.key(variable);
        if (key == null) {
            unknown.add(variable);
        } else {
            values.putIfAbsent(key, new Spelled(value, variable));
        }
    }

    /** Environment variables that look like ours and stand for no key. */
    Set<String> unknownVariables() {
        return unknown;
    }

    /** Where a value of this source stands, in words. */
    String origin(String key) {
        Spelled spelled = values.get(key);
        return spelled == null ? name : origin.apply(spelled.spelling);
    }

    /** Whether the key was spelled as an environment variable, which has no lower case to tell. */
    boolean isFromVariable(String key) {
        Spelled spelled = values.get(key);
        return spelled != null && Environment.isVariable(spelled.spelling);
    }

    /** Keys that have a value here, also unknown ones. */
    Set<String> keys() {
        return values.keySet();
    }

    @Nullable
    String value(String key) {
        Spelled spelled = values.get(key);
        return spelled == null ? null : spelled.value;
    }

    /** The source with the highest one wins. */
    int ordinal() {
        return ordinal;
    }
}
