package dev.fanfare.hub;

import dev.fanfare.stream.Ticker;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** Time that a test moves, and that lets it do something at the very moment when somebody looks at the clock. */
public final class HookedTicker implements Ticker {
    private final ManualTicker ticker = new ManualTicker();
    private final AtomicReference<Runnable> hook = new AtomicReference<>(() -> {});
    private final AtomicReference<Runnable> alarmHook = new AtomicReference<>(() -> {});

    /** Runs {@code action} once, in the thread that asks for the time next. */
    public void onNextNanos(Runnable action) {
        hook.set(action);
    }

    /** Runs {@code action} once, in the thread that sets an alarm next, before it is set. */
    public void onNextAlarm(Runnable action) {
        alarmHook.set(action);
    }

    public void advance(Duration time) {
        ticker.advance(time);
    }

    public int alarms() {
        return ticker.alarms();
    }

    @Override
    public long nanos() {
        hook.getAndSet(() -> {}).run();
        return ticker.nanos();
    }

    @Override
    public Instant now() {
        return ticker.now();
    }

    @Override
    public Alarm schedule(Duration delay, Runnable task) {
        alarmHook.getAndSet(() -> {}).run();
        return ticker.schedule(delay, task);
    }
}
