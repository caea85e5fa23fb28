package dev.fanfare.status.watch;

import dev.fanfare.stream.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Until when a watch is kept that nobody watches, and the alarm that rings then. Guarded by the lock of its watch. */
final class IdleTimer {
    private final Ticker ticker;
    private final Runnable over;
    private long keepUntilNanos;
    private Ticker.@Nullable Alarm alarm;

    /** @param over called without the lock when the alarm rings; the time may have been made longer meanwhile */
    IdleTimer(Ticker ticker, Runnable over) {
        this.ticker = ticker;
        this.over = over;
        this.keepUntilNanos = ticker.nanos();
    }

    /** Keeps it for this long from now at least. */
    void keepFor(Duration time) {
        long until = ticker.nanos() + time.toNanos();
        if (until - keepUntilNanos > 0) {
            keepUntilNanos = until;
        }
    }

    /** Keeps it for this long from now, whatever was said before. */
    void keepOnlyFor(Duration time) {
        keepUntilNanos = ticker.nanos() + time.toNanos();
    }

    boolean isOver() {
        return ticker.nanos() - keepUntilNanos >= 0;
    }

    /** Sets the alarm, in place of the one set before. */
    void start() {
        stop();
        long nanos = Math.max(0, keepUntilNanos - ticker.nanos());
        alarm = ticker.schedule(Duration.ofNanos(nanos), over);
    }

    void stop() {
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }
}
