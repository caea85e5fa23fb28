package dev.fanfare.status.rules;

import dev.fanfare.event.Ranges;
import java.time.Duration;

/**
 * How often changes are sent. What is held back is sent when its time has come, as the newest status then; the end of a
 * status is never held back.
 *
 * @param minInterval the least time from one {@code update} to the next; 0 to 1 h, 0 for none
 * @param debounce how long a change has to last before it is sent; 0 to 1 h, 0 for none. What never comes to rest is sent
 *     after ten times as long
 */
public record Pace(Duration minInterval, Duration debounce) {
    /** The longest of both. */
    public static final Duration MOST = Duration.ofHours(1);

    /** Every change is sent at once. */
    public static final Pace AT_ONCE = new Pace(Duration.ZERO, Duration.ZERO);

    private static final int MOST_DEBOUNCES = 10;

    /** @throws IllegalArgumentException naming the one that is out of range, and the range */
    public Pace {
        Ranges.requireBetween("min-interval", minInterval, Duration.ZERO, MOST);
        Ranges.requireBetween("debounce", debounce, Duration.ZERO, MOST);
    }

    /** The slower of both, in each respect. */
    public Pace slowedBy(Pace other) {
        return new Pace(longer(minInterval, other.minInterval), longer(debounce, other.debounce));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /**
     * When a change may be sent.
     *
     * @param sent when the last one was sent
     * @param heldSince when the first change came that has not been sent
     * @param changed when the newest one came
     * @return nanoseconds on the same clock
     */
    public long dueNanos(long sent, long heldSince, long changed) {
        long rested =
                Math.min(changed - heldSince + debounce.toNanos(), MOST_DEBOUNCES * debounce.toNanos()) + heldSince;
        long interval = sent + minInterval.toNanos();
        return rested - interval >= 0 ? rested : interval;
    }
}
