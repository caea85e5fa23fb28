package dev.fanfare.server.grizzly.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.config.AddressRanges;
import dev.fanfare.stream.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.jspecify.annotations.Nullable;

/**
 * Counts the server's connections where they are accepted, idle ones too, and limits them: in all, and from each address
 * ({@link AddressBlock}) that is no trusted proxy's. At a limit the connection that has been idle for longest closes and makes
 * room. If none is idle, the new connection is beyond the limit: its request gets an answer, which for a stream is a refusal, and
 * it closes. See {@code Places}.
 * Thread-safe.
 */
public final class ConnectionLimit extends BaseFilter {
    /** How many connections beyond the limit are open at a time: health checks, and clients that are asked to try later. */
    static final int MOST_BEYOND = 64;

    /** The same of one address; a health check may come from where too much else comes from. */
    static final int MOST_BEYOND_OF_ADDRESS = 8;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final int MOST_FREED = 64;

    /** What a connection has no place within. */
    public enum Bound {
        /** The places of the server. */
        SERVER,
        /** The places of its address. */
        ADDRESS
    }

    /** All that one address has. */
    private static final class Neighbours {
        private final Set<Accepted> all = new LinkedHashSet<>(4);
        private final Places places;

        Neighbours(int most, long nowNanos) {
            places = new Places(Places.OF_ADDRESS, most, MOST_BEYOND_OF_ADDRESS, all, nowNanos);
        }
    }

    private volatile int mostOfAddress;
    private final AddressRanges trusted;
    private final Ticker ticker;
    private final ConcurrentMap<Connection<?>, Accepted> all = new ConcurrentHashMap<>();

    private volatile boolean leaving;

    @GuardedBy("this")
    private final Places places;

    /** Only where addresses have a bound that could be reached. */
    @GuardedBy("this")
    private final Map<AddressBlock, Neighbours> byAddress = new HashMap<>();

    /**
     * A limit.
     *
     * @param most of all; 0 for no bound
     * @param mostOfAddress of each address; 0 for no bound
     * @param trusted the proxies, which bring the clients of many addresses
     */
    public ConnectionLimit(int most, int mostOfAddress, AddressRanges trusted, Ticker ticker) {
        this.mostOfAddress = needed(most, mostOfAddress);
        this.trusted = trusted;
        this.ticker = ticker;
        this.places = new Places(Places.OF_SERVER, most, MOST_BEYOND, all.values(), ticker.nanos());
    }

    /** That of an address, 0 where it could not be reached before the other. */
    private static int needed(int most, int mostOfAddress) {
        return most > 0 && mostOfAddress >= most ? 0 : mostOfAddress;
    }

    /**
     * Has other bounds for connections that come from now on, with the meaning that they have at the start. Those that are open
     * count, but for the bound of an address where it had none before.
     */
    public synchronized void take(int most, int newMostOfAddress) {
        int ofAddress = needed(most, newMostOfAddress);
        places.take(most);
        mostOfAddress = ofAddress;
        byAddress.values().forEach(neighbours -> neighbours.places.take(ofAddress));
    }

    /** From now on connections end with their answers, so that clients open the next one to another server. */
    public void leave() {
        leaving = true;
    }

    /** Whether connections end with their answers. */
    public boolean isLeaving() {
        return leaving;
    }

    /**
     * Waits until no request is under way, at most for so long.
     *
     * @throws InterruptedException if the caller is interrupted
     */
    public void awaitAnswers(Duration longest) throws InterruptedException {
        long deadline = ticker.nanos() + longest.toNanos();
        while (all.values().stream().anyMatch(Accepted::isBusy) && deadline - ticker.nanos() > 0) {
            CountDownLatch looked = new CountDownLatch(1);
            ticker.schedule(BETWEEN_LOOKS, looked::countDown);
            looked.await();
        }
    }

    /** How many connections are open. */
    public int open() {
        return all.size();
    }

    @Override
    public NextAction handleAccept(FilterChainContext context) {
        Connection<?> connection = context.getConnection();
        long now = ticker.nanos();
        AddressBlock address = boundAddress(connection);
        Accepted accepted = new Accepted(connection, address, now);
        List<Accepted> closing = new ArrayList<>(1);
        all.put(connection, accepted);
        synchronized (this) {
            if (!connection.isOpen()) { // its close may have been seen already
                all.remove(connection);
                return context.getInvokeAction();
            }
            places.enter(accepted, closing, now);
            if (address != null) {
                Neighbours neighbours = byAddress.computeIfAbsent(address, key -> new Neighbours(mostOfAddress, now));
                neighbours.all.add(accepted);
                neighbours.places.enter(accepted, closing, now);
            }
        }
        end(closing);
        return context.getInvokeAction();
    }

    /** The address to count by; null if there is no bound for it. */
    private @Nullable AddressBlock boundAddress(Connection<?> connection) {
        if (mostOfAddress == 0 || !(connection.getPeerAddress() instanceof InetSocketAddress peer)) {
            return null;
        }
        InetAddress address = peer.getAddress();
        return address == null || trusted.contains(address.getHostAddress()) ? null : AddressBlock.of(address);
    }

    @Override
    public NextAction handleClose(FilterChainContext context) {
        Connection<?> connection = context.getConnection();
        synchronized (this) {
            Accepted accepted = all.remove(connection);
            if (accepted == null) {
                return context.getInvokeAction();
            }
            places.left(accepted);
            AddressBlock address = accepted.address();
            Neighbours neighbours = address == null ? null : byAddress.get(address);
            if (neighbours != null) {
                neighbours.places.left(accepted);
                neighbours.all.remove(accepted);
                if (neighbours.all.isEmpty()) {
                    byAddress.remove(address);
                }
            }
        }
        return context.getInvokeAction();
    }

    /** Notes that a request has come. */
    public void busy(Connection<?> connection) {
        Accepted accepted = all.get(connection);
        if (accepted != null) {
            accepted.busy();
        }
    }

    /** Notes that a request has been answered. */
    public void idle(Connection<?> connection) {
        Accepted accepted = all.get(connection);
        if (accepted != null) {
            accepted.idle(ticker.nanos());
        }
    }

    /** What a connection that has sent a request is beyond; null if it is within the limits, or is from now on. */
    public @Nullable Bound beyond(Connection<?> connection) {
        Accepted accepted = all.get(connection);
        if (accepted == null) {
            return null;
        }
        boolean isCountedByAddress = accepted.address() != null;
        if (accepted.holds(Places.OF_SERVER) && (!isCountedByAddress || accepted.holds(Places.OF_ADDRESS))) {
            return null;
        }
        List<Accepted> closing = new ArrayList<>(1);
        Bound bound;
        synchronized (this) {
            // One that has closed meanwhile would keep its place for good.
            bound = all.get(connection) == accepted ? beyond(accepted, closing) : null;
        }
        end(closing);
        return bound;
    }

    @GuardedBy("this")
    private @Nullable Bound beyond(Accepted accepted, List<Accepted> closing) {
        long now = ticker.nanos();
        if (!places.holds(accepted, closing, now)) {
            return Bound.SERVER;
        }
        AddressBlock address = accepted.address();
        Neighbours neighbours = address == null ? null : byAddress.get(address);
        return neighbours != null && !neighbours.places.holds(accepted, closing, now) ? Bound.ADDRESS : null;
    }

    /** Closes some connections that are idle; whether there were any. For when file descriptors are scarce. */
    public boolean makeRoom() {
        List<Accepted> closing = new ArrayList<>();
        synchronized (this) {
            while (closing.size() < MOST_FREED) {
                Accepted accepted = places.nextIdle(ticker.nanos());
                if (accepted == null) {
                    break;
                }
                places.release(accepted);
                closing.add(accepted);
            }
        }
        end(closing);
        return !closing.isEmpty();
    }

    private static void end(List<Accepted> closing) {
        closing.forEach(Accepted::end);
    }
}
