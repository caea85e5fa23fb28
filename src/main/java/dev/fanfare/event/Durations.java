package dev.fanfare.event;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they are written here: a whole number and a unit, {@code 500ms}, {@code 5s}, {@code 10m}, {@code 1h}, {@code 1d}. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");

    private static final Map<String, ChronoUnit> UNITS = Map.of(
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);

    private Durations() {}

    /**
     * The duration that a text stands for.
     *
     * @throws IllegalArgumentException saying what is wrong, as in "has no unit"
     */
    public static Duration parse(String text) {
        if (text.matches("[0-9]+")) {
            throw new IllegalArgumentException("has no unit");
        }
        Matcher matcher = FORM.matcher(text);
        ChronoUnit unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("is not like 500ms, 5s, 10m, 1h or 1d");
        }
        return Duration.of(Long.parseLong(matcher.group(1)), unit);
    }

    /** The text of a duration, in the largest unit that leaves no remainder. */
    public static String show(Duration duration) {
        long ms = duration.toMillis();
        if (ms == 0) {
            return "0s";
        }
        if (ms % 86_400_000 == 0) {
            return ms / 86_400_000 + "d";
        }
        if (ms % 3_600_000 == 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms % 60_000 == 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
    }

    /** A duration for people, rounded down to two units that follow each other: {@code 2d 3h}, {@code 59m 58s}, {@code 250ms}. */
    public static String inTwoUnits(Duration duration) {
        Duration left = duration.abs();
        if (left.compareTo(Duration.ofSeconds(1)) < 0) {
            return left.toMillis() == 0 ? "0s" : left.toMillis() + "ms";
        }
        if (left.toDays() > 0) {
            return both(left.toDays() + "d", left.toHoursPart(), "h");
        }
        if (left.toHours() > 0) {
            return both(left.toHours() + "h", left.toMinutesPart(), "m");
        }
        return left.toMinutes() > 0 ? both(left.toMinutes() + "m", left.toSecondsPart(), "s") : left.toSeconds() + "s";
    }

    private static String both(String first, int second, String unit) {
        return second == 0 ? first : first + " " + second + unit;
    }
}
