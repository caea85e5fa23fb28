package dev.fanfare.status.poll;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.SourceFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/*
 *   CLOSED --MOST_FAILING watches in a row could not reach the source--> OPEN --the pause is over--> one watch asks
 *     ^                                                                  ^                              |
 *     +------------------------ the source answers, whatever it says ----|------------------------------+
 *                                                                        +------- it does not ----------+
 */
/**
 * Keeps the watches of a source that can't be reached from asking one after the other. While it is open one of them asks now
 * and then for all. A source that answers something, be it an error for one status, is there. Thread-safe.
 *
 * <p>Whoever asks for a watch is known by its identity; nothing is called back.
 */
final class CircuitBreaker {
    /** So many different watches have to find the source gone; one alone has its own back-off. */
    static final int MOST_FAILING = 8;

    private final Duration every;
    private final DoubleSupplier random;

    @GuardedBy("this")
    private final Set<Object> failing = new HashSet<>();

    @GuardedBy("this")
    private boolean isOpen;

    @GuardedBy("this")
    private int pauses;

    @GuardedBy("this")
    private long untilNanos;

    @GuardedBy("this")
    private @Nullable Object probing;

    @GuardedBy("this")
    private @Nullable SourceFailure last;

    CircuitBreaker(Duration every, DoubleSupplier random) {
        this.every = every;
        this.random = random;
    }

    /** How long a poll has to be put off; zero if it may go on. */
    synchronized Duration delay(Object asker, long nowNanos) {
        if (!isOpen) {
            return Duration.ZERO;
        }
        long left = untilNanos - nowNanos;
        if (left <= 0 && probing == null) {
            probing = asker;
            return Duration.ZERO;
        }
        // Not all at once when it is over.
        long spread = (long) (every.toNanos() * random.getAsDouble());
        return Duration.ofNanos(Math.max(left, every.toNanos() / 10) + spread);
    }

    /** Why polls are put off. */
    synchronized SourceFailure reason() {
        return last == null ? SourceFailure.outage("can't be reached", "unknown", Duration.ZERO, null) : last;
    }

    synchronized void succeeded() {
        isOpen = false;
        failing.clear();
        pauses = 0;
        probing = null;
    }

    synchronized void failed(Object asker, SourceFailure failure, long nowNanos) {
        if (!failure.isOutage()) {
            succeeded();
            return;
        }
        last = failure;
        if (!isOpen) {
            failing.add(asker);
            isOpen = failing.size() >= MOST_FAILING;
        } else if (probing != asker) {
            return;
        }
        if (isOpen) {
            probing = null;
            failing.clear();
            pauses++;
            untilNanos = nowNanos
                    + BackOff.backOff(pauses, every, failure, random.getAsDouble())
                            .toNanos();
        }
    }

    /** This one will not ask any more. */
    synchronized void forget(Object asker) {
        failing.remove(asker);
        if (probing == asker) {
            probing = null;
        }
    }
}
