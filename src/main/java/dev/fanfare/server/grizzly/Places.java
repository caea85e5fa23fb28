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
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.jspecify.annotations.Nullable;

/*
 *                        room, or an idle connection that makes it
 *   accepted ----------------------------------------------------------> with a place
 *      |                                                                      ^
 *      | no room                                     room when it asks        |
 *      +--------------> without a place --------------------------------------+
 *                       (so many at most; answers, and closes)
 *
 * A connection is idle from its last answer on, or from when it was accepted, until the head of a request has come. Whoever
 * looks for idle ones looks at all of them, so this happens a few times a second at most, and what it finds is kept for the
 * next ones.
 */
/**
 * Counts the connections of the server where they are accepted, idle ones too, and bounds them. Where all places are taken a
 * connection that has been idle for longest gives up its own. Where none is idle the newcomer has no place: it is answered,
 * which for a stream is a refusal, and closed. Thread-safe.
 */
final class Places extends BaseFilter {
    private static final System.Logger LOG = System.getLogger(Places.class.getName());

    /** So many connections without a place are open at once: health checks, and those that are told to come later. */
    static final int WITHOUT_PLACE = 64;

    private static final Duration IDLE_AT_LEAST = Duration.ofSeconds(1);
    private static final Duration BETWEEN_SEARCHES = Duration.ofMillis(250);
    private static final int MOST_FOUND = 64;
    private static final long BUSY = Long.MAX_VALUE;

    /** Made with the class: where descriptors are scarce no other class can be loaded. */
    private static final Comparator<Place> LONGEST_FIRST = Comparator.comparingLong(place -> place.foundIdleNanos);

    private final int most;
    private final Ticker ticker;
    private final ConcurrentMap<Connection<?>, Place> all = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private int taken;

    /** Those without a place, oldest first. */
    @GuardedBy("this")
    private final Deque<Place> without = new ArrayDeque<>();

    @GuardedBy("this")
    private final Deque<Place> idle = new ArrayDeque<>();

    @GuardedBy("this")
    private long nextSearchNanos;

    /** @param most how many places there are; 0 for no bound */
    Places(int most, Ticker ticker) {
        this.most = most;
        this.ticker = ticker;
        this.nextSearchNanos = ticker.nanos();
    }

    /** What is known of a connection. */
    private static final class Place {
        private final Connection<?> connection;

        /** Since when it has been idle; {@link #BUSY} if it is not. */
        private volatile long idleSinceNanos;

        /** Written under the lock of the places. */
        private volatile boolean held;

        /** What a search has found, from its own time on. Confined to the search. */
        private long foundIdleNanos;

        Place(Connection<?> connection, long nowNanos) {
            this.connection = connection;
            this.idleSinceNanos = nowNanos;
        }
    }

    /** How many connections are open. */
    int open() {
        return all.size();
    }

    @Override
    public NextAction handleAccept(FilterChainContext context) {
        Connection<?> connection = context.getConnection();
        Place place = new Place(connection, ticker.nanos());
        all.put(connection, place);
        if (!connection.isOpen()) { // its close may have been seen already
            closed(connection);
            return context.getInvokeAction();
        }
        List<Place> leaving = new ArrayList<>(1);
        synchronized (this) {
            if (!takes(place, leaving)) {
                without.addLast(place);
                if (without.size() > WITHOUT_PLACE) {
                    leaving.add(leastWithout());
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
        Place place = all.remove(connection);
        if (place == null) {
            return;
        }
        synchronized (this) {
            release(place);
            without.remove(place);
        }
    }

    /** Notes that a request has come. */
    void busy(Connection<?> connection) {
        Place place = all.get(connection);
        if (place != null) {
            place.idleSinceNanos = BUSY;
        }
    }

    /** Notes that a request has been answered. */
    void idle(Connection<?> connection) {
        Place place = all.get(connection);
        if (place != null) {
            place.idleSinceNanos = ticker.nanos();
        }
    }

    /** Whether a connection has a place, or gets one now. */
    boolean has(Connection<?> connection) {
        Place place = all.get(connection);
        if (most == 0 || place == null || place.held) {
            return true;
        }
        List<Place> leaving = new ArrayList<>(1);
        boolean has;
        synchronized (this) {
            has = place.held || takes(place, leaving);
            if (has) {
                without.remove(place);
            }
        }
        end(leaving);
        return has;
    }

    /** Closes some connections that are idle; whether there were any. For when file descriptors are scarce. */
    boolean makeRoom() {
        List<Place> leaving = new ArrayList<>();
        synchronized (this) {
            while (leaving.size() < MOST_FOUND) {
                Place place = nextIdle();
                if (place == null) {
                    break;
                }
                release(place);
                leaving.add(place);
            }
        }
        end(leaving);
        return !leaving.isEmpty();
    }

    private static void end(List<Place> leaving) {
        leaving.forEach(place -> place.connection.terminateSilently());
    }

    /** @param leaving gets the connection that gives up its place for this one */
    @GuardedBy("this")
    private boolean takes(Place place, List<Place> leaving) {
        if (most > 0 && taken >= most) {
            Place idlest = nextIdle();
            if (idlest == null) {
                return false;
            }
            release(idlest);
            leaving.add(idlest);
        }
        place.held = true;
        taken++;
        return true;
    }

    @GuardedBy("this")
    private void release(Place place) {
        if (place.held) {
            place.held = false;
            taken--;
        }
    }

    private static boolean isLong(long idleSince, long now) {
        return idleSince != BUSY && now - idleSince >= IDLE_AT_LEAST.toNanos();
    }

    /** A connection with a place that is still idle. */
    @GuardedBy("this")
    private @Nullable Place nextIdle() {
        long now = ticker.nanos();
        if (idle.isEmpty() && now - nextSearchNanos >= 0) {
            nextSearchNanos = now + BETWEEN_SEARCHES.toNanos();
            search(now);
        }
        for (Place place = idle.pollFirst(); place != null; place = idle.pollFirst()) {
            if (place.held && isLong(place.idleSinceNanos, now)) {
                return place;
            }
        }
        return null;
    }

    @GuardedBy("this")
    private void search(long now) {
        List<Place> found = new ArrayList<>();
        for (Place place : all.values()) {
            long since = place.idleSinceNanos;
            if (place.held && isLong(since, now)) {
                place.foundIdleNanos = since - now;
                found.add(place);
            }
        }
        found.sort(LONGEST_FIRST);
        idle.addAll(found.subList(0, Math.min(MOST_FOUND, found.size())));
        LOG.log(System.Logger.Level.DEBUG, "All places are taken; {0} connections are idle", found.size());
    }

    /** Takes out of those without a place the oldest that has sent no request; if all have, the newest. */
    @GuardedBy("this")
    private Place leastWithout() {
        for (Place place : without) {
            if (place.idleSinceNanos != BUSY) {
                without.remove(place);
                return place;
            }
        }
        return without.removeLast();
    }
}
