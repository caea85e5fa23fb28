package dev.fanfare.event;

import java.time.Duration;

/** Checks of settings against their ranges; the messages name the setting and the range. Stateless. */
public final class Ranges {
    private Ranges() {}

    /**
     * Refuses a number that is out of range.
     *
     * @throws IllegalArgumentException naming the value and the range
     */
    public static void requireBetween(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be from " + least + " to " + most);
        }
    }

    /**
     * Refuses a number that is too small.
     *
     * @throws IllegalArgumentException naming the value and the least one
     */
    public static void requireAtLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least " + least);
        }
    }

    /**
     * Refuses a duration that is out of range.
     *
     * @throws IllegalArgumentException naming the value and the range, in milliseconds
     */
    public static void requireBetween(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is " + value.toMillis() + "ms; it must be from "
                    + least.toMillis() + "ms to " + most.toMillis() + "ms");
        }
    }
}
