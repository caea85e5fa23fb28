package dev.fanfare.server.grizzly;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.jspecify.annotations.Nullable;

/*
 *                  below the limit, or an idle connection that makes room
 *   accepted ----------------------------------------------------------------> counted
 *      |                                                                         ^
 *      | the limit is reached                       room when it sends a request |
 *      +--------------> beyond the limit ----------------------------------------+
 *                       (MOST_BEYOND at a time; gets an answer, and closes)
 *
 * A connection is idle from its last answer on, or from when it was accepted, until the head of a request has arrived. A search
 * for idle ones goes through all connections. It therefore runs a few times a second at most, and keeps what it finds for the
 * connections that follow.
 */
/**
 * Counts the server's connections where they are accepted, idle ones too, and limits them. At the limit the connection that has
 * been idle for longest closes and makes room. If none is idle, the new connection is beyond the limit: its request gets an
 * answer, which for a stream is a refusal, and it closes. Thread-safe.
 */
final class ConnectionLimit extends BaseFilter {
    private static final System.Logger LOG = System.getLogger(ConnectionLimit.class.getName());

    /** How many connections beyond the limit are open at a time: health checks, and clients that are asked to try later. */
    static final int MOST_BEYOND = 64;

    private static final Duration IDLE_AT_LEAST = Duration.ofSeconds(1);
    private static final Duration BETWEEN_SEARCHES = Duration.ofMillis(250);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final int MOST_FOUND = 64;
    private static final long BUSY = Long.MAX_VALUE;

    /** Made with the class: where descriptors are scarce no other class can be loaded. */
    private static final Comparator<Accepted> LONGEST_FIRST =
            Comparator.comparingLong(accepted -> accepted.foundIdleNanos);

    private final int most;
    private final Ticker ticker;
    private final ConcurrentMap<Connection<?>, Accepted> all = new ConcurrentHashMap<>();

    private volatile boolean leaving;

    @GuardedBy("this")
    private int total;

    /** Those beyond the limit, oldest first. */
    @GuardedBy("this")
    private final Deque<Accepted> beyond = new ArrayDeque<>();

    @GuardedBy("this")
    private final Deque<Accepted> idle = new ArrayDeque<>();

    @GuardedBy("this")
    private long nextSearchNanos;

    /** @param most the limit; 0 for none */
    ConnectionLimit(int most, Ticker ticker) {
        this.most = most;
        this.ticker = ticker;
        this.nextSearchNanos = ticker.nanos();
    }

    /** A connection and what is known of it. */
    private static final class Accepted {
        private final Connection<?> connection;

        /** Since when it has been idle; {@link #BUSY} if it is not. */
        private volatile long idleSinceNanos;

        /** Whether it counts towards the limit. Written under the lock of the limit. */
        private volatile boolean counted;

        /** What a search has found, from its own time on. Confined to the search. */
        private long foundIdleNanos;

        Accepted(Connection<?> connection, long nowNanos) {
            this.connection = connection;
            this.idleSinceNanos = nowNanos;
        }
    }

    /** From now on connections end with their answers, so that clients open the next one to another server. */
    void leave() {
        leaving = true;
    }

    /** Whether connections end with their answers. */
    boolean isLeaving() {
        return leaving;
    }

    /**
     * Waits until no request is under way, at most for so long.
     *
     * @throws InterruptedException if the caller is interrupted
     */
    void awaitAnswers(Duration longest) throws InterruptedException {
        long deadline = ticker.nanos() + longest.toNanos();
        while (all.values().stream().anyMatch(accepted -> accepted.idleSinceNanos == BUSY)
                && deadline - ticker.nanos() > 0) {
            CountDownLatch looked = new CountDownLatch(1);
            ticker.schedule(BETWEEN_LOOKS, looked::countDown);
            looked.await();
        }
    }

    /** How many connections are open. */
    int open() {
        return all.size();
    }

    @Override
    public NextAction handleAccept(FilterChainContext context) {
        Connection<?> connection = context.getConnection();
        Accepted accepted = new Accepted(connection, ticker.nanos());
        all.put(connection, accepted);
        if (!connection.isOpen()) { // its close may have been seen already
            closed(connection);
            return context.getInvokeAction();
        }
        List<Accepted> leaving = new ArrayList<>(1);
        synchronized (this) {
            if (!counts(accepted, leaving)) {
                beyond.addLast(accepted);
                if (beyond.size() > MOST_BEYOND) {
                    leaving.add(leastBeyond());
                }
            }
        }
        end(leaving);
        return context.getInvokeAction();
    }

    @Override
    public NextAction handleClose(FilterChainContext context) {
        closed(context.getConnection());
        return context.getInvokeAction();
    }

    private void closed(Connection<?> connection) {
        Accepted accepted = all.remove(connection);
        if (accepted == null) {
            return;
        }
        synchronized (this) {
            release(accepted);
            beyond.remove(accepted);
        }
    }

    /** Notes that a request has come. */
    void busy(Connection<?> connection) {
        Accepted accepted = all.get(connection);
        if (accepted != null) {
            accepted.idleSinceNanos = BUSY;
        }
    }

    /** Notes that a request has been answered. */
    void idle(Connection<?> connection) {
        Accepted accepted = all.get(connection);
        if (accepted != null) {
            accepted.idleSinceNanos = ticker.nanos();
        }
    }

    /** Whether a connection is within the limit, or is from now on. */
    boolean holds(Connection<?> connection) {
        Accepted accepted = all.get(connection);
        if (most == 0 || accepted == null || accepted.counted) {
            return true;
        }
        List<Accepted> leaving = new ArrayList<>(1);
        boolean within;
        synchronized (this) {
            within = accepted.counted || counts(accepted, leaving);
            if (within) {
                beyond.remove(accepted);
            }
        }
        end(leaving);
        return within;
    }

    /** Closes some connections that are idle; whether there were any. For when file descriptors are scarce. */
    boolean makeRoom() {
        List<Accepted> leaving = new ArrayList<>();
        synchronized (this) {
            while (leaving.size() < MOST_FOUND) {
                Accepted accepted = nextIdle();
                if (accepted == null) {
                    break;
                }
                release(accepted);
                leaving.add(accepted);
            }
        }
        end(leaving);
        return !leaving.isEmpty();
    }

    private static void end(List<Accepted> leaving) {
        leaving.forEach(accepted -> accepted.connection.terminateSilently());
    }

    /** @param leaving gets the connection that closes to make room for this one */
    @GuardedBy("this")
    private boolean counts(Accepted accepted, List<Accepted> leaving) {
        if (most > 0 && total >= most) {
            Accepted idlest = nextIdle();
            if (idlest == null) {
                return false;
            }
            release(idlest);
            leaving.add(idlest);
        }
        accepted.counted = true;
        total++;
        return true;
    }

    @GuardedBy("this")
    private void release(Accepted accepted) {
        if (accepted.counted) {
            accepted.counted = false;
            total--;
        }
    }

    private static boolean isLong(long idleSince, long now) {
        return idleSince != BUSY && now - idleSince >= IDLE_AT_LEAST.toNanos();
    }

    /** A counted connection that is still idle. */
    @GuardedBy("this")
    private @Nullable Accepted nextIdle() {
        long now = ticker.nanos();
        if (idle.isEmpty() && now - nextSearchNanos >= 0) {
            nextSearchNanos = now + BETWEEN_SEARCHES.toNanos();
            search(now);
        }
        for (Accepted accepted = idle.pollFirst(); accepted != null; accepted = idle.pollFirst()) {
            if (accepted.counted && isLong(accepted.idleSinceNanos, now)) {
                return accepted;
            }
        }
        return null;
    }

    @GuardedBy("this")
    private void search(long now) {
        List<Accepted> found = new ArrayList<>();
        for (Accepted accepted : all.values()) {
            long since = accepted.idleSinceNanos;
            if (accepted.counted && isLong(since, now)) {
                accepted.foundIdleNanos = since - now;
                found.add(accepted);
            }
        }
        found.sort(LONGEST_FIRST);
        idle.addAll(found.subList(0, Math.min(MOST_FOUND, found.size())));
        LOG.log(System.Logger.Level.DEBUG, "The limit of connections is reached; {0} are idle", found.size());
    }

    /** Removes from those beyond the limit the oldest that has sent no request; if all have, the newest. */
    @GuardedBy("this")
    private Accepted leastBeyond() {
        for (Accepted accepted : beyond) {
            if (accepted.idleSinceNanos != BUSY) {
                beyond.remove(accepted);
                return accepted;
            }
        }
        return beyond.removeLast();
    }
}
