package dev.fanfare.stream;

import java.time.Duration;

/**
 * When each of {@code count} streams leaves, and when its client reconnects. The streams leave at even distances within {@code
 * over}. The delay of the first is about {@code retry}, that of the last about twice as much, and it grows evenly in between:
 * reconnections then arrive at even distances too, over {@code over} and {@code retry} together. Immutable.
 *
 * @param count how many streams leave
 * @param phase 0 to 1: where in each distance a stream leaves; parts of a crowd with different phases do not leave in step
 * @param over within which time
 * @param retry the shortest delay
 */
record EvenSpread(int count, double phase, Duration over, Duration retry) {
    /** How many shall have left when so much time has passed. */
    int due(long elapsedNanos) {
        if (elapsedNanos >= over.toNanos()) {
            return count;
        }
        double distances = count * ((double) elapsedNanos / over.toNanos());
        return (int) Math.max(0, Math.min(count, Math.floor(distances - phase) + 1));
    }

    /** When the stream at an index leaves, from the beginning. */
    long leavesAtNanos(int index) {
        return (long) Math.ceil(over.toNanos() * share(index));
    }

    /** After which time its client reconnects. */
    Duration retry(int index) {
        return Duration.ofMillis(Math.round(retry.toMillis() * (1 + share(index))));
    }

    private double share(int index) {
        return (index + phase) / count;
    }
}
