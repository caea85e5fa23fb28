package dev.fanfare.bench;

import dev.fanfare.cli.load.Crowd;
import dev.fanfare.cli.load.Publisher;
import dev.fanfare.cli.load.SteadyPublisher;
import dev.fanfare.testing.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Does a row to several nodes that share a log on a Redis of this machine, which writes to its disk before each answer. */
final class ClusterMeasurement {
    private static final int PUBLISHERS = 16;
    private static final Duration WARM_UP = Duration.ofSeconds(15);
    private static final Duration MOST_TO_READY = Duration.ofMinutes(5);
    private static final int FILL_BATCH = 500;
    private static final List<String> ROOM =
            List.of("-Dfanfare.history.max-events=2000000", "-Dfanfare.history.max-bytes=2GiB");

    private final Subject subject;
    private final Row row;
    private final List<String> jvmOptions;
    private final String url;

    private ClusterMeasurement(Subject subject, Row row, List<String> jvmOptions, String url) {
        this.subject = subject;
        this.row = row;
        this.jvmOptions = new ArrayList<>(jvmOptions);
        this.jvmOptions.addAll(ROOM);
        this.url = url;
    }

    static Map<String, Double> of(Subject subject, Row row, Duration time, List<String> jvmOptions)
            throws IOException, InterruptedException {
        try (RedisServer redis = RedisServer.start()) {
            ClusterMeasurement measurement =
                    new ClusterMeasurement(subject, row, jvmOptions, "redis://127.0.0.1:" + redis.port());
            return row.kind() == Row.Kind.NODES ? measurement.deliver(time) : measurement.copy();
        }
    }

    private ServerProcess node(Scratch scratch) throws IOException {
        return subject.startNode(scratch, jvmOptions, url);
    }

    /** All is published on one node, and each of the others has half of the clients. */
    private Map<String, Double> deliver(Duration time) throws IOException, InterruptedException {
        try (Scratch one = Scratch.make();
                Scratch two = Scratch.make();
                Scratch three = Scratch.make();
                ServerProcess first = node(one);
                ServerProcess second = node(two);
                ServerProcess third = node(three);
                Crowd clients = new Crowd()) {
            for (ServerProcess node : List.of(first, second, third)) {
                awaitReady(node);
            }
            for (int i = 0; i < row.clients(); i++) {
                clients.add((i % 2 == 0 ? second : third).address(), subject.subscribeRequest(0), false);
            }
            clients.awaitHeads(row.clients());
            Published warm = publish(first, WARM_UP);
            clients.awaitReceived(warm.requests() * row.clients());
            clients.resetLatency();
            Published published = publish(first, time);
            clients.awaitReceived((warm.requests() + published.requests()) * row.clients());

            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("events/s", published.requests() / (double) time.toSeconds());
            figures.put("answer p50 ms", published.latency().getValueAtPercentile(50) / 1e6);
            figures.put("answer p99 ms", published.latency().getValueAtPercentile(99) / 1e6);
            figures.put("other node p50 ms", clients.latency().getValueAtPercentile(50) / 1e6);
            figures.put("other node p99 ms", clients.latency().getValueAtPercentile(99) / 1e6);
            return figures;
        }
    }

    /** Publishes at the rate of the row. */
    private Published publish(ServerProcess node, Duration howLong) throws IOException, InterruptedException {
        List<Publisher> publishers = new ArrayList<>();
        List<SteadyPublisher> steady = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            Publisher publisher = new Publisher(subject, node.address(), row.bytes());
            publishers.add(publisher);
            steady.add(new SteadyPublisher(publisher, row.rate() / PUBLISHERS, row.topics(), 0));
        }
        Thread.sleep(howLong.toMillis());
        Histogram all = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
        long events = 0;
        for (SteadyPublisher each : steady) {
            all.add(each.stop());
            events += each.number();
        }
        for (Publisher publisher : publishers) {
            publisher.close();
        }
        return new Published(events, all);
    }

    /** From the start of the process of a second node until it says that it is ready. */
    private Map<String, Double> copy() throws IOException, InterruptedException {
        try (Scratch one = Scratch.make();
                Scratch two = Scratch.make();
                ServerProcess first = node(one)) {
            awaitReady(first);
            try (Publisher publisher = new Publisher(subject, first.address(), row.bytes())) {
                for (int i = 0; i < row.events(); i += FILL_BATCH) {
                    subject.publishBatch(publisher, i, FILL_BATCH, row.topics(), false);
                }
            }
            long began = System.nanoTime();
            try (ServerProcess second = node(two)) {
                awaitReady(second);
                double seconds = (System.nanoTime() - began) / 1e9;
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put("seconds to ready", seconds);
                figures.put("events/s", row.events() / seconds);
                figures.put("CPU us/event", second.cpu().toNanos() / 1e3 / row.events());
                requireAll(second);
                return figures;
            }
        }
    }

    /** A client of the new node has to get every event. */
    private void requireAll(ServerProcess node) throws IOException, InterruptedException {
        try (Crowd reader = new Crowd()) {
            reader.follow(node.address(), subject.resumeRequest("t0", "earliest"), Crowd.Place.NONE);
            reader.awaitNumber(row.events() / row.topics());
        }
    }

    private static void awaitReady(ServerProcess node) throws IOException, InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + "/health/ready"))
                .build();
        HttpClient http = HttpClient.newHttpClient();
        long end = System.nanoTime() + MOST_TO_READY.toNanos();
        while (http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("A node is not ready after " + MOST_TO_READY);
            }
            Thread.sleep(20);
        }
    }
}
