package dev.fanfare.stream;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the program that reads a stream, from its request. Immutable.
 *
 * @param browser whether it looks like a browser
 * @param positions whether it asks for blocks with an id and no data, or declines them; null if it says nothing
 * @param heartbeat how long the stream may be silent at most; null for as long as the settings say
 */
public record Reader(
        boolean browser,
        @Nullable Boolean positions,
        @Nullable Duration heartbeat) {
    /** A reader of which nothing is known. */
    public static final Reader UNKNOWN = new Reader(false, null, null);

    /** The shortest silence that a reader can ask for. */
    public static final Duration LEAST_HEARTBEAT = Duration.ofSeconds(1);

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    /** This reader with another heartbeat. */
    public Reader withHeartbeat(@Nullable Duration other) {
        return new Reader(browser, positions, other);
    }

    /** Whether it gets blocks with an id and no data, which many readers hand to their application as empty events. */
    public boolean takesPositions(Positions policy) {
        return switch (policy) {
            case NONE -> false;
            case ALL -> positions == null || positions;
            case BROWSERS -> positions == null ? browser : positions;
        };
    }

    /**
     * Reads the query parameter {@code heartbeat}.
     *
     * @throws IllegalArgumentException saying what would be right
     */
    public static Duration heartbeat(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration duration = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
            if (duration.compareTo(LEAST_HEARTBEAT) >= 0) {
                return duration;
            }
        }
        throw new IllegalArgumentException("it is not a duration of at least 1s; write it like 4s, 1500ms or 1m");
    }

    /**
     * Reads the query parameter {@code positions}, of which the last value counts; null if there is none.
     *
     * @throws IllegalArgumentException saying what would be right
     */
    public static @Nullable Boolean positions(List<String> values) {
        if (values.isEmpty()) {
            return null;
        }
        return switch (values.get(values.size() - 1)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it is neither true nor false");
        };
    }
}
