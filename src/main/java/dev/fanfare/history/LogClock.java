package dev.fanfare.history;

import dev.fanfare.stream.Ticker;

/**
 * The time of a log that outlives its process: the time of day when it was opened, and from there on the time that really
 * passed. So it never goes back, and a clock that jumps ages no event. Where the time of day is before the newest event's,
 * because the clock was put back meanwhile, the log's time goes on from that event. Thread-safe.
 */
public final class LogClock {
    private final Ticker ticker;
    private final long beginMillis;
    private final long beginNanos;

    /** @param newestMillis the time of the newest event; 0 if there is none */
    public LogClock(Ticker ticker, long newestMillis) {
        this.ticker = ticker;
        this.beginMillis = Math.max(ticker.now().toEpochMilli(), newestMillis);
        this.beginNanos = ticker.nanos();
    }

    /** Milliseconds since 1970, as this log counts them. */
    public long millis() {
        return beginMillis + (ticker.nanos() - beginNanos) / 1_000_000;
    }
}
