package dev.fanfare.bench;

import dev.fanfare.cli.load.Crowd;
import dev.fanfare.cli.load.Publisher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures the first seconds of a server, or the same seconds after many requests. */
final class StartMeasurement {
    private static final Duration FIRST_SECONDS = Duration.ofSeconds(5);

    private final Subject subject;
    private final Row row;
    private final ServerProcess server;

    private StartMeasurement(Subject subject, Row row, ServerProcess server) {
        this.subject = subject;
        this.row = row;
        this.server = server;
    }

    static Map<String, Double> of(Subject subject, Row row, ServerProcess server)
            throws IOException, InterruptedException {
        StartMeasurement measurement = new StartMeasurement(subject, row, server);
        return row.kind() == Row.Kind.PUBLISH_ALONE ? measurement.publish() : measurement.connect();
    }

    private Map<String, Double> connect() throws IOException, InterruptedException {
        for (int before = 0; before < row.events(); before += row.clients()) {
            connectAll(64);
        }
        return connectAll(row.clients());
    }

    /** @param atOnce how many clients at most wait for the head of their answer */
    private Map<String, Double> connectAll(int atOnce) throws IOException, InterruptedException {
        Duration cpuBefore = server.cpu();
        long began = System.nanoTime();
        try (Crowd clients = new Crowd()) {
            for (int i = 1; i <= row.clients(); i++) {
                clients.add(server.address(), subject.subscribeRequest(0), false);
                clients.awaitHeads(i - (long) atOnce);
            }
            clients.awaitHeads(row.clients());
            double seconds = (System.nanoTime() - began) / 1e9;
            Duration cpu = server.cpu().minus(cpuBefore);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("CPU us/connect", cpu.toNanos() / 1e3 / row.clients());
            figures.put("seconds", seconds);
            figures.put("p50 ms to first byte", clients.firstByte().getValueAtPercentile(50) / 1e6);
            figures.put("p99 ms to first byte", clients.firstByte().getValueAtPercentile(99) / 1e6);
            return figures;
        }
    }

    private Map<String, Double> publish() throws IOException, InterruptedException {
        List<Publisher> publishers = new ArrayList<>();
        for (int i = 0; i < row.clients(); i++) {
            publishers.add(new Publisher(subject, server.address(), row.bytes()));
        }
        for (long before = 0; before < row.events(); ) {
            before += Published.by(subject, publishers, oneByOne(), Duration.ofSeconds(1))
                    .requests();
        }
        Duration cpuBefore = server.cpu();
        Published published = Published.by(subject, publishers, oneByOne(), FIRST_SECONDS);
        Duration cpu = server.cpu().minus(cpuBefore);
        for (Publisher publisher : publishers) {
            publisher.close();
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("CPU us/publish", cpu.toNanos() / 1e3 / published.requests());
        figures.put("publishes/s", published.requests() / (double) FIRST_SECONDS.toSeconds());
        figures.put("p50 ms", published.latency().getValueAtPercentile(50) / 1e6);
        figures.put("p99 ms", published.latency().getValueAtPercentile(99) / 1e6);
        return figures;
    }

    /** As the row, with one event in a request. */
    private Row oneByOne() {
        return new Row(row.name(), Row.Kind.PUBLISH, row.clients(), row.topics(), row.bytes(), 0, 0, 1);
    }
}
