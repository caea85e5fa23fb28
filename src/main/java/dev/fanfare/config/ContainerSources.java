package dev.fanfare.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** What sources of MicroProfile Config have for our keys; nothing else needs that library. Stateless. */
final class ContainerSources {
    private ContainerSources() {}

    /** What the container's MicroProfile Config reads by default. */
    static List<ConfigSource> all() {
        List<ConfigSource> all = new ArrayList<>();
        ConfigProviderResolver.instance()
                .getBuilder()
                .addDefaultSources()
                .addDiscoveredSources()
                .build()
                .getConfigSources()
                .forEach(all::add);
        return all;
    }

    /** The values of sources, those with the highest ordinal first. */
    static List<GivenValues> given(List<ConfigSource> sources) {
        return sources.stream()
                .sorted((a, b) -> Integer.compare(b.getOrdinal(), a.getOrdinal()))
                .map(source -> new GivenValues(
                        source.getName(), texts(source), spelling -> spelling + " of " + source.getName()))
                .toList();
    }

    /**
     * Of the environment, SmallRye also lists keys that it has made up of the variables: {@code fanfare.cors.allow.origins}.
     * Those are left out, since the variable tells more.
     */
    private static Map<String, String> texts(ConfigSource source) {
        Map<String, String> texts = new LinkedHashMap<>();
        Set<String> names = source.getPropertyNames();
        for (String name : names) {
            boolean key = name.startsWith(Key.PREFIX) && !names.contains(Key.variable(name));
            String value = key || Environment.isVariable(name) ? source.getValue(name) : null;
            if (value != null) {
                texts.put(name, value);
            }
        }
        return texts;
    }
}
