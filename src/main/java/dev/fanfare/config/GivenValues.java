package dev.fanfare.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The values that one place of somebody's configuration has. Immutable.
 *
 * @param name of the place, for people
 * @param values by their keys, or by the names of environment variables; what is none of ours is passed over
 * @param origin from a key as it is spelled there to the words that tell people where it stands
 */
public record GivenValues(String name, Map<String, String> values, UnaryOperator<String> origin) {
    /** Copies the values. */
    public GivenValues {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
