package dev.fanfare.config;

import dev.fanfare.auth.Access;
import dev.fanfare.config.Values.Found;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.status.rules.DeadBand;
import dev.fanfare.status.rules.EndCondition;
import dev.fanfare.status.rules.Pace;
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

    /**
     * The source; empty after faults.
     *
     * @param hasKey whether tokens of subscribers can be checked
     */
    Optional<ConfiguredSource> read(int maxWatches, boolean hasKey) {
        OriginReader reader = new OriginReader(name, values, faults, listensItself);
        Duration timeout = get(SourceKeys.TIMEOUT);
        OriginReader.Found origin = reader.read(timeout);
        List<String> placeholders = origin.placeholders();
        List<String> params = params(placeholders);
        boolean isPushed = origin.origin() instanceof ConfiguredSource.Origin.Pushed;
        // Without a good origin nobody knows the parameters.
        Map<String, Pattern> patterns = placeholders != null || isPushed ? patterns(params) : Map.of();
        Access access = values.get(SourceKeys.ACCESS.of(name), origin.guarded() ? Access.TOKEN : Access.ANONYMOUS);
        if (access == Access.TOKEN && !hasKey && origin.place() != null) {
            faults.add("The status source '" + name + "' (" + origin.place()
                    + ") needs tokens, and no key for checking"
                    + " them is configured: set fanfare.auth.key, or "
                    + SourceKeys.ACCESS.of(name).name() + "=anonymous");
        }
        try {
            SourceSettings settings = new SourceSettings(
                    get(SourceKeys.EVERY),
                    timeout,
                    get(SourceKeys.LINGER),
                    get(SourceKeys.RETRY),
                    params,
                    patterns,
                    values.get(SourceKeys.END.of(name), EndCondition.NEVER, EndCondition::parse),
                    change(),
                    new Pace(get(SourceKeys.MIN_INTERVAL), get(SourceKeys.DEBOUNCE)),
                    maxWatches,
                    get(SourceKeys.POLLS),
                    values.get(SourceKeys.GONE_AFTER.of(name), SourceSettings.defaultGoneAfter(get(SourceKeys.EVERY))),
                    values.get(SourceKeys.MISSING.of(name), missingFor(origin.origin())));
            return Optional.ofNullable(origin.origin()).map(from -> new ConfiguredSource(from, settings, access));
        } catch (IllegalArgumentException e) {
            faults.add("The status source '" + name + "' (" + origin.place() + "): " + e.getMessage());
            return Optional.empty();
        }
    }

    /** A page is often there before the first file, row or PUT; what an HTTP server does not know is most likely a mistake. */
    private static SourceSettings.Missing missingFor(ConfiguredSource.@Nullable Origin origin) {
        return origin instanceof ConfiguredSource.Origin.Http
                ? SourceSettings.Missing.NOT_FOUND
                : SourceSettings.Missing.WAIT;
    }

    private ChangeRule change() {
        ChangeRule ignoring = values.get(SourceKeys.IGNORE.of(name), ChangeRule.ANY, ChangeRule::ignoring);
        return values.get(
                SourceKeys.DEADBAND.of(name),
                ignoring,
                bands -> ChangeRule.of(
                        ignoring.pointers(), bands.stream().map(DeadBand::parse).toList()));
    }

    private <T> T get(Key<T> key) {
        return values.get(key.of(name));
    }

    private List<String> params(@Nullable List<String> placeholders) {
        List<String> fallback = placeholders == null ? List.of() : placeholders;
        return values.get(SourceKeys.PARAMS.of(name), fallback, params -> {
            if (placeholders != null && !Set.copyOf(params).equals(Set.copyOf(placeholders))) {
                throw new IllegalArgumentException("the source has other parameters: give "
                        + (placeholders.isEmpty() ? "none" : String.join(",", placeholders))
                        + ", or leave the key out");
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
                        "belongs to no parameter of this source",
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

    private String prefix(String option) {
        return StatusKey.PREFIX + name + "." + option + ".";
    }
}
