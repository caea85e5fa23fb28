package dev.fanfare.bench;

import dev.fanfare.cli.load.Crowd;
import dev.fanfare.cli.load.Publisher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * What publishers that each wait for their answers have done.
 *
 * @param requests how many were answered with 200
 * @param latency from a request to its answer, in nanoseconds
 */
record Published(long requests, Histogram latency) {

    /** Has all publish at the same time, each over its connection; one that is refused fails all. */
    static Published by(Subject subject, List<Publisher> publishers, Row row, Duration time)
            throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(publishers.size());
        try {
            long end = System.nanoTime() + time.toNanos();
            List<Future<Histogram>> running = new ArrayList<>();
            for (int i = 0; i < publishers.size(); i++) {
                int first = i;
                running.add(threads.submit(() -> publishUntil(subject, end, publishers.get(first), row, first)));
            }
            Histogram all = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
            for (Future<Histogram> each : running) {
                all.add(each.get());
            }
            return new Published(all.getTotalCount(), all);
        } catch (ExecutionException e) {
            throw new IOException("A publisher failed: " + e.getCause().getMessage(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Histogram publishUntil(Subject subject, long end, Publisher publisher, Row row, int first)
            throws IOException {
        Histogram latency = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
        long number = (long) first * row.topics() / row.clients(); // so that they do not go through the topics in step
        for (long begin = System.nanoTime(); begin < end; begin = System.nanoTime()) {
            if (row.events() == 1) {
                publisher.publish((int) (number % row.topics()), begin, number);
            } else {
                subject.publishBatch(publisher, number, row.events(), row.topics(), false);
            }
            number += row.events();
            latency.recordValue(Math.min(Crowd.MOST_LATENCY_NANOS, System.nanoTime() - begin));
        }
        return latency;
    }
}
