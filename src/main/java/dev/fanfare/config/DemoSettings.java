package dev.fanfare.config;

import dev.fanfare.event.Ranges;
import java.time.Duration;

/**
 * The demo's streams.
 *
 * @param enabled whether {@code /stream}, {@code /prices} and the status source {@code demo} are there
 * @param count how far {@code /stream} counts; 1 to 1,000,000
 * @param delay from one event to the next; 1 ms to 1 h
 * @param retry the reconnection delay told to clients; 0 to 1 d
 */
public record DemoSettings(boolean enabled, int count, Duration delay, Duration retry) {

    /** The defaults of {@code docs/reference/configuration.md}, switched on. */
    public static final DemoSettings DEFAULTS =
            new DemoSettings(true, 10, Duration.ofSeconds(1), Duration.ofSeconds(15));

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public DemoSettings {
        Ranges.requireBetween("count", count, 1, 1_000_000);
        Ranges.requireBetween("delay", delay, Duration.ofMillis(1), Duration.ofHours(1));
        Ranges.requireBetween("retry", retry, Duration.ZERO, Duration.ofDays(1));
    }
}
