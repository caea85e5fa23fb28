package dev.fanfare.status.watch;

import dev.fanfare.event.Event;
import dev.fanfare.event.Topic;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a status can't be told at present: why, since when, and when its source is asked again. Guarded by the lock of its
 * watch.
 */
final class Outage {
    private final Ticker ticker;
    private @Nullable SourceFailure reason;
    private Instant since = Instant.EPOCH;
    private int attempts;
    private long nextPollNanos;

    Outage(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * The source has failed, for the first time or once more.
     *
     * @param nextIn when it is asked again
     * @param asked whether it was asked this time
     * @return whether the outage begins with it
     */
    boolean failed(SourceFailure failure, Duration nextIn, boolean asked) {
        boolean begins = reason == null;
        if (begins) {
            since = ticker.now().truncatedTo(ChronoUnit.MILLIS);
        }
        reason = failure;
        attempts += asked ? 1 : 0;
        nextPollNanos = ticker.nanos() + nextIn.toNanos();
        return begins;
    }

    /**
     * It is over, or of no concern any more.
     *
     * @return whether there was one
     */
    boolean end() {
        boolean isOpen = reason != null;
        reason = null;
        attempts = 0;
        return isOpen;
    }

    /** Why the source failed last; null if there is no outage. */
    @Nullable
    SourceFailure reason() {
        return reason;
    }

    /** How many times the source was asked in vain. */
    int attempts() {
        return attempts;
    }

    /** How long it is until the source is asked again, as far as it was told when it failed last. */
    Duration retryAfter() {
        return Duration.ofNanos(Math.max(0, nextPollNanos - ticker.nanos()));
    }

    /**
     * The event that tells of it.
     *
     * @param asOf when the source last gave a good answer; null if it never has
     * @throws IllegalStateException if there is no outage
     */
    Event stale(List<Topic> topics, @Nullable Instant asOf) {
        if (reason == null) {
            throw new IllegalStateException("the source works");
        }
        return StatusEvents.stale(topics, since, asOf, attempts, reason);
    }
}
