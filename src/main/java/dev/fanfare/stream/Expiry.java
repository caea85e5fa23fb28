package dev.fanfare.stream;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** When a stream ends by itself: after a while, or with its client's {@link Permit}. Confined to the loop's thread. */
public final class Expiry {
    /** A permit is asked with each heartbeat, and this often where heartbeats are rarer. */
    private static final Duration PERMIT_CHECK = Duration.ofMinutes(1);

    private static final long NEVER = Long.MAX_VALUE;

    private final long atNanos;
    private final boolean isExact;
    private final @Nullable Permit permit;
    private long askedNanos;

    private Expiry(long atNanos, boolean isExact, @Nullable Permit permit, long nowNanos) {
        this.atNanos = atNanos;
        this.isExact = isExact;
        this.permit = permit;
        this.askedNanos = nowNanos;
    }

    /** For a stream that lasts for as long as its client stays. */
    public static Expiry never() {
        return new Expiry(NEVER, false, null, 0);
    }

    /**
     * From now on.
     *
     * @param about how long the stream lasts, up to 10% less by chance, or clients that came together would reconnect
     *     together; null for as long as the client stays
     * @param permit ends the stream when it is over; null for a stream that needs none
     */
    public static Expiry in(Ticker ticker, @Nullable Duration about, @Nullable Permit permit) {
        long now = ticker.nanos();
        long aboutNanos = about == null ? NEVER : withJitter(about.toNanos());
        Duration left = permit == null ? null : permit.left();
        if (left != null && left.compareTo(Duration.ofNanos(aboutNanos)) < 0) {
            return new Expiry(now + Math.max(0, left.toNanos()), true, permit, now);
        }
        return new Expiry(about == null ? NEVER : now + aboutNanos, false, permit, now);
    }

    private static long withJitter(long nanos) {
        return nanos - ThreadLocalRandom.current().nextLong(nanos / 10 + 1);
    }

    /** How long the stream lasts yet if it has to end to the moment; null if the next look at it is early enough. */
    @Nullable
    Duration exactlyLeft(long nowNanos) {
        return isExact ? Duration.ofNanos(atNanos - nowNanos) : null;
    }

    /** Whether the time is over or the permit, which is asked also for a client that gets so much that it needs no heartbeats. */
    boolean isReached(long nowNanos, Duration heartbeat) {
        if (atNanos != NEVER && nowNanos - atNanos >= 0) {
            return true;
        }
        Permit asked = permit;
        if (asked == null || nowNanos - askedNanos < Math.min(heartbeat.toNanos(), PERMIT_CHECK.toNanos())) {
            return false;
        }
        askedNanos = nowNanos;
        return !asked.holds().getAsBoolean();
    }
}
