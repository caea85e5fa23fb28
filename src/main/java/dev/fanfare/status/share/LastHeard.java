package dev.fanfare.status.share;

import dev.fanfare.log.SharedStates.Stamp;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What was told of a status last, and when its source answered last, whichever node asked. Guarded by the lock of its poll. */
final class LastHeard {
    private final Ticker ticker;
    private @Nullable Stamp any;
    private @Nullable Stamp value;
    private long nanos;
    private @Nullable Instant answered;
    private long answeredNanos;

    LastHeard(Ticker ticker) {
        this.ticker = ticker;
        this.nanos = ticker.nanos();
    }

    boolean isNothing() {
        return any == null;
    }

    /** Whether nothing that was heard came as late as this, or later. */
    boolean isBefore(Stamp stamp) {
        return any == null || stamp.isAfter(any);
    }

    /** The owner was heard of. */
    void touch() {
        nanos = ticker.nanos();
    }

    void note(Stamp stamp) {
        any = stamp;
        touch();
    }

    void value(Stamp stamp, Duration age) {
        note(stamp);
        value = stamp;
        answered(age);
    }

    /** Whether the value of this generation was heard. */
    boolean knowsValueOf(long generation) {
        return value != null && value.generation() == generation;
    }

    /** The value that was heard holds; returns whether that is news. */
    boolean fresh(long number, Duration age) {
        Stamp last = value;
        if (last == null) {
            return false;
        }
        Stamp stamp = new Stamp(last.owner(), last.generation(), number);
        if (!isBefore(stamp)) {
            return false;
        }
        note(stamp);
        answered(age);
        return true;
    }

    /** The source has answered, so long ago. */
    void answered(Duration age) {
        answered = ticker.now().minus(age);
        answeredNanos = ticker.nanos() - age.toNanos();
    }

    /** When the source answered last; null if it never has. */
    @Nullable
    Instant answered() {
        return answered;
    }

    /** How long ago the source answered last; for ever if it never has. */
    Duration sinceAnswer() {
        return Duration.ofNanos(answered == null ? Long.MAX_VALUE : ticker.nanos() - answeredNanos);
    }

    boolean isSilentFor(Duration time) {
        return ticker.nanos() - nanos >= time.toNanos();
    }
}
