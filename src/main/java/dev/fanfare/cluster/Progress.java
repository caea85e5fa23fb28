package dev.fanfare.cluster;

import dev.fanfare.event.Event;
import dev.fanfare.log.Follower;
import dev.fanfare.log.SharedLog.Stand;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * How far this node has come in the log, told to those who follow and to those who wait. Until the copy has reached for the
 * first time what was the head when the node met the log, followers hear nothing: subscribers wait for that moment, which is
 * where "from now on" begins. Hears the tailer, in the thread of the log's follower; thread-safe otherwise.
 */
final class Progress implements Tailer.Listener {
    private static final System.Logger LOG = System.getLogger(Progress.class.getName());

    private final LogCopy copy;
    private final HeadWaiters ahead;
    private final HeadWaiters readers;
    private volatile Follower follower = Follower.NONE;
    private volatile boolean isReady;

    /** Where the copy has to come to be ready. */
    private volatile long target = Long.MAX_VALUE;

    /** A moment behind the head of the copy. */
    private volatile long told;

    /** @param longestWait how long anyone waits for a position, or for the node to be ready */
    Progress(LogCopy copy, Ticker ticker, Duration longestWait) {
        this.copy = copy;
        this.told = copy.head();
        this.ahead = new HeadWaiters(ticker, longestWait, () -> told);
        this.readers = new HeadWaiters(ticker, longestWait, () -> isReady ? 1 : 0);
    }

    synchronized void follow(Follower next) {
        follower = follower.and(next);
    }

    /** The log's head, as long as this node has not caught up with it. */
    void aimAt(long head) {
        if (!isReady) {
            target = head;
        }
    }

    /** Whether this node has caught up with the log once. */
    boolean isReady() {
        return isReady;
    }

    /** Completes with true once this node is ready, or with false if that takes too long. */
    CompletionStage<Boolean> ready() {
        return readers.await(1);
    }

    /** The position up to which those who follow have been told. */
    long told() {
        return told;
    }

    /** Completes with true once those who follow have been told up to a position, or with false if that takes too long. */
    CompletionStage<Boolean> reached(long position) {
        return ahead.await(position);
    }

    @Override
    public void events(long first, List<Event> events) {
        if (isReady) {
            follower.events(first - 1, first, events);
        }
        heardOf();
    }

    @Override
    public void passOver(long position) {
        if (isReady) {
            follower.passOver(position);
        }
        heardOf();
    }

    @Override
    public void heard(Stand stand) {
        heardOf();
    }

    private void heardOf() {
        long head = copy.head();
        if (!isReady && head >= target) {
            follower.passOver(head);
            LOG.log(System.Logger.Level.INFO, "This node has caught up with the shared log");
            isReady = true;
            readers.reached(1);
        }
        told = head;
        ahead.reached(head);
    }
}
