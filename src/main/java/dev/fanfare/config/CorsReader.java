package dev.fanfare.config;

import dev.fanfare.config.Values.Found;
import dev.fanfare.rest.cors.CorsSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code fanfare.cors.*}. {@link CorsSettings} knows what is right: it is asked for each key alone, so that a fault
 * has its key, and then for all together.
 */
final class CorsReader {
    private final Values values;
    private final Faults faults;

    CorsReader(Values values, Faults faults) {
        this.values = values;
        this.faults = faults;
    }

    /** @param base what holds where nothing is set */
    CorsSettings read(CorsSettings base) {
        List<String> origins =
                alone(Keys.CORS_ORIGINS, base.allowOrigins(), v -> with(v, "", List.of(), List.of(), List.of()));
        String regex = alone(
                Keys.CORS_REGEX,
                Objects.requireNonNullElse(base.allowOriginRegex(), ""),
                v -> with(List.of(), v, List.of(), List.of(), List.of()));
        List<String> methods =
                alone(Keys.CORS_METHODS, base.allowMethods(), v -> with(List.of(), "", v, List.of(), List.of()));
        List<String> headers =
                alone(Keys.CORS_HEADERS, base.allowHeaders(), v -> with(List.of(), "", List.of(), v, List.of()));
        List<String> exposed =
                alone(Keys.CORS_EXPOSED, base.exposeHeaders(), v -> with(List.of(), "", List.of(), List.of(), v));
        boolean credentials = values.get(Keys.CORS_CREDENTIALS, base.allowCredentials());
        Duration maxAge = values.get(Keys.CORS_MAX_AGE, base.maxAge());
        try {
            return new CorsSettings(origins, orNull(regex), methods, headers, credentials, exposed, maxAge);
        } catch (IllegalArgumentException e) {
            faults.add("fanfare.cors" + places(Keys.CORS_ORIGINS, Keys.CORS_CREDENTIALS) + ": " + e.getMessage());
            return base;
        }
    }

    private <T> T alone(Key<T> key, T fallback, Consumer<T> trial) {
        return values.get(key, fallback, value -> {
            trial.accept(value);
            return value;
        });
    }

    private static CorsSettings with(
            List<String> origins, String regex, List<String> methods, List<String> headers, List<String> exposed) {
        return new CorsSettings(origins, orNull(regex), methods, headers, false, exposed, Duration.ZERO);
    }

    private static @Nullable String orNull(String regex) {
        return regex.isEmpty() ? null : regex;
    }

    /** Where those keys were set that were. */
    private String places(Key<?>... keys) {
        return Stream.of(keys)
                .map(key -> values.find(key.name()))
                .filter(Objects::nonNull)
                .map(Found::origin)
                .distinct()
                .collect(Collectors.joining(" and ", " (", ")"));
    }
}
