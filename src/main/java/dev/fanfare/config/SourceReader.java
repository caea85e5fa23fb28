package dev.fanfare.config;

import dev.fanfare.config.ConfiguredSource.Access;
import dev.fanfare.config.Values.Found;
import dev.fanfare.status.ChangeRule;
import dev.fanfare.status.EndCondition;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.http.HttpSourceSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads the keys of one status source. */
final class SourceReader {
    private static final String ANY_URL = "http://localhost/";
    private static final Duration ANY_TIMEOUT = Duration.ofSeconds(1);

    private final String name;
    private final Values values;
    private final Faults faults;

    SourceReader(String name, Values values, Faults faults) {
        this.name = name;
        this.values = values;
        this.faults = faults;
    }

    /** The source; empty after faults. */
    Optional<ConfiguredSource> read(int maxWatches) {
        Found url = values.find(SourceKeys.URL.of(name).name());
        if (url == null) {
            faults.add("The status source '" + name + "' has no URL: set fanfare.status." + name + ".url, such as"
                    + " http://localhost:9090/" + name + "/{id}");
            return Optional.empty();
        }
        List<String> places = places();
        List<String> params = params(places);
        Map<String, String> headers = headers();
        Access access = access(headers);
        Duration every = get(SourceKeys.EVERY);
        Duration timeout = get(SourceKeys.TIMEOUT);
        Duration linger = get(SourceKeys.LINGER);
        Duration retry = get(SourceKeys.RETRY);
        // Without a good URL nobody knows the parameters.
        Map<String, Pattern> patterns = places != null ? patterns(params) : Map.of();
        EndCondition end = values.get(SourceKeys.END.of(name), EndCondition.NEVER, EndCondition::parse);
        ChangeRule change = values.get(SourceKeys.IGNORE.of(name), ChangeRule.ANY, ChangeRule::ignoring);
        try {
            SourceSettings settings =
                    new SourceSettings(every, timeout, linger, retry, params, patterns, end, change, maxWatches);
            return Optional.of(new ConfiguredSource(url.value(), headers, settings, access));
        } catch (IllegalArgumentException e) {
            faults.add("The status source '" + name + "' (" + url.origin() + "): " + e.getMessage());
            return Optional.empty();
        }
    }

    private <T> T get(Key<T> key) {
        return values.get(key.of(name));
    }

    /** Of the URL; null if that can't be used. */
    private @Nullable List<String> places() {
        return values.<String, @Nullable List<String>>get(
                SourceKeys.URL.of(name), null, url -> HttpSourceSettings.of(url).places());
    }

    private List<String> params(@Nullable List<String> places) {
        List<String> fallback = places == null ? List.of() : places;
        return values.get(SourceKeys.PARAMS.of(name), fallback, params -> {
            if (places != null && !Set.copyOf(params).equals(Set.copyOf(places))) {
                throw new IllegalArgumentException("the places in the URL are other ones: give "
                        + (places.isEmpty() ? "none" : String.join(",", places)) + ", or leave the key out");
            }
            return params;
        });
    }

    private Map<String, Pattern> patterns(List<String> params) {
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        for (Found found : below("pattern")) {
            String suffix = suffix(found, "pattern");
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

    private Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Found found : below("header")) {
            String header = suffix(found, "header");
            try {
                new HttpSourceSettings(ANY_URL, Map.of(header, found.value()), ANY_TIMEOUT, 1);
                headers.put(header, found.value());
            } catch (IllegalArgumentException e) {
                faults.addSecret(found, String.valueOf(e.getMessage()));
            }
        }
        return headers;
    }

    private Access access(Map<String, String> headers) {
        Key<Access> key = SourceKeys.ACCESS.of(name);
        Access access = values.get(key, headers.isEmpty() ? Access.ANONYMOUS : Access.TOKEN);
        Found found = values.find(key.name());
        if (access == Access.TOKEN && found != null) {
            faults.add(found, "is not built into this version yet", "give anonymous, which lets everybody see it");
        } else if (access == Access.TOKEN) {
            faults.add("The status source '" + name + "' has headers, so clients would need a token, which this version"
                    + " can't check yet: set " + key.name() + " to anonymous to let everybody see it");
        }
        return access;
    }

    private List<Found> below(String option) {
        String prefix = StatusKey.PREFIX + name + "." + option + ".";
        return values.keys().stream()
                .filter(key -> key.startsWith(prefix))
                .flatMap(key -> Optional.ofNullable(values.find(key)).stream())
                .toList();
    }

    private String suffix(Found found, String option) {
        return found.key().substring((StatusKey.PREFIX + name + "." + option + ".").length());
    }
}
