package dev.fanfare.server.grizzly;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.NIOTransport;
import org.glassfish.grizzly.nio.SelectorRunner;
import org.glassfish.grizzly.strategies.AbstractIOStrategy;
import org.glassfish.grizzly.strategies.WorkerThreadIOStrategy;

/*
 * A selector's thread that gives its place away must not go on with the selector, whatever becomes of the request: two would
 * take each other's keys.
 *
 * A read that is announced (simulateIOEvent) is left to the workers. Grizzly looks through such tasks with a mark that it
 * has seen to them all; whoever took the selector's place in the middle would not find the rest until another comes.
 */
/**
 * The thread that finds a request reads and answers it, and then goes on with its selector; while a request takes long, another
 * takes its place there (leader and followers; see {@link SelectorThreads}). Compared with a thread that hands each request to a
 * pool, the request does not wait for a second thread to wake up; see ADR 16.
 *
 * <p>Only so many requests are answered so at once. Where that many are, the selector waits for one of them to end, a moment
 * at most: what it has not taken yet waits in the kernel, in place of a queue of thousands here that a publisher's request
 * would have to pass. Requests that take longer than the moment block on something, and others go to Grizzly's worker threads
 * meanwhile; after some moments without the end of any they do so at once. There is a thread for each selector and each such
 * request, so a selector never waits for longer. Thread-safe.
 */
final class LeaderFollowerStrategy extends AbstractIOStrategy {
    private static final Logger LOG = Logger.getLogger(LeaderFollowerStrategy.class.getName());

    private static final Duration MOMENT = Duration.ofMillis(5);

    /** Where processors are busy some request ends before that; where all wait for something, nobody else pays for it. */
    private static final int MOST_IN_VAIN = 20;

    private final WorkerThreadIOStrategy workers = WorkerThreadIOStrategy.getInstance();
    private final SelectorThreads threads;
    private final Semaphore followers;
    private final Duration moment;

    /** How often it was waited since a request ended. */
    private final AtomicInteger inVain = new AtomicInteger();

    private LeaderFollowerStrategy(SelectorThreads threads, int followers, Duration moment) {
        this.threads = threads;
        this.followers = new Semaphore(followers);
        this.moment = moment;
    }

    /** A strategy for a transport that has not started, which gets the threads for it. */
    static LeaderFollowerStrategy on(NIOTransport transport) {
        return on(transport, MOMENT);
    }

    static LeaderFollowerStrategy on(NIOTransport transport, Duration moment) {
        int followers = Runtime.getRuntime().availableProcessors();
        SelectorThreads threads =
                new SelectorThreads(transport.getSelectorRunnersCount() + followers, SelectorThreads.LOOK);
        transport.setKernelThreadPool(threads);
        return new LeaderFollowerStrategy(threads, followers, moment);
    }

    @Override
    @SuppressWarnings("rawtypes") // as Grizzly declares it
    public boolean executeIoEvent(Connection connection, IOEvent event, boolean isEnabled) throws IOException {
        if (event != IOEvent.READ || !isEnabled || !(connection instanceof NIOConnection nio) || !acquired()) {
            return workers.executeIoEvent(connection, event, isEnabled);
        }
        try {
            connection.disableIOEvent(event);
            SelectorRunner selector = nio.getSelectorRunner();
            selector.postpone();
            long turn = threads.leave(selector);
            try {
                answer(connection);
            } finally {
                threads.back(selector, turn);
            }
            return false; // the selector goes on in a run of its own, in this thread or another
        } finally {
            if (inVain.get() > 0) {
                inVain.set(0);
            }
            followers.release();
        }
    }

    private static void answer(Connection<?> connection) {
        try {
            fireIOEvent(connection, IOEvent.READ, ENABLE_INTEREST_LIFECYCLE_LISTENER, LOG);
        } catch (Error e) { // want of memory, mostly; exceptions are seen to already
            connection.closeSilently();
            LOG.log(Level.SEVERE, "A request failed, and its connection is closed", e);
        }
    }

    private boolean acquired() {
        if (followers.tryAcquire()) {
            return true;
        }
        if (inVain.get() >= MOST_IN_VAIN) {
            return false;
        }
        try {
            boolean acquired = followers.tryAcquire(moment.toNanos(), TimeUnit.NANOSECONDS);
            if (!acquired) {
                inVain.incrementAndGet();
            }
            return acquired;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the transport stops
            return false;
        }
    }
}
