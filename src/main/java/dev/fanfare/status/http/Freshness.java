package dev.fanfare.status.http;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * When a server wants to be asked again: {@code Retry-After} (RFC 9110, 10.2.3) and {@code Cache-Control: max-age} less
 * {@code Age} (RFC 9111, 4.2). What can't be read counts as not said; nothing is longer than {@link #MOST}.
 */
final class Freshness {
    static final Duration MOST = Duration.ofHours(1);

    private static final System.Logger LOG = System.getLogger(Freshness.class.getName());
    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern(
                    "EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

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
        for (DateTimeFormatter form : dates(now)) {
            try {
                Duration left = Duration.between(now, form.parse(text, Instant::from));
                // Rounded up: a fraction of a second before is too early.
                return bounded(left.plusNanos(999_999_999).toSeconds());
            } catch (DateTimeException e) {
                LOG.log(System.Logger.Level.TRACE, "Retry-After has not this form", e);
            }
        }
        return Duration.ZERO;
    }

    /** The three forms of a date, see RFC 9110, 5.6.7. A year of two digits is at most 50 years ahead. */
    private static List<DateTimeFormatter> dates(Instant now) {
        DateTimeFormatter rfc850 = new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(
                        ChronoField.YEAR, 2, 2, now.atZone(ZoneOffset.UTC).getYear() - 49)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
        return List.of(DateTimeFormatter.RFC_1123_DATE_TIME, rfc850, ASCTIME);
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
