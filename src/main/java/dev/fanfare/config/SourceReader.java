package dev.fanfare.config;

import dev.fanfare.config.ConfiguredSource.Access;
import dev.fanfare.config.Values.Found;
import dev.fanfare.status.ChangeRule;
import dev.fanfare.status.EndCondition;
import dev.fanfare.status.SourceSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads the keys of one status source. */
final class SourceReader {
    private final String name;
    private final Values values;
    private final Faults faults;
    private final boolean listensItself;

    /** @param listensItself false in a container, which has data sources */
    SourceReader(String name, Values values, Faults faults, boolean listensItself) {
        this.name = name;
        this.values = values;
        this.faults = faults;
        this.listensItself = listensItself;
    }

    /** The source; empty after faults. */
    Optional<ConfiguredSource> read(int maxWatches) {
        OriginReader reader = new OriginReader(name, values, faults, listensItself);
        Duration timeout = get(SourceKeys.TIMEOUT);
        OriginReader.Found origin = reader.read(timeout);
        List<String> places = origin.places();
        List<String> params = params(places);
        Access access = origin.isNone() ? Access.ANONYMOUS : access(origin);
        Duration every = get(SourceKeys.EVERY);
        Duration linger = get(SourceKeys.LINGER);
        Duration retry = get(SourceKeys.RETRY);
        // Without a good origin nobody knows the parameters.
        Map<String, Pattern> patterns = places != null ? patterns(params) : Map.of();
        EndCondition end = values.get(SourceKeys.END.of(name), EndCondition.NEVER, EndCondition::parse);
        ChangeRule change = values.get(SourceKeys.IGNORE.of(name), ChangeRule.ANY, ChangeRule::ignoring);
        try {
            SourceSettings settings =
                    new SourceSettings(every, timeout, linger, retry, params, patterns, end, change, maxWatches);
            return Optional.ofNullable(origin.origin()).map(from -> new ConfiguredSource(from, settings, access));
        } catch (IllegalArgumentException e) {
            faults.add("The status source '" + name + "' (" + origin.place() + "): " + e.getMessage());
            return Optional.empty();
        }
    }

    private <T> T get(Key<T> key) {
        return values.get(key.of(name));
    }

    private List<String> params(@Nullable List<String> places) {
        List<String> fallback = places == null ? List.of() : places;
        return values.get(SourceKeys.PARAMS.of(name), fallback, params -> {
            if (places != null && !Set.copyOf(params).equals(Set.copyOf(places))) {
                throw new IllegalArgumentException("the source has other parameters: give "
                        + (places.isEmpty() ? "none" : String.join(",", places)) + ", or leave the key out");
            }
            return params;
        });
    }

    private Map<String, Pattern> patterns(List<String> params) {
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        for (Found found : values.below(prefix("pattern"))) {
            String suffix = found.key().substring(prefix("pattern").length());
            Optional<String> param = params.stream()
                    .filter(name -> name.equals(suffix)
                            || (found.isFromVariable() && Key.variable(name).equals(Key.variable(suffix))))
                    .findFirst();
            if (param.isEmpty()) {
                faults.add(
                        found,
                        "is for no parameter of this source",
                        params.isEmpty() ? "it has none" : "give one for " + String.join(", ", params));
                continue;
            }
            try {
                patterns.put(param.get(), Pattern.compile(found.value()));
            } catch (PatternSyntaxException e) {
                faults.add(found, "is not a regular expression", e.getDescription() + " near index " + e.getIndex());
            }
        }
        return patterns;
    }

    private Access access(OriginReader.Found origin) {
        Key<Access> key = SourceKeys.ACCESS.of(name);
        Access access = values.get(key, origin.guarded() == null ? Access.ANONYMOUS : Access.TOKEN);
        Found found = values.find(key.name());
        if (access == Access.TOKEN && found != null) {
            faults.add(found, "is not built into this version yet", "give anonymous, which lets everybody see it");
        } else if (access == Access.TOKEN) {
            faults.add("The status source '" + name + "' has " + origin.guarded()
                    + ", so clients would need a token, which this version can't check yet: set " + key.name()
                    + " to anonymous to let everybody see it");
        }
        return access;
    }

    private String prefix(String option) {
        return StatusKey.PREFIX + name + "." + option + ".";
    }
}
