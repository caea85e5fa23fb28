package dev.fanfare.status.poll;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/** How long a poller pauses after a read. Guarded by the lock of its poller. */
final class BackOff {
    /** The longest that a source can put off the next poll. */
    static final Duration MAX_NOT_BEFORE = Duration.ofHours(1);

    /** The longest pause of the back-off, unless the source is polled more seldom anyway. */
    static final Duration MAX_BACK_OFF = Duration.ofMinutes(1);

    private final Duration every;
    private final DoubleSupplier random;
    private boolean isSpread;
    private int failures;

    /** @param random numbers from 0 to 1 that spread the polls */
    BackOff(Duration every, DoubleSupplier random) {
        this.every = every;
        this.random = random;
    }

    /** After a good answer that was {@code elapsed} in coming: a period from poll to poll, or as long as the source says. */
    Duration afterAnswer(Reading reading, Duration elapsed) {
        failures = 0;
        Duration period = every;
        if (!isSpread) {
            // Watches that begin together, after a restart for one, shall not poll together for ever.
            isSpread = true;
            period = times(period, 0.5 + random.getAsDouble() / 2);
        }
        Duration pause = max(period.minus(elapsed), every.dividedBy(10));
        return max(pause, min(notBefore(reading), MAX_NOT_BEFORE));
    }

    private static Duration notBefore(Reading reading) {
        if (reading instanceof Reading.Value value) {
            return value.notBefore();
        }
        return reading instanceof Reading.Unchanged unchanged ? unchanged.notBefore() : Duration.ZERO;
    }

    /** After one more failure in a row. */
    Duration afterFailure(SourceFailure failure) {
        failures++;
        return backOff(failures, every, failure, random.getAsDouble());
    }

    /** Doubles with each failure, from {@code every} on; 20% jitter. */
    static Duration backOff(int failures, Duration every, SourceFailure failure, double random) {
        double factor = Math.pow(2, Math.min(failures - 1, 30)) * (0.8 + 0.4 * random);
        Duration most = max(every, MAX_BACK_OFF);
        double nanos = Math.min(every.toNanos() * factor, (double) most.toNanos());
        return max(Duration.ofNanos((long) nanos), min(failure.notBefore(), MAX_NOT_BEFORE));
    }

    private static Duration times(Duration duration, double factor) {
        return Duration.ofNanos((long) (duration.toNanos() * factor));
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
