package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.http.KeepAlive;
import org.glassfish.grizzly.utils.IdleTimeoutFilter;

/*
 * Most of what is sent comes whole at once and is never entered here. While something is, all entries are looked through
 * once a second.
 */
/**
 * What has begun to arrive on connections and is not whole: of one kind, such as heads. What takes too long ends. Thread-safe.
 */
final class Arrivals {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    /** What comes faster than this is not slow, however long it takes. */
    private static final long LEAST_BYTES_PER_SECOND = 4096;

    /** Grizzly's own bound on a connection that is idle. It takes one on which something arrives slowly for idle. */
    private static final int IDLE_SECONDS = new KeepAlive().getIdleTimeoutInSeconds();

    private static final int NEVER = -1;

    private final Ticker ticker;
    private final Duration longest;
    private final Consumer<Connection<?>> late;
    private final ConcurrentMap<Connection<?>, Long> deadlines = new ConcurrentHashMap<>();
    private final AtomicBoolean looking = new AtomicBoolean();

    /**
     * Arrivals of one kind.
     *
     * @param longest how long one may take
     * @param late ends a connection on which something took longer
     */
    Arrivals(Ticker ticker, Duration longest, Consumer<Connection<?>> late) {
        this.ticker = ticker;
        this.longest = longest;
        this.late = late;
    }

    /** Notes that something has begun; does nothing if it has begun before. */
    void begun(Connection<?> connection) {
        if (deadlines.putIfAbsent(connection, ticker.nanos() + longest.toNanos()) == null) {
            IdleTimeoutFilter.setCustomTimeout(connection, NEVER, TimeUnit.SECONDS);
            lookLater();
        }
    }

    /** Gives more time for bytes that have come. */
    void came(Connection<?> connection, int bytes) {
        long nanos = bytes * (Duration.ofSeconds(1).toNanos() / LEAST_BYTES_PER_SECOND);
        deadlines.computeIfPresent(connection, (key, deadline) -> deadline + nanos);
    }

    /** Notes that it is whole; false if it was not being waited for, or has been given up by now. */
    boolean whole(Connection<?> connection) {
        boolean isWhole = deadlines.remove(connection) != null;
        if (isWhole) {
            IdleTimeoutFilter.setCustomTimeout(connection, IDLE_SECONDS, TimeUnit.SECONDS);
        }
        return isWhole;
    }

    /** How many there are. */
    int size() {
        return deadlines.size();
    }

    private void lookLater() {
        if (looking.compareAndSet(false, true)) {
            ticker.schedule(BETWEEN_LOOKS, this::look);
        }
    }

    private void look() {
        long now = ticker.nanos();
        deadlines.forEach((connection, deadline) -> {
            if (!connection.isOpen()) {
                deadlines.remove(connection);
            } else if (now - deadline >= 0 && deadlines.remove(connection, deadline)) {
                late.accept(connection);
            }
        });
        looking.set(false);
        if (!deadlines.isEmpty()) {
            lookLater();
        }
    }
}
