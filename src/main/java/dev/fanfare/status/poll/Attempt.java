package dev.fanfare.status.poll;

import dev.fanfare.status.Reading;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One read of a status, from its question to the end of its stage. Guarded by its poller's lock. */
final class Attempt {
    final long startNanos;
    Ticker.@Nullable Alarm timeout;

    @Nullable
    CompletionStage<Reading> stage;

    /** A failure was told, since the stage takes longer than the timeout; it goes on. */
    boolean overdue;

    boolean completed;

    /** What comes after an overdue read. */
    Duration pause = Duration.ZERO;

    Attempt(long startNanos) {
        this.startNanos = startNanos;
    }
}
