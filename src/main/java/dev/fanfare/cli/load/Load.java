package dev.fanfare.cli.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Subscribers and publishers of one server. Connect, start, measure from where it is warm, and take the result. One thread uses
 * it; another may {@link #interrupt} it, so that each step returns soon.
 */
public final class Load implements AutoCloseable {
    private static final int AT_ONCE = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PATIENCE_OF_AN_INTERRUPTED = Duration.ofMillis(500);
    private static final Duration STEP = Duration.ofMillis(1);
    /** Without a rate no publisher is further ahead of the subscribers than this. */
    private static final int WINDOW = 64;

    /**
     * What is done.
     *
     * @param requests how the server is asked
     * @param address where it is
     * @param tls what its certificate is checked with; null for clear text
     * @param clients how many subscribers; number i has topic i modulo the topics
     * @param topics how many topics
     * @param publishers how many publishers, each with a connection
     * @param rate events a second, all together; 0 for as fast as it goes
     * @param bytes the data of an event
     */
    public record Plan(
            LoadRequests requests,
            InetSocketAddress address,
            @Nullable SSLContext tls,
            int clients,
            int topics,
            int publishers,
            int rate,
            int bytes) {}

    private final Plan plan;
    private final Crowd crowd;
    private final List<Publisher> connections = new ArrayList<>();
    private final List<SteadyPublisher> publishers = new ArrayList<>();
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private int asked;
    private long warmNanos;
    private long warmEvents;
    private long warmDeliveries;

    /** A load that does nothing yet. */
    public Load(Plan plan) throws IOException {
        this.plan = plan;
        this.crowd = new Crowd(plan.publishers(), plan.tls());
    }

    /**
     * Connects a few more subscribers and waits for their answers.
     *
     * @return whether all are connected
     */
    public boolean connectSome() throws IOException, InterruptedException {
        for (int i = 0; i < AT_ONCE && asked < plan.clients(); i++, asked++) {
            crowd.follow(plan.address(), plan.requests().subscribeRequest(asked % plan.topics()), Crowd.Place.NONE);
        }
        long deadline = System.nanoTime() + Crowd.MOST_LATENCY_NANOS;
        while (crowd.heads() + crowd.lost() < asked && System.nanoTime() < deadline && !pause(STEP)) {
            // the time is the condition
        }
        return asked == plan.clients();
    }

    /** Connects the publishers and lets them begin. */
    public void start() throws IOException {
        var share = new SteadyPublisher.Share(plan.rate(), plan.topics(), plan.publishers());
        for (int i = 0; i < plan.publishers(); i++) {
            Publisher connection = new Publisher(plan.requests(), plan.address(), plan.tls(), plan.bytes());
            connections.add(connection);
            publishers.add(new SteadyPublisher(connection, share, i, this::isAhead));
        }
        startMeasuring();
        publishers.forEach(SteadyPublisher::start);
    }

    private boolean isAhead() {
        long due = (events() - WINDOW) * plan.clients() / plan.topics();
        return crowd.received() + crowd.missed() >= due || crowd.lost() > 0;
    }

    /** From here on rates and latencies count. */
    public void startMeasuring() {
        crowd.resetLatency();
        publishers.forEach(SteadyPublisher::resetLatency);
        warmNanos = System.nanoTime();
        warmEvents = events();
        warmDeliveries = crowd.received();
    }

    /** How many subscribers have a stream now. */
    public long subscribers() {
        return crowd.streams();
    }

    /** How many events were published since the start. */
    public long events() {
        return publishers.stream().mapToLong(SteadyPublisher::published).sum();
    }

    /** How many events the subscribers got since the start, all together. */
    public long deliveries() {
        return crowd.received();
    }

    /** Waits; whether it was interrupted. */
    public boolean pause(Duration time) throws InterruptedException {
        return interrupted.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Makes each step return soon. Thread-safe. */
    public void interrupt() {
        interrupted.countDown();
    }

    /** Ends the publishers, waits for what is on the way, and counts. */
    public LoadResult finish() throws InterruptedException {
        long events = events() - warmEvents;
        long deliveries = crowd.received() - warmDeliveries;
        double seconds = Math.max(1, System.nanoTime() - warmNanos) / 1e9;
        publishers.forEach(SteadyPublisher::askToEnd);
        Histogram answers = new Histogram(Crowd.MOST_LATENCY_NANOS, 3);
        List<String> failures = new ArrayList<>();
        for (SteadyPublisher publisher : publishers) {
            publisher.end();
            answers.add(publisher.latency());
            IOException failure = publisher.failure();
            if (failure != null) {
                failures.add(String.valueOf(failure.getMessage()));
            }
        }
        awaitRest();
        return new LoadResult(
                plan,
                asked,
                subscribers(),
                crowd.reasons(),
                failures,
                seconds,
                events,
                deliveries,
                crowd.missed() + lacking(),
                crowd.repeated(),
                crowd.latency().copy(),
                answers);
    }

    private void awaitRest() throws InterruptedException {
        long before = -1;
        long deadline = 0;
        while (lacking() > 0) {
            if (crowd.received() > before) {
                before = crowd.received();
                Duration patience = interrupted.getCount() == 0 ? PATIENCE_OF_AN_INTERRUPTED : PATIENCE;
                deadline = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() > deadline) {
                return;
            }
            TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
        }
    }

    private long lacking() {
        long lacking = 0;
        for (int topic = 0; topic < Math.min(plan.topics(), asked); topic++) {
            long[] newest = new long[publishers.size()];
            for (int i = 0; i < newest.length; i++) {
                newest[i] = publishers.get(i).number(topic);
            }
            for (int client = topic; client < asked; client += plan.topics()) {
                lacking += crowd.lacking(client, newest);
            }
        }
        return lacking;
    }

    @Override
    public void close() throws IOException {
        @Nullable IOException failure = null;
        for (Publisher each : connections) {
            try {
                each.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        crowd.close();
        if (failure != null) {
            throw failure;
        }
    }
}
