package dev.fanfare.server.grizzly;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/*
 * No thread waits for a client's socket: what the socket does not take of an answer waits in the connection's queue, and the
 * next request of the connection waits for that queue to be empty. So a queue holds one answer at most. What is left is to end
 * the clients that do not read, and to bound what all of them hold.
 */
/**
 * The connections whose answers have not been taken whole. A client that takes less than 1 KiB/s for the write timeout is
 * closed, and where all of them hold more than a bound, the largest are closed at once. Streams have bounds of their own and
 * are not seen here until they have ended. Thread-safe.
 */
final class Backlog {
    private static final System.Logger LOG = System.getLogger(Backlog.class.getName());
    private static final long LEAST_BYTES_PER_SECOND = 1024;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private record Waiting(long sinceNanos, long bytes) {}

    private final Ticker ticker;
    private final Duration patience;
    private final long mostBytes;

    @GuardedBy("this")
    private final Map<NIOConnection, Waiting> waiting = new HashMap<>();

    @GuardedBy("this")
    private long heldBytes;

    /**
     * A backlog.
     *
     * @param patience how long a client may take next to nothing
     * @param mostBytes of all answers that wait
     */
    Backlog(Ticker ticker, Duration patience, long mostBytes) {
        this.ticker = ticker;
        this.patience = patience;
        this.mostBytes = mostBytes;
    }

    /** How many bytes a client has not taken. */
    static long of(NIOConnection connection) {
        return connection.getAsyncWriteQueue().spaceInBytes();
    }

    /** Looks after a connection until its queue is empty; called when an answer has been handed to it. */
    void watch(NIOConnection connection) {
        long bytes = of(connection);
        if (bytes <= 0) {
            return;
        }
        boolean first;
        boolean full;
        synchronized (this) {
            first = waiting.isEmpty();
            Waiting before = waiting.put(connection, new Waiting(ticker.nanos(), bytes));
            heldBytes += bytes - (before == null ? 0 : before.bytes());
            full = heldBytes > mostBytes;
        }
        if (full) {
            shed();
        }
        if (first) {
            ticker.schedule(pause(), this::check);
        }
    }

    private Duration pause() {
        Duration quarter = patience.dividedBy(4);
        return quarter.compareTo(LONGEST_PAUSE) < 0 ? quarter : LONGEST_PAUSE;
    }

    private void check() {
        long now = ticker.nanos();
        List<NIOConnection> stalled = new ArrayList<>();
        boolean again;
        synchronized (this) {
            heldBytes = 0;
            Iterator<Map.Entry<NIOConnection, Waiting>> all = waiting.entrySet().iterator();
            while (all.hasNext()) {
                Map.Entry<NIOConnection, Waiting> one = all.next();
                Waiting next = next(one.getKey(), one.getValue(), now, stalled);
                if (next == null) {
                    all.remove();
                } else {
                    one.setValue(next);
                    heldBytes += next.bytes();
                }
            }
            again = !waiting.isEmpty();
        }
        stalled.forEach(connection -> end(connection, "has not read its answer"));
        if (again) {
            ticker.schedule(pause(), this::check);
        }
    }

    /** What a connection waits for from now on; null if nothing. */
    private @Nullable Waiting next(NIOConnection connection, Waiting before, long now, List<NIOConnection> stalled) {
        long left = of(connection);
        if (left <= 0 || !connection.getChannel().isOpen()) {
            return null;
        }
        if (now - before.sinceNanos() < patience.toNanos()) {
            return before;
        }
        if (before.bytes() - left >= leastBytes()) {
            return new Waiting(now, left);
        }
        stalled.add(connection);
        return null;
    }

    private long leastBytes() {
        return Math.max(1, LEAST_BYTES_PER_SECOND * patience.toMillis() / 1000);
    }

    /** Ends the largest until all hold less than the bound. */
    private void shed() {
        while (true) {
            NIOConnection largest = null;
            synchronized (this) {
                long held = 0;
                long most = 0;
                for (NIOConnection one : waiting.keySet()) {
                    long bytes = Math.max(0, of(one));
                    held += bytes;
                    if (bytes > most) {
                        most = bytes;
                        largest = one;
                    }
                }
                heldBytes = held;
                if (held <= mostBytes || largest == null) {
                    return;
                }
                waiting.remove(largest);
            }
            end(largest, "holds most of the answers that nobody has read");
        }
    }

    private static void end(NIOConnection connection, String why) {
        LOG.log(System.Logger.Level.DEBUG, "A client {0}; its connection is closed", why);
        connection.terminateSilently();
    }
}
