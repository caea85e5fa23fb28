package dev.fanfare.testing;

import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that a test moves. {@link #advance} rings the alarms that become due, in their order, in the caller's thread, each at
 * its own time. Thread-safe.
 */
public final class ManualTicker implements Ticker {
    /** The time of day at the beginning. */
    public static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private record Waiting(long dueNanos, long number, Runnable task) {}

    // Guarded by this.
    private final PriorityQueue<Waiting> alarms =
            new PriorityQueue<>(Comparator.comparingLong(Waiting::dueNanos).thenComparingLong(Waiting::number));
    private long nanos;
    private long number;
    private Duration jumped = Duration.ZERO;

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized Instant now() {
        return BEGIN.plusNanos(nanos).plus(jumped);
    }

    @Override
    public synchronized Alarm schedule(Duration delay, Runnable task) {
        Waiting waiting = new Waiting(nanos + Math.max(0, delay.toNanos()), number++, task);
        alarms.add(waiting);
        return () -> cancel(waiting);
    }

    private synchronized void cancel(Waiting waiting) {
        alarms.remove(waiting);
    }

    /** Moves the time; also rings alarms that are set meanwhile and become due. */
    public void advance(Duration time) {
        long end = nanos() + time.toNanos();
        Waiting due;
        while ((due = next(end)) != null) {
            due.task().run();
        }
    }

    private synchronized @Nullable Waiting next(long endNanos) {
        Waiting first = alarms.peek();
        if (first == null || first.dueNanos() > endNanos) {
            nanos = endNanos;
            return null;
        }
        nanos = Math.max(nanos, first.dueNanos());
        return alarms.remove();
    }

    /** Moves the time of day alone, as somebody does who sets the clock; no alarm rings. */
    public synchronized void jump(Duration time) {
        jumped = jumped.plus(time);
    }

    /** How long it is until the first alarm rings; null if none is set. */
    public synchronized @Nullable Duration untilFirst() {
        Waiting first = alarms.peek();
        return first == null ? null : Duration.ofNanos(first.dueNanos() - nanos);
    }

    /** How many alarms are set. */
    public synchronized int alarms() {
        return alarms.size();
    }
}
