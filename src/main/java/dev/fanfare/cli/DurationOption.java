package dev.fanfare.cli;

import dev.fanfare.event.Durations;
import java.time.Duration;

/** Reads an option that is a duration in a range. Stateless. */
final class DurationOption {
    private DurationOption() {}

    /** @throws CommandFailed if it is none, or out of range; says what would be right */
    static Duration parse(String option, String text, Duration least, Duration most) {
        Duration given;
        try {
            given = Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailed.badOption(
                    option + " '" + text + "' " + e.getMessage() + ": give a duration such as 30s", e);
        }
        if (given.compareTo(least) < 0 || given.compareTo(most) > 0) {
            throw CommandFailed.badOption(option + " " + text + " is out of range: give " + Durations.show(least)
                    + " to " + Durations.show(most));
        }
        return given;
    }
}
