package dev.fanfare.status.http;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * When a server wants to be asked again: {@code Retry-After} (RFC 9110, 10.2.3) and {@code Cache-Control: max-age} less
 * {@code Age} (RFC 9111, 4.2). What can't be read counts as not said; nothing is longer than {@link #MOST}.
 */
final class Freshness {
    static final Duration MOST = Duration.ofHours(1);

    private Freshness() {}

    /** How long the answer is fresh. */
    static Duration maxAge(HttpHeaders headers) {
        long maxAge = -1;
        for (String line : headers.allValues("Cache-Control")) {
            for (String directive : line.toLowerCase(Locale.ROOT).split(",", -1)) {
                String stripped = directive.strip();
                if (stripped.equals("no-cache") || stripped.equals("no-store")) {
                    return Duration.ZERO;
                }
                if (stripped.startsWith("max-age=")) {
                    maxAge = seconds(stripped.substring("max-age=".length()).replace("\"", ""))
                            .orElse(maxAge);
                }
            }
        }
        long age = headers.firstValue("Age")
                .map(Freshness::seconds)
                .orElse(OptionalLong.of(0))
                .orElse(0);
        return bounded(maxAge - age);
    }

    /** How long the server wants to be left alone. */
    static Duration retryAfter(HttpHeaders headers, Instant now) {
        String text = headers.firstValue("Retry-After").orElse("").strip();
        OptionalLong seconds = seconds(text);
        if (seconds.isPresent()) {
            return bounded(seconds.getAsLong());
        }
        try {
            Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return bounded(Duration.between(now, date).toSeconds());
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
    }

    private static OptionalLong seconds(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        // More digits are more than the bound in any case.
        return OptionalLong.of(text.length() > 9 ? MOST.toSeconds() : Long.parseLong(text));
    }

    private static Duration bounded(long seconds) {
        return Duration.ofSeconds(Math.max(0, Math.min(seconds, MOST.toSeconds())));
    }
}
