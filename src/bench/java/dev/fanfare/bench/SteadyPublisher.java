package dev.fanfare.bench;

import java.io.IOException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to the topics of a row in turn, at its rate, until it is stopped. The latency of an event counts from when it was
 * due, so that one answer that is late makes those late that wait behind it.
 */
final class SteadyPublisher {
    private final Publisher publisher;
    private final Row row;
    private final Thread thread = new Thread(this::run, "steady-publisher");
    private final Histogram latency = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
    private volatile boolean stopped;

    // Read after the thread has ended.
    private long number;
    private @Nullable IOException failure;

    /** @param number of the newest event of the first topic */
    SteadyPublisher(Publisher publisher, Row row, long number) {
        this.publisher = publisher;
        this.row = row;
        this.number = number;
        thread.start();
    }

    private void run() {
        long began = System.nanoTime();
        try {
            for (long i = 0; !stopped; i++) {
                long due = began + i * 1_000_000_000L / row.rate();
                long wait = due - System.nanoTime();
                if (wait > 0) {
                    Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
                }
                int topic = (int) (i % row.topics());
                publisher.publish(topic, due, topic == 0 ? ++number : 0);
                latency.recordValue(Math.min(Crowd.MOST_LATENCY_NANOS, System.nanoTime() - due));
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) { // nobody does
            failure = new IOException(e);
        }
    }

    /** Ends it. */
    Histogram stop() throws IOException, InterruptedException {
        stopped = true;
        thread.join();
        if (failure != null) {
            throw failure;
        }
        return latency;
    }

    /** The number of the newest event of the first topic, once it is stopped. */
    long number() {
        return number;
    }
}
