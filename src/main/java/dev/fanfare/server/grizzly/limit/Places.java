package dev.fanfare.server.grizzly.limit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 *                  a place is free, or an idle connection makes room
 *   accepted ----------------------------------------------------------> has a place
 *      |                                                                      ^
 *      | all places are taken                    room when it sends a request |
 *      +--------------> beyond them ------------------------------------------+
 *                       (mostBeyond at a time; gets an answer, and closes)
 *
 * A connection is idle from its last answer on, or from when it was accepted, until the head of a request has arrived. A search
 * for idle ones goes through all connections. It therefore runs a few times a second at most, and keeps what it finds for the
 * connections that follow.
 */
/** A bounded number of places for connections: those of the server, or those of one address. Confined to the lock of the limit. */
final class Places {
    /** The kinds, a bit each. */
    static final int OF_SERVER = 1;

    static final int OF_ADDRESS = 2;

    private static final System.Logger LOG = System.getLogger(Places.class.getName());
    private static final Duration IDLE_AT_LEAST = Duration.ofSeconds(1);
    private static final Duration BETWEEN_SEARCHES = Duration.ofMillis(250);
    private static final int MOST_FOUND = 64;

    private record Found(Accepted accepted, long idleNanos) {}

    /** Made with the class: where descriptors are scarce no other class can be loaded. */
    private static final Comparator<Found> LONGEST_FIRST =
            Comparator.comparingLong(Found::idleNanos).reversed();

    private final int kind;
    private int most;
    private final int mostBeyond;
    private final Collection<Accepted> candidates;
    private int taken;

    /** Those beyond the places, oldest first. */
    private final Deque<Accepted> beyond = new ArrayDeque<>(0);

    private final Deque<Accepted> idle = new ArrayDeque<>(0);
    private long nextSearchNanos;

    /**
     * Places of a kind.
     *
     * @param most how many there are; 0 for no bound
     * @param mostBeyond how many connections beyond them are open at a time
     * @param candidates all connections of the server or of the address; a view
     */
    Places(int kind, int most, int mostBeyond, Collection<Accepted> candidates, long nowNanos) {
        this.kind = kind;
        this.most = most;
        this.mostBeyond = mostBeyond;
        this.candidates = candidates;
        this.nextSearchNanos = nowNanos;
    }

    /** Has another number of places from now on; whoever has one keeps it. */
    void take(int number) {
        most = number;
    }

    /**
     * Gives a place to a connection, or has it beyond them.
     *
     * @param leaving gets what closes for that
     */
    void enter(Accepted accepted, List<Accepted> leaving, long nowNanos) {
        if (!take(accepted, leaving, nowNanos)) {
            beyond.addLast(accepted);
            if (beyond.size() > mostBeyond) {
                leaving.add(leastBeyond());
            }
        }
    }

    /**
     * Whether a connection has a place, or gets one now.
     *
     * @param leaving gets what closes for that
     */
    boolean holds(Accepted accepted, List<Accepted> leaving, long nowNanos) {
        if (accepted.holds(kind)) {
            return true;
        }
        if (!take(accepted, leaving, nowNanos)) {
            return false;
        }
        beyond.remove(accepted);
        return true;
    }

    private boolean take(Accepted accepted, List<Accepted> leaving, long nowNanos) {
        if (most > 0 && taken >= most) {
            Accepted idlest = nextIdle(nowNanos);
            if (idlest == null) {
                return false;
            }
            release(idlest);
            leaving.add(idlest);
        }
        accepted.take(kind);
        taken++;
        return true;
    }

    /** Takes the place of a connection that closes. */
    void release(Accepted accepted) {
        if (accepted.holds(kind)) {
            accepted.giveBack(kind);
            taken--;
        }
    }

    /** Forgets a connection that has closed. */
    void left(Accepted accepted) {
        release(accepted);
        beyond.remove(accepted);
    }

    /** A connection with a place that is still idle. */
    @Nullable
    Accepted nextIdle(long nowNanos) {
        if (idle.isEmpty() && nowNanos - nextSearchNanos >= 0) {
            nextSearchNanos = nowNanos + BETWEEN_SEARCHES.toNanos();
            search(nowNanos);
        }
        for (Accepted accepted = idle.pollFirst(); accepted != null; accepted = idle.pollFirst()) {
            if (accepted.holds(kind) && isLong(accepted.idleNanos(nowNanos))) {
                return accepted;
            }
        }
        return null;
    }

    private static boolean isLong(long idleNanos) {
        return idleNanos >= IDLE_AT_LEAST.toNanos();
    }

    private void search(long nowNanos) {
        List<Found> found = new ArrayList<>();
        for (Accepted accepted : candidates) {
            long idleNanos = accepted.idleNanos(nowNanos);
            if (accepted.holds(kind) && isLong(idleNanos)) {
                found.add(new Found(accepted, idleNanos));
            }
        }
        found.sort(LONGEST_FIRST);
        for (Found each : found.subList(0, Math.min(MOST_FOUND, found.size()))) {
            idle.addLast(each.accepted());
        }
        LOG.log(System.Logger.Level.DEBUG, "The limit of connections is reached; {0} are idle", found.size());
    }

    /** Removes from those beyond the places the oldest that has sent no request; if all have, the newest. */
    private Accepted leastBeyond() {
        for (Accepted accepted : beyond) {
            if (!accepted.isBusy()) {
                beyond.remove(accepted);
                return accepted;
            }
        }
        return beyond.removeLast();
    }
}
