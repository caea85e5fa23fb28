package dev.fanfare.hub;

import dev.fanfare.log.LogMode;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamKind;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.tracing.EventTraces;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the subscriptions of a hub share: where they read, what they write besides events, and how they behave. Thread-safe.
 *
 * @param dispatched the position up to which every event has been listed in the channels that it matches
 * @param replays how many times a client has begun to read history
 * @param traces null if nothing is traced
 */
record HubParts(
        LogMode mode,
        WriterLoops loops,
        Tail tail,
        HubFrames frames,
        LogIds ids,
        Pages pages,
        LongSupplier dispatched,
        LongAdder replays,
        @Nullable EventTraces traces) {
    /** Whether a client gets blocks that hold a position and no data. */
    boolean tellsPositionsTo(Reader reader) {
        return mode == LogMode.RESUMABLE
                && reader.takesPositions(loops.settings().positions());
    }

    /** How long a stream lasts, about; null for as long as its client stays. */
    @Nullable
    Duration maxDuration() {
        return mode == LogMode.LIVE ? null : loops.settings().maxDuration();
    }

    /** The {@code gap} event for a client that was at one position and goes on after another. */
    Frame gap(long from, long after) {
        return frames.gap(ids.at(from).value(), after);
    }

    /** What the streams of the hub's clients are counted by. */
    StreamKind kind() {
        return switch (mode) {
            case RESUMABLE -> StreamKind.TOPICS;
            case LATEST -> StreamKind.STATUS;
            case LIVE -> StreamKind.BROADCAST;
        };
    }
}
