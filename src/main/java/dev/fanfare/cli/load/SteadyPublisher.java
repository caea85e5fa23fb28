package dev.fanfare.cli.load;

import java.io.IOException;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to topics in turn, at a rate, until it is stopped. The latency of an event counts from when it was due, so that one
 * answer that is late makes those late that wait behind it. Without a rate each event is due once the one before is answered.
 */
public final class SteadyPublisher {
    private static final long SECOND = 1_000_000_000L;

    /** Decides whether an event may be published yet, where there is no rate. */
    interface Gate {
        /** Open at all times. */
        Gate OPEN = () -> true;

        boolean isOpen();
    }

    /**
     * What several publishers do together.
     *
     * @param rate events a second of all together; 0 for as fast as it goes
     * @param topics how many topics there are
     * @param publishers how many publishers there are; each counts in steps of that
     */
    record Share(int rate, int topics, int publishers) {}

    private final Publisher publisher;
    private final Share share;
    private final int index;
    private final Gate gate;
    private final Thread thread = new Thread(this::run, "steady-publisher");
    private volatile Histogram latency = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
    private volatile boolean stopped;
    private volatile long published;

    // Read after the thread has ended.
    private final long[] numbers;
    private @Nullable IOException failure;

    /**
     * Starts the only publisher of its topics.
     *
     * @param rate events a second
     * @param topics how many topics
     * @param number of the newest event of the first topic
     */
    public SteadyPublisher(Publisher publisher, int rate, int topics, long number) {
        this(publisher, new Share(rate, topics, 1), 0, Gate.OPEN);
        numbers[0] = number;
        thread.start();
    }

    /** One of several; {@link #start} starts it. */
    SteadyPublisher(Publisher publisher, Share share, int index, Gate gate) {
        this.publisher = publisher;
        this.share = share;
        this.index = index;
        this.gate = gate;
        this.numbers = new long[share.topics()];
        Arrays.fill(numbers, index + 1L - share.publishers());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long began = System.nanoTime();
        long answered = 0;
        try {
            for (long i = index; !stopped; i += share.publishers()) {
                long due = share.rate() > 0 ? awaitDue(began + i * SECOND / share.rate()) : awaitGate();
                int topic = (int) (i % share.topics());
                publisher.publish(topic, due, numbers[topic] + share.publishers());
                numbers[topic] += share.publishers();
                latency.recordValue(Math.min(Crowd.MOST_LATENCY_NANOS, System.nanoTime() - due));
                published = ++answered;
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            if (!stopped) {
                failure = new IOException(e);
            }
        }
    }

    private static long awaitDue(long due) throws InterruptedException {
        long wait = due - System.nanoTime();
        if (wait > 0) {
            Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
        }
        return due;
    }

    private long awaitGate() throws InterruptedException {
        while (!gate.isOpen()) {
            Thread.sleep(1);
        }
        return System.nanoTime();
    }

    /** Forgets the latencies so far. */
    void resetLatency() {
        latency = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
    }

    /** How many events were answered so far. */
    long published() {
        return published;
    }

    /** Ends it. */
    public Histogram stop() throws IOException, InterruptedException {
        end();
        if (failure != null) {
            throw failure;
        }
        return latency;
    }

    /** Ends it, whatever happened. */
    void end() throws InterruptedException {
        askToEnd();
        thread.join();
    }

    /** Begins its end. */
    void askToEnd() {
        stopped = true;
        thread.interrupt(); // it may wait for an event that is due much later
    }

    /** Why it ended by itself, once it is stopped. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /** Of requests, once it is stopped. */
    Histogram latency() {
        return latency;
    }

    /** The number of the newest event of the first topic, once it is stopped. */
    public long number() {
        return numbers[0];
    }

    /** The number of the newest event of a topic, once it is stopped; below 1 if there is none. */
    long number(int topic) {
        return numbers[topic];
    }
}
