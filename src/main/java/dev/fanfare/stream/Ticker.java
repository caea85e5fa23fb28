package dev.fanfare.stream;

import java.time.Duration;
import java.time.Instant;

/**
 * Time, as everything here sees it: a clock and an alarm. Implementations are thread-safe. Tests bring one that they move
 * themselves; {@link SystemTicker} is the real one.
 */
public interface Ticker {
    /** Nanoseconds since some fixed moment; never goes back. Only differences mean something. */
    long nanos();

    /** The time of day. May jump in both directions. */
    Instant now();

    /**
     * Runs {@code task} once, {@code delay} from now, on a thread of the ticker. The task must not block.
     *
     * @param delay zero or more
     * @return cancels the task if it has not begun
     */
    Alarm schedule(Duration delay, Runnable task);

    /** A task that has been scheduled. */
    @FunctionalInterface
    interface Alarm {
        /** Takes the task back; does nothing once it has begun. */
        void cancel();
    }
}
