package dev.fanfare.server.grizzly.limit;

import org.glassfish.grizzly.Connection;
import org.jspecify.annotations.Nullable;

/** An open connection and what is known of it. Thread-safe. */
final class Accepted {
    private static final long BUSY = Long.MAX_VALUE;

    private final Connection<?> connection;
    private final @Nullable AddressBlock address;

    /** Since when it has been idle; {@link #BUSY} if it is not. */
    private volatile long idleSinceNanos;

    /** The places that it has, a bit of each kind. Written under the lock of the limit. */
    private volatile int held;

    /** @param address what it is counted by as well; null for nothing */
    Accepted(Connection<?> connection, @Nullable AddressBlock address, long nowNanos) {
        this.connection = connection;
        this.address = address;
        this.idleSinceNanos = nowNanos;
    }

    /** What it is counted by beside all others; null for nothing. */
    @Nullable
    AddressBlock address() {
        return address;
    }

    /** Notes that a request has come. */
    void busy() {
        idleSinceNanos = BUSY;
    }

    /** Notes that it waits for a request from now on. */
    void idle(long nowNanos) {
        idleSinceNanos = nowNanos;
    }

    /** Whether a request is under way. */
    boolean isBusy() {
        return idleSinceNanos == BUSY;
    }

    /** How long it has been idle; negative while it is busy. */
    long idleNanos(long nowNanos) {
        long since = idleSinceNanos;
        return since == BUSY ? -1 : nowNanos - since;
    }

    /** Whether it has a place of this kind. */
    boolean holds(int kind) {
        return (held & kind) != 0;
    }

    void take(int kind) {
        held |= kind;
    }

    void giveBack(int kind) {
        held &= ~kind;
    }

    /** Closes it at once. */
    void end() {
        connection.terminateSilently();
    }
}
