package dev.fanfare.stream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells when a stream has been silent for so long that its client gets a heartbeat. Confined to the stream's loop. */
final class Heartbeat {
    private final long silenceNanos;
    private long lastWriteNanos;

    /**
     * The heartbeat of a stream that begins now.
     *
     * @param asked how long the stream may be silent at most, if the settings don't say less; null for what they say
     */
    Heartbeat(WriterLoops loops, @Nullable Duration asked) {
        silenceNanos = silence(loops, asked).toNanos();
        lastWriteNanos = loops.ticker().nanos();
    }

    /** A client that asks gets its heartbeat in time: at the last tick before. What is configured is about right. */
    private static Duration silence(WriterLoops loops, @Nullable Duration asked) {
        Duration configured = loops.settings().heartbeat();
        if (asked == null) {
            return configured;
        }
        Duration inTime = asked.minus(loops.tickEvery());
        return inTime.compareTo(configured) < 0 ? inTime : configured;
    }

    /** Notes that the client got something. */
    void wrote(long nowNanos) {
        lastWriteNanos = nowNanos;
    }

    boolean isDue(long nowNanos) {
        return nowNanos - lastWriteNanos >= silenceNanos;
    }
}
