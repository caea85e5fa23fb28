package dev.fanfare.bench;

import dev.fanfare.cli.load.Crowd;
import dev.fanfare.cli.load.Publisher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Does a row to a server and measures it. */
final class Measurement {
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration CALM = Duration.ofSeconds(2);
    private static final int PUBLISHERS = 8;

    private final Subject subject;
    private final Row row;
    private final Duration time;
    private final ServerProcess server;
    private final Crowd crowd;

    private Measurement(Subject subject, Row row, Duration time, ServerProcess server, Crowd crowd) {
        this.subject = subject;
        this.row = row;
        this.time = time;
        this.server = server;
        this.crowd = crowd;
    }

    static Map<String, Double> of(Subject subject, Row row, Duration time, List<String> jvmOptions)
            throws IOException, InterruptedException {
        switch (row.kind().group()) {
            case Row.HISTORY -> {
                return HistoryMeasurement.of(subject, row, time, jvmOptions);
            }
            case Row.CLUSTER -> {
                return ClusterMeasurement.of(subject, row, time, jvmOptions);
            }
            default -> {}
        }
        try (Scratch scratch = Scratch.make();
                ServerProcess server = subject.start(scratch, jvmOptions);
                Crowd crowd = new Crowd()) {
            Measurement measurement = new Measurement(subject, row, time, server, crowd);
            return switch (row.kind()) {
                case DELIVER -> measurement.deliver();
                case IDLE -> measurement.idle();
                case CONNECT -> measurement.connect();
                case SOCKETS -> SocketMeasurement.of(subject, row, time, server, scratch.path());
                case CONNECT_AT_ONCE, PUBLISH_ALONE -> StartMeasurement.of(subject, row, server);
                default -> throw new IllegalStateException("No row of fan-out: " + row);
            };
        }
    }

    private Map<String, Double> deliver() throws IOException, InterruptedException {
        connectReaders();
        List<Publisher> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(new Publisher(subject, server.address(), row.bytes()));
        }
        // As fast as it goes, since a compiler has too little to see at the pace of most rows.
        long warm = push(publishers, WARM_UP, 0);
        connectStalled();
        warm += publish(publishers, CALM, warm);
        crowd.awaitReceived(deliveries(warm));
        crowd.resetLatency();

        long receivedBefore = crowd.received();
        Duration cpuBefore = server.cpu();
        long began = System.nanoTime();
        long published = publish(publishers, time, warm);
        crowd.awaitReceived(deliveries(warm + published));
        double seconds = (System.nanoTime() - began) / 1e9;
        Duration cpu = server.cpu().minus(cpuBefore);
        double delivered = crowd.received() - receivedBefore;
        for (Publisher publisher : publishers) {
            publisher.close();
        }

        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("CPU us/delivery", cpu.toNanos() / 1e3 / delivered);
        figures.put("deliveries/s", delivered / seconds);
        figures.put("CPU us/publish", cpu.toNanos() / 1e3 / published);
        Histogram latency = crowd.latency();
        figures.put("p50 ms", latency.getValueAtPercentile(50) / 1e6);
        figures.put("p99 ms", latency.getValueAtPercentile(99) / 1e6);
        figures.put("p99.9 ms", latency.getValueAtPercentile(99.9) / 1e6);
        return figures;
    }

    /** How many deliveries so many events make, when they go to the topics in turn. */
    private long deliveries(long events) {
        return events * (row.clients() - row.stalled()) / row.topics();
    }

    /** Publishes as the row says; the number of events. */
    private long publish(List<Publisher> publishers, Duration howLong, long before)
            throws IOException, InterruptedException {
        return row.rate() > 0 ? pace(publishers, howLong) : push(publishers, howLong, before);
    }

    /** Publishes to the topics in turn at the rate of the row; the number of events. */
    private long pace(List<Publisher> publishers, Duration howLong) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long end = began + howLong.toNanos();
        long count = 0;
        while (true) {
            long due = began + count * 1_000_000_000L / row.rate();
            // Whole rounds, so that each client gets as many events as any other.
            if (due >= end && count % row.topics() == 0) {
                return count;
            }
            long wait = due - System.nanoTime();
            if (wait > 0) {
                Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
            }
            publishers.get((int) (count % publishers.size())).publish((int) (count % row.topics()), due);
            count++;
        }
    }

    /** Publishes to the topics in turn, all publishers at once, each as fast as it is answered; the number of events. */
    private long push(List<Publisher> publishers, Duration howLong, long before)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + howLong.toNanos();
        AtomicLong next = new AtomicLong(before);
        ExecutorService threads = Executors.newFixedThreadPool(publishers.size());
        try {
            for (Future<?> pushed : threads.invokeAll(publishers.stream()
                    .map(publisher -> pushing(publisher, next, end))
                    .toList())) {
                pushed.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e);
        } finally {
            threads.shutdownNow();
        }
        return next.get() - before;
    }

    private Callable<@Nullable Void> pushing(Publisher publisher, AtomicLong next, long end) {
        return () -> {
            while (System.nanoTime() < end) {
                long number = next.getAndIncrement();
                crowd.awaitReceived(deliveries(Math.max(0, number - Row.WINDOW)));
                publisher.publish((int) (number % row.topics()), System.nanoTime());
            }
            return null;
        };
    }

    private void connectReaders() throws IOException, InterruptedException {
        int readers = row.clients() - row.stalled();
        for (int i = 0; i < readers; i++) {
            crowd.add(server.address(), subject.subscribeRequest(i % row.topics()), false);
            if (i % 64 == 63) {
                crowd.awaitHeads(i + 1L);
            }
        }
        crowd.awaitHeads(readers);
    }

    private void connectStalled() throws IOException {
        for (int i = 0; i < row.stalled(); i++) {
            crowd.add(server.address(), subject.subscribeRequest(i % row.topics()), true);
        }
    }

    private Map<String, Double> idle() throws IOException, InterruptedException {
        try (Crowd warmUp = new Crowd()) {
            warmUp.add(server.address(), subject.subscribeRequest(0), false);
            warmUp.awaitHeads(1);
        }
        long heapBefore = server.heapBytes();
        OptionalLong residentBefore = server.residentBytes();
        connectReaders();
        long heap = server.heapBytes() - heapBefore;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("heap KB/client", heap / 1024.0 / row.clients());
        if (residentBefore.isPresent()) {
            long resident = server.residentBytes().orElseThrow() - residentBefore.getAsLong();
            figures.put("RSS KB/client", resident / 1024.0 / row.clients());
        }
        return figures;
    }

    private Map<String, Double> connect() throws IOException, InterruptedException {
        for (int i = 0; i < 4; i++) {
            connectOnce();
        }
        Duration cpuBefore = server.cpu();
        long began = System.nanoTime();
        connectOnce();
        double seconds = (System.nanoTime() - began) / 1e9;
        Duration cpu = server.cpu().minus(cpuBefore);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("CPU us/connect", cpu.toNanos() / 1e3 / row.clients());
        figures.put("connects/s", row.clients() / seconds);
        return figures;
    }

    private void connectOnce() throws IOException, InterruptedException {
        try (Crowd clients = new Crowd()) {
            for (int i = 0; i < row.clients(); i++) {
                clients.add(server.address(), subject.subscribeRequest(0), false);
                if (i % 64 == 63) {
                    clients.awaitHeads(i + 1L);
                }
            }
            clients.awaitHeads(row.clients());
        }
    }
}
