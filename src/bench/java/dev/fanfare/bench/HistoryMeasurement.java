package dev.fanfare.bench;

import dev.fanfare.cli.load.Crowd;
import dev.fanfare.cli.load.Publisher;
import dev.fanfare.cli.load.SteadyPublisher;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Does a row that needs a history to a server and measures it. What is published is counted, and what clients get is
 * looked at event by event: one that is missing, comes twice or in another order fails the row.
 */
final class HistoryMeasurement {
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    /** A request goes through much code, which takes some ten thousand of them to be compiled well. */
    private static final Duration WARM_UP_ONE_BY_ONE = Duration.ofSeconds(20);

    private static final List<String> ROOM =
            List.of("-Dfanfare.history.max-events=2000000", "-Dfanfare.history.max-bytes=2GiB");
    private static final int FILL_BATCH = 500;
    private static final String EARLIEST = "earliest";

    /** Of these rounds only the last is measured: a server that has just started is slow. */
    private static final int RESUME_ROUNDS = 10;

    private static final int FEW_AT_A_TIME = 32;
    private static final int REPLAYS = 4;
    private static final int FEW = 1_000;
    private static final int NAMED = 600;
    private static final int BEHIND = 500;
    private static final int LOOK_UPS = 300;

    private final Subject subject;
    private final Row row;
    private final Duration time;
    private final ServerProcess server;
    private final ServerMetrics metrics;

    private HistoryMeasurement(Subject subject, Row row, Duration time, ServerProcess server) {
        this.subject = subject;
        this.row = row;
        this.time = time;
        this.server = server;
        this.metrics = new ServerMetrics(server.port());
    }

    static Map<String, Double> of(Subject subject, Row row, Duration time, List<String> jvmOptions)
            throws IOException, InterruptedException {
        List<String> jvm = new ArrayList<>(jvmOptions);
        jvm.addAll(ROOM);
        try (Scratch scratch = Scratch.make();
                ServerProcess server = subject.start(scratch, jvm)) {
            HistoryMeasurement measurement = new HistoryMeasurement(subject, row, time, server);
            return switch (row.kind()) {
                case PUBLISH -> measurement.publish();
                case RESUME -> measurement.resume();
                case RETURN, RETURN_AT_ONCE -> measurement.comeBack();
                case REPLAY -> measurement.replay();
                case FIRST_BYTE -> {
                    try (Scratch other = Scratch.make();
                            ServerProcess beside = subject.start(other, jvm)) {
                        yield measurement.firstByte(new HistoryMeasurement(subject, row, time, beside));
                    }
                }
                default -> throw new IllegalStateException("No row with a history: " + row);
            };
        }
    }

    private Publisher publisher() throws IOException {
        return new Publisher(subject, server.address(), row.bytes());
    }

    private Map<String, Double> publish() throws IOException, InterruptedException {
        List<Publisher> publishers = new ArrayList<>();
        for (int i = 0; i < row.clients(); i++) {
            publishers.add(publisher());
        }
        Duration warmUp = row.events() == 1 ? WARM_UP_ONE_BY_ONE : WARM_UP;
        long warm = Published.by(subject, publishers, row, warmUp).requests();
        double commits = metrics.sum("fanfare_history_commits_seconds_count");
        Duration cpuBefore = server.cpu();
        long began = System.nanoTime();
        Published published = Published.by(subject, publishers, row, time);
        double seconds = (System.nanoTime() - began) / 1e9;
        Duration cpu = server.cpu().minus(cpuBefore);
        commits = metrics.sum("fanfare_history_commits_seconds_count") - commits;
        for (Publisher publisher : publishers) {
            publisher.close();
        }
        requireStored((warm + published.requests()) * row.events());

        double events = (double) published.requests() * row.events();
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("events/s", events / seconds);
        figures.put("p50 ms", published.latency().getValueAtPercentile(50) / 1e6);
        figures.put("p99 ms", published.latency().getValueAtPercentile(99) / 1e6);
        figures.put("CPU us/request", cpu.toNanos() / 1e3 / published.requests());
        figures.put("CPU us/event", cpu.toNanos() / 1e3 / events);
        figures.put("events/commit", events / commits);
        return figures;
    }

    /** Replays everything: every event that was answered has to be there, and none that was not published. */
    private void requireStored(long events) throws IOException, InterruptedException {
        double appended = metrics.sum("fanfare_history_committed_events_total");
        if (appended != events) {
            throw new IllegalStateException("The history took " + appended + " events of " + events);
        }
        try (Crowd reader = new Crowd()) {
            reader.add(server.address(), subject.resumeRequest("*", EARLIEST), false);
            reader.awaitReceived(events);
            // A frame more would be the next to come, ahead of the one that is published now.
            try (Publisher publisher = publisher()) {
                publisher.publish(0, System.nanoTime());
            }
            reader.awaitReceived(events + 1);
            if (reader.received() != events + 1) {
                throw new IllegalStateException(reader.received() + " events came of " + (events + 1));
            }
        }
    }

    /** All clients have the newest event of their topic; returns where they are. */
    private List<Crowd.Place> connectAll(long number) throws IOException, InterruptedException {
        try (Crowd crowd = new Crowd()) {
            for (int i = 0; i < row.clients(); i++) {
                crowd.follow(server.address(), subject.resumeRequest("t0", EARLIEST), Crowd.Place.NONE);
                if (i % 64 == 63) {
                    crowd.awaitHeads(i + 1L);
                }
            }
            crowd.awaitNumber(number);
            return crowd.places();
        }
    }

    private void returnAll(Crowd crowd, List<Crowd.Place> places) throws IOException, InterruptedException {
        int atOnce = row.kind() == Row.Kind.RETURN ? FEW_AT_A_TIME : row.clients();
        int count = 0;
        for (Crowd.Place place : places) {
            crowd.follow(server.address(), subject.resumeRequest("t0", place.lastId()), place);
            crowd.awaitHeads(++count - atOnce);
        }
    }

    /** So that their leaving is not charged to their return. */
    private void awaitGone() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (metrics.sum("fanfare_subscriptions") > 0) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Streams are open 60 s after their clients have gone");
            }
            Thread.sleep(20);
        }
    }

    /** Publishes events of the first topic one by one; the number of the last. */
    private long publishMissed(int count, long number) throws IOException {
        // Another one each time: the server ends connections that are idle for long.
        try (Publisher publisher = publisher()) {
            for (int i = 1; i <= count; i++) {
                publisher.publish(0, System.nanoTime(), number + i);
            }
        }
        return number + count;
    }

    private Map<String, Double> resume() throws IOException, InterruptedException {
        long number = publishMissed(1, 0);
        List<Crowd.Place> places = connectAll(number);
        for (int round = 1; ; round++) {
            awaitGone();
            number = publishMissed(row.events(), number);
            Duration cpuBefore = server.cpu();
            long began = System.nanoTime();
            try (Crowd crowd = new Crowd()) {
                returnAll(crowd, places);
                crowd.awaitNumber(number);
                double seconds = (System.nanoTime() - began) / 1e9;
                Duration cpu = server.cpu().minus(cpuBefore);
                places = crowd.places();
                if (round == RESUME_ROUNDS) {
                    Map<String, Double> figures = new LinkedHashMap<>();
                    figures.put("CPU us/client", cpu.toNanos() / 1e3 / row.clients());
                    figures.put("seconds", seconds);
                    figures.put("clients/s", row.clients() / seconds);
                    return figures;
                }
            }
        }
    }

    private Map<String, Double> comeBack() throws IOException, InterruptedException {
        long number = publishMissed(1, 0);
        List<Crowd.Place> places = connectAll(number); // once to warm up
        awaitGone();

        Histogram before;
        try (Crowd crowd = new Crowd();
                Publisher publisher = publisher()) {
            returnAll(crowd, places);
            crowd.awaitHeads(row.clients());
            number = steady(publisher, number, WARM_UP);
            SteadyPublisher steady = new SteadyPublisher(publisher, row.rate(), row.topics(), number);
            Thread.sleep(time.toMillis());
            before = steady.stop();
            number = steady.number();
            crowd.awaitNumber(number);
            places = crowd.places();
        }
        awaitGone();
        number = publishMissed(row.events(), number);

        try (Crowd crowd = new Crowd();
                Publisher publisher = publisher()) {
            SteadyPublisher steady = new SteadyPublisher(publisher, row.rate(), row.topics(), number);
            Duration cpuBefore = server.cpu();
            long began = System.nanoTime();
            returnAll(crowd, places);
            crowd.awaitNumber(number);
            double seconds = (System.nanoTime() - began) / 1e9;
            Duration cpu = server.cpu().minus(cpuBefore);
            Histogram meanwhile = steady.stop();
            crowd.awaitNumber(steady.number());

            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("seconds", seconds);
            figures.put("replayed/s", (double) row.clients() * row.events() / seconds);
            figures.put("CPU us/client", cpu.toNanos() / 1e3 / row.clients());
            figures.put("p99 ms before", before.getValueAtPercentile(99) / 1e6);
            figures.put("p99 ms meanwhile", meanwhile.getValueAtPercentile(99) / 1e6);
            figures.put("p99 ratio", (double) meanwhile.getValueAtPercentile(99) / before.getValueAtPercentile(99));
            return figures;
        }
    }

    /** Publishes without measuring; the number of the newest event of the first topic. */
    private long steady(Publisher publisher, long number, Duration howLong) throws IOException, InterruptedException {
        SteadyPublisher steady = new SteadyPublisher(publisher, row.rate(), row.topics(), number);
        Thread.sleep(howLong.toMillis());
        steady.stop();
        return steady.number();
    }

    private Map<String, Double> replay() throws IOException, InterruptedException {
        fill(row.events(), 0);
        double seconds = 0;
        double cpu = 0;
        for (int i = 0; i < REPLAYS; i++) {
            try (Crowd crowd = new Crowd()) {
                Duration cpuBefore = server.cpu();
                long began = System.nanoTime();
                crowd.follow(server.address(), subject.resumeRequest("t0", EARLIEST), Crowd.Place.NONE);
                crowd.awaitNumber(row.events());
                if (i > 0) { // the first one warms up
                    seconds += (System.nanoTime() - began) / 1e9;
                    cpu += server.cpu().minus(cpuBefore).toNanos() / 1e3;
                }
            }
        }
        double events = (double) row.events() * (REPLAYS - 1);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("events/s", events / seconds);
        figures.put("CPU us/event", cpu / events);
        return figures;
    }

    /** Stores events, of which the last ones have ids of their own. */
    private void fill(int events, int named) throws IOException {
        try (Publisher publisher = publisher()) {
            for (int i = 0; i < events; ) {
                boolean hasIds = i >= events - named;
                int count = Math.min(FILL_BATCH, (hasIds ? events : events - named) - i);
                subject.publishBatch(publisher, i, count, row.topics(), hasIds);
                i += count;
            }
        }
    }

    /** In turn, so that a noisy moment meets both. */
    private Map<String, Double> firstByte(HistoryMeasurement few) throws IOException, InterruptedException {
        few.fill(FEW, NAMED);
        fill(row.events(), NAMED);
        Histogram many = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
        Histogram fewer = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
        for (int i = -LOOK_UPS; i < LOOK_UPS; i++) {
            long nanos = nanosToFirstEvent(row.events());
            long fewNanos = few.nanosToFirstEvent(FEW);
            if (i >= 0) {
                many.recordValue(nanos);
                fewer.recordValue(fewNanos);
            }
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("p50 ms of 1,000", fewer.getValueAtPercentile(50) / 1e6);
        figures.put("p50 ms", many.getValueAtPercentile(50) / 1e6);
        figures.put("p50 ratio", (double) many.getValueAtPercentile(50) / fewer.getValueAtPercentile(50));
        figures.put("p99 ms of 1,000", fewer.getValueAtPercentile(99) / 1e6);
        figures.put("p99 ms", many.getValueAtPercentile(99) / 1e6);
        return figures;
    }

    /** From a request over a new connection to the first byte of the first event's data, which has to be the right one. */
    private long nanosToFirstEvent(int stored) throws IOException {
        int last = stored - BEHIND;
        // The topic's next event behind it.
        int next = last - last % row.topics() + row.topics();
        String request = subject.resumeRequest("t0", "e" + last);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(60_000);
            InputStream in = socket.getInputStream();
            long began = System.nanoTime();
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            byte[] some = new byte[8192];
            while (answer.indexOf("data: ") < 0) {
                int count = in.read(some);
                if (count < 0) {
                    throw new IOException("The stream ended before an event: " + answer);
                }
                answer.append(new String(some, 0, count, StandardCharsets.ISO_8859_1));
            }
            long nanos = System.nanoTime() - began;
            if (answer.indexOf("id: e" + next + "\n") < 0 || answer.indexOf("event: gap") >= 0) {
                throw new IllegalStateException("The event behind e" + last + " is not the first: " + answer);
            }
            return nanos;
        }
    }
}
