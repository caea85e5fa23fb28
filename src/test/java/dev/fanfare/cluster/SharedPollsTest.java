package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.redis.RedisStates;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.SharedStates;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.RecordingOutlet;
import dev.fanfare.testing.RedisServer;
import jakarta.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes with some hundred watches on one counting source, and a real Redis between them. */
class SharedPollsTest {
    private static final int WATCHES = 300;
    private static final double MOST_PER_PERIOD = 1.02;
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofSeconds(60);

    private RedisServer redis;
    private final Counting source = new Counting();
    private final Stalls stalls = new Stalls();
    private final List<Node> nodes = new ArrayList<>();

    /** Counts up with each poll of a status, and remembers who asked when. */
    private static final class Counting {
        private record Poll(String node, long nanos) {}

        private final Map<String, List<Poll>> polls = new HashMap<>();

        synchronized CompletionStage<Reading> poll(String node, String job) {
            List<Poll> all = polls.computeIfAbsent(job, none -> new ArrayList<>());
            all.add(new Poll(node, System.nanoTime()));
            return CompletableFuture.completedStage(Reading.of(Json.createValue(all.size())));
        }

        synchronized int total() {
            return polls.values().stream().mapToInt(List::size).sum();
        }

        synchronized int most() {
            return polls.values().stream().mapToInt(List::size).max().orElse(0);
        }

        /** The longest time between two polls of one status. */
        synchronized Duration longestSilence() {
            long longest = 0;
            for (List<Poll> all : polls.values()) {
                for (int i = 1; i < all.size(); i++) {
                    longest = Math.max(
                            longest, all.get(i).nanos() - all.get(i - 1).nanos());
                }
            }
            return Duration.ofNanos(longest);
        }

        /** How many statuses a node has polled after another one had taken over, later than this. */
        synchronized long polledBy(String node, long sinceNanos) {
            return polls.values().stream()
                    .filter(all -> all.stream().anyMatch(poll -> poll.node().equals(node) && poll.nanos() > sinceNanos))
                    .count();
        }
    }

    /** How long this machine let a thread wait that had something to do: what no node can make good. */
    private static final class Stalls implements AutoCloseable {
        private static final Duration PAUSE = Duration.ofMillis(20);

        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        private final AtomicLong longest = new AtomicLong();
        private long last = System.nanoTime();

        Stalls() {
            thread.scheduleWithFixedDelay(this::look, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void look() {
            long now = System.nanoTime();
            longest.accumulateAndGet(now - last - PAUSE.toNanos(), Math::max);
            last = now;
        }

        Duration longest() {
            return Duration.ofNanos(longest.get());
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }

    /** A ticker whose alarms do not ring while the node stands still. */
    private static final class StoppingTicker implements Ticker {
        private final SystemTicker real = new SystemTicker();
        private final List<Runnable> overdue = new ArrayList<>();
        private boolean stopped;

        @Override
        public long nanos() {
            return real.nanos();
        }

        @Override
        public Instant now() {
            return real.now();
        }

        @Override
        public Alarm schedule(Duration delay, Runnable task) {
            return real.schedule(delay, () -> ring(task));
        }

        private void ring(Runnable task) {
            synchronized (this) {
                if (stopped) {
                    overdue.add(task);
                    return;
                }
            }
            task.run();
        }

        synchronized void stop() {
            stopped = true;
        }

        void goOn() {
            List<Runnable> due;
            synchronized (this) {
                stopped = false;
                due = List.copyOf(overdue);
                overdue.clear();
            }
            due.forEach(task -> real.schedule(Duration.ZERO, task));
        }
    }

    /** A way to the engine that a test can cut: nothing goes out, and nothing comes in. */
    private static final class Cut implements SharedStates {
        private final SharedStates open;
        private volatile boolean isCut;
        private volatile boolean isClosed;

        Cut(SharedStates open) {
            this.open = open;
        }

        private <T> @Nullable CompletionStage<T> refused() {
            return isCut ? CompletableFuture.failedStage(new HistoryUnavailable("cut off")) : null;
        }

        @Override
        public CompletionStage<Pulse> beat(String node, boolean begins, Set<String> others) {
            CompletionStage<Pulse> refused = refused();
            return refused != null ? refused : open.beat(node, begins, others);
        }

        @Override
        public CompletionStage<List<State>> claim(String node, List<String> keys, long known) {
            CompletionStage<List<State>> refused = refused();
            return refused != null ? refused : open.claim(node, keys, known);
        }

        @Override
        public CompletionStage<Set<String>> tell(List<Telling> tellings) {
            CompletionStage<Set<String>> refused = refused();
            return refused != null ? refused : open.tell(tellings);
        }

        @Override
        public CompletionStage<Set<String>> fresh(List<Fresh> fresh) {
            CompletionStage<Set<String>> refused = refused();
            return refused != null ? refused : open.fresh(fresh);
        }

        @Override
        public CompletionStage<Void> free(String node, List<String> keys) {
            CompletionStage<Void> refused = refused();
            return refused != null ? refused : open.free(node, keys);
        }

        @Override
        public CompletionStage<Void> leave(String node) {
            CompletionStage<Void> refused = refused();
            return refused != null ? refused : open.leave(node);
        }

        /** What comes meanwhile waits, as it does in the socket of a process that stands still. */
        @Override
        public void follow(Follower follower) {
            open.follow(new Follower() {
                private void awaitOpen() {
                    await().atMost(LONG).until(() -> !isCut || isClosed);
                }

                @Override
                public boolean follows(String key) {
                    awaitOpen();
                    return follower.follows(key);
                }

                @Override
                public void told(String key, Told told) {
                    awaitOpen();
                    follower.told(key, told);
                }

                @Override
                public void noted(String key, Note note) {
                    awaitOpen();
                    follower.noted(key, note);
                }

                @Override
                public void fresh(long generation, long number, Duration age) {
                    awaitOpen();
                    follower.fresh(generation, number, age);
                }

                @Override
                public void free(List<String> keys) {
                    awaitOpen();
                    follower.free(keys);
                }

                @Override
                public void missed() {
                    awaitOpen();
                    follower.missed();
                }
            });
        }

        @Override
        public void close() {
            isClosed = true;
            open.close();
        }
    }

    private final class Node implements AutoCloseable {
        private final String name;
        private final StoppingTicker ticker = new StoppingTicker();
        private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
        private final Statuses statuses = new Statuses(loops);
        private final Cut engine;

        Node(String name) {
            this.name = name;
            this.engine = new Cut(new RedisStates(new ClusterSettings(
                    redis.url(), null, "polls", Durability.RELAXED, 0, ClusterSettings.DEFAULT_TIMEOUT, LEASE)));
            statuses.share(engine, name, LEASE);
            StatusSource asked = (params, validator) -> source.poll(name, params.getOrDefault("job", ""));
            statuses.register(
                    "jobs",
                    asked,
                    SourceSettings.builder().params("job").every(EVERY).build());
        }

        List<RecordingOutlet> joinAll() {
            List<RecordingOutlet> clients = new ArrayList<>();
            for (int i = 0; i < WATCHES; i++) {
                StatusUrl url = statuses.url("jobs", Map.of("job", List.of("" + i)));
                RecordingOutlet client = new RecordingOutlet();
                statuses.join(url, null, client, reason -> {});
                clients.add(client);
            }
            return clients;
        }

        int owned() {
            return statuses.owned("jobs");
        }

        @Override
        public void close() {
            statuses.close();
            loops.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start("--appendonly", "no");
        for (String name : List.of("a", "b", "c")) {
            nodes.add(new Node(name));
        }
    }

    @AfterEach
    void close() throws Exception {
        stalls.close();
        nodes.forEach(Node::close);
        if (redis != null) {
            redis.close();
        }
    }

    private int owned() {
        return nodes.stream().mapToInt(Node::owned).sum();
    }

    private void awaitPolls(int more) {
        int most = source.most();
        await().atMost(LONG).until(() -> source.most() >= most + more);
    }

    /** The clock is read first and last, so that polls while this thread got no time are not too many for it. */
    private double pollsPerPeriod() {
        long begin = System.nanoTime();
        int before = source.total();
        awaitPolls(20);
        int polls = source.total() - before;
        return polls / ((System.nanoTime() - begin) / (double) EVERY.toNanos()) / WATCHES;
    }

    private static int newest(RecordingOutlet client) {
        List<String> data = client.data();
        return data.isEmpty() ? 0 : Integer.parseInt(data.get(data.size() - 1));
    }

    @Test
    void eachStatusIsPolledOnceInAPeriodAndAllClientsGetEachOfItsChangesInOrder() {
        List<List<RecordingOutlet>> clients = nodes.stream().map(Node::joinAll).toList();
        await().atMost(LONG).until(() -> owned() == WATCHES);
        awaitPolls(3);
        // A node that got no time for a whole lease has lost its watches, and each is polled once more: so look again.
        double perPeriod = pollsPerPeriod();
        for (int i = 1; i < 4 && perPeriod > MOST_PER_PERIOD; i++) {
            perPeriod = Math.min(perPeriod, pollsPerPeriod());
        }
        boolean wasStopped = stalls.longest().compareTo(LEASE.dividedBy(2)) > 0;
        assertThat(perPeriod).isLessThanOrEqualTo(wasStopped ? 1.5 : MOST_PER_PERIOD);
        await().atMost(LONG).untilAsserted(() -> assertThat(owned()).isEqualTo(WATCHES));
        for (List<RecordingOutlet> all : clients) {
            await().atMost(LONG).until(() -> all.stream().allMatch(client -> newest(client) >= 20));
            all.forEach(client -> assertThat(client.data().stream().map(Integer::valueOf))
                    .isSorted()
                    .doesNotHaveDuplicates());
        }
    }

    @Test
    void whenOwnersAreFrozenAndKilledOthersTakeOverWithinTheLeaseAndASecond() {
        nodes.get(0).joinAll();
        await().atMost(LONG).until(() -> nodes.get(0).owned() == WATCHES);
        List<RecordingOutlet> clients = nodes.get(1).joinAll();
        nodes.get(2).joinAll();
        awaitPolls(3);

        Node frozen = nodes.get(0);
        frozen.ticker.stop();
        frozen.engine.isCut = true;
        await().atMost(LONG).until(() -> nodes.get(1).owned() + nodes.get(2).owned() == WATCHES);
        awaitPolls(3);
        long woken = System.nanoTime();
        frozen.engine.isCut = false; // first: a beat that fails is an engine that is away, and then each node polls
        frozen.ticker.goOn();
        await().atMost(LONG).until(() -> frozen.owned() == 0);
        awaitPolls(5);
        assertThat(source.polledBy("a", woken))
                .as("polls by an owner that has lost all")
                .isZero();

        Node killed = nodes.get(1).owned() >= nodes.get(2).owned() ? nodes.get(1) : nodes.get(2);
        killed.ticker.stop();
        killed.engine.isCut = true;
        await().atMost(LONG).until(() -> owned() - killed.owned() == WATCHES);
        awaitPolls(5);

        Duration longest = source.longestSilence();
        Duration allowed = EVERY.plus(LEASE).plusSeconds(1).plusMillis(500);
        assertThat(longest).isLessThanOrEqualTo(allowed.plus(stalls.longest().multipliedBy(3)));
        if (killed != nodes.get(1)) {
            clients.forEach(client -> assertThat(client.data().stream().map(Integer::valueOf))
                    .isSorted()
                    .doesNotHaveDuplicates());
        }
    }
}
