package dev.fanfare.spring;

import dev.fanfare.config.GivenValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * What the configuration of a Spring Boot application says of our keys, place by place, so that a fault names the file and the
 * line. Placeholders are filled in; a list of YAML becomes its members with commas between. Stateless.
 */
final class EnvironmentValues {
    /** Where the hub's and the statuses' HTTP is; a key of this package's own. */
    static final String PATH = "fanfare.spring.path";

    private static final String PREFIX = "fanfare.";
    private static final String VARIABLE_PREFIX = "FANFARE_";
    private static final String PATH_VARIABLE = "FANFARE_SPRING_PATH";
    private static final Pattern MEMBER = Pattern.compile("(.+)\\[([0-9]{1,6})]");

    private EnvironmentValues() {}

    /** The places in order; the first that has a key wins. */
    static List<GivenValues> of(ConfigurableEnvironment environment) {
        List<GivenValues> places = new ArrayList<>();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> listed) {
                Map<String, String> values = values(listed, environment);
                if (!values.isEmpty()) {
                    places.add(new GivenValues(source.getName(), values, key -> origin(source, key)));
                }
            }
        }
        return places;
    }

    private static Map<String, String> values(EnumerablePropertySource<?> source, ConfigurableEnvironment environment) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, Map<Integer, String>> lists = new LinkedHashMap<>();
        for (String name : source.getPropertyNames()) {
            Object value = isOurs(name) ? source.getProperty(name) : null;
            if (value == null) {
                continue;
            }
            String text = environment.resolvePlaceholders(value.toString());
            Matcher member = MEMBER.matcher(name);
            if (member.matches()) {
                lists.computeIfAbsent(member.group(1), list -> new TreeMap<>())
                        .put(Integer.valueOf(member.group(2)), text);
            } else {
                values.put(name, text);
            }
        }
        lists.forEach((name, members) -> values.put(name, String.join(",", members.values())));
        return values;
    }

    private static boolean isOurs(String name) {
        return name.toUpperCase(Locale.ROOT).startsWith(VARIABLE_PREFIX)
                ? !name.equalsIgnoreCase(PATH_VARIABLE)
                : name.startsWith(PREFIX) && !name.equals(PATH);
    }

    private static String origin(PropertySource<?> source, String key) {
        Origin origin = origin(source, key, key + "[0]");
        return origin != null ? origin.toString() : key + " of " + source.getName();
    }

    private static @Nullable Origin origin(PropertySource<?> source, String... spellings) {
        for (String spelling : spellings) {
            Origin origin = OriginLookup.getOrigin(source, spelling);
            if (origin != null) {
                return origin;
            }
        }
        return null;
    }
}
