package dev.fanfare.cluster.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.GroupAppend;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Outcome;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.log.SharedLog.Remembered;
import dev.fanfare.log.SharedLog.Stored;
import dev.fanfare.log.SharedLog.Stretch;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.testing.RedisServer;
import dev.fanfare.testing.StallingProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes on one Redis, each behind a proxy of its own, that publish and follow all the time while a test does harm; and what
 * is against the promise afterwards. A node is a log with its connections; it dies when they end with commands under way.
 */
final class CrashingCluster implements AutoCloseable {
    static final int NODES = 3;
    private static final int PUBLISHERS_PER_NODE = 2;
    private static final int MOST_EVENTS = 8;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final HistorySettings BOUNDS = new HistorySettings(1_000_000, Duration.ofDays(1), 256 << 20, 1000);

    private final RedisServer server;
    private final RedisScript append;
    private final Durability durability;
    private final SystemTicker ticker = new SystemTicker();
    private final ExecutorService done = Executors.newSingleThreadExecutor();
    private final List<StallingProxy> proxies = new ArrayList<>();
    private final AtomicReferenceArray<Node> nodes = new AtomicReferenceArray<>(NODES);
    private final List<Thread> publishers = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final AtomicLong names = new AtomicLong();
    private volatile boolean stopping;

    /** Publishers share it; whoever has it alone has silence. */
    private final ReentrantReadWriteLock turns = new ReentrantReadWriteLock(true);

    /** What publishers were told: the position of each event. */
    private final Map<String, Long> answered = new ConcurrentHashMap<>();

    /** Events that are surely not in the log, as publishers were told. */
    private final Map<String, Boolean> refused = new ConcurrentHashMap<>();

    private record Node(RedisSharedLog log, GroupAppend group, Watcher watcher) {}

    CrashingCluster(RedisServer server, RedisScript append) throws Exception {
        this(server, append, Durability.ALWAYS);
    }

    CrashingCluster(RedisServer server, RedisScript append, Durability durability) throws Exception {
        this.server = server;
        this.durability = durability;
        this.append = append;
        for (int i = 0; i < NODES; i++) {
            proxies.add(new StallingProxy(server.port()));
            startNode(i);
        }
        for (int i = 0; i < NODES * PUBLISHERS_PER_NODE; i++) {
            int number = i % NODES;
            Thread publisher = new Thread(() -> publish(number), "crash-publisher-" + i);
            publisher.start();
            publishers.add(publisher);
        }
    }

    private void startNode(int number) throws Exception {
        String url = "redis://127.0.0.1:" + proxies.get(number).port();
        RedisSharedLog log = new RedisSharedLog(settings(url), BOUNDS, append);
        SharedLog.Stand stand = attach(log);
        Watcher watcher = new Watcher(stand.head());
        watchers.add(watcher);
        log.follow(stand.head(), watcher);
        nodes.set(number, new Node(log, new GroupAppend(log, ticker, Duration.ofSeconds(4), done), watcher));
    }

    private ClusterSettings settings(String url) {
        return new ClusterSettings(
                url, null, "fanfare", durability, 0, Duration.ofSeconds(4), ClusterSettings.DEFAULT_LEASE);
    }

    private static SharedLog.Stand attach(SharedLog log) throws Exception {
        long end = System.nanoTime() + LONG.toNanos();
        while (true) {
            try {
                return log.attach(Known.NOTHING).toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /** A node ends in the middle of what it does, and another one takes its place. */
    void replaceNode(int number) throws Exception {
        Node dying = nodes.get(number);
        dying.log().close();
        dying.group().close();
        dying.watcher().ended = true;
        startNode(number);
    }

    /** Redis ends at once, and is there again a little later. */
    void killRedis(long awayMs) throws Exception {
        server.kill();
        TimeUnit.MILLISECONDS.sleep(awayMs);
        server.restart();
    }

    /** Redis stands still for a time. */
    void pauseRedis(long ms) throws Exception {
        server.pause();
        TimeUnit.MILLISECONDS.sleep(ms);
        server.unpause();
    }

    /** A node hears and says nothing for a time. */
    void stallNode(int number, long ms) throws Exception {
        proxies.get(number).stall();
        TimeUnit.MILLISECONDS.sleep(ms);
        proxies.get(number).goOn();
    }

    /** What a node sends arrives, and its answers are lost with its connections. */
    void loseAnswers(int number, long ms) throws Exception {
        proxies.get(number).swallowAnswers();
        TimeUnit.MILLISECONDS.sleep(ms);
        proxies.get(number).cut();
        proxies.get(number).goOn();
    }

    /** Runs for a time. */
    static void goOn(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(600));
    }

    private void publish(int number) {
        Random random = new Random(number);
        while (!stopping) {
            turns.readLock().lock();
            try {
                publishOnce(number, random);
            } finally {
                turns.readLock().unlock();
            }
        }
    }

    /** Does something while nobody publishes, and everybody has seen everything. */
    void whileAllKnowAll(Runnable task) throws Exception {
        turns.writeLock().lock();
        try {
            long head =
                    answered.values().stream().mapToLong(Long::longValue).max().orElse(0);
            for (Watcher each : watchers) {
                if (!each.ended) {
                    each.awaitPosition(head);
                }
            }
            task.run();
        } finally {
            turns.writeLock().unlock();
        }
    }

    private void publishOnce(int number, Random random) {
        List<String> texts = new ArrayList<>();
        int count = 1 + random.nextInt(MOST_EVENTS);
        for (int i = 0; i < count; i++) {
            texts.add("n" + number + ":" + names.incrementAndGet());
        }
        String key = random.nextBoolean() ? "key-" + texts.get(0) : null;
        List<byte[]> records = texts.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        publish(number, new Publication(records, List.of(), Long.MAX_VALUE, key, key == null ? "" : "content"), texts);
    }

    private void publish(int number, Publication publication, List<String> texts) {
        long end = System.nanoTime() + LONG.toNanos();
        while (System.nanoTime() - end < 0) {
            try {
                Outcome outcome = nodes.get(number)
                        .group()
                        .append(publication)
                        .toCompletableFuture()
                        .get(LONG.toSeconds(), TimeUnit.SECONDS);
                long first = outcome instanceof Appended appended ? appended.first() : ((Remembered) outcome).first();
                for (int i = 0; i < texts.size(); i++) {
                    answered.put(texts.get(i), first + i);
                }
                return;
            } catch (ExecutionException | CompletionException e) {
                if (publication.key() == null) {
                    if (e.getCause() instanceof HistoryUnavailable) {
                        texts.forEach(text -> refused.put(text, true));
                    } else if (!(e.getCause() instanceof OutcomeUnknown)) {
                        throw new IllegalStateException(e);
                    }
                    return;
                }
            } catch (TimeoutException | InterruptedException e) {
                throw new IllegalStateException("a publisher got no answer at all", e);
            }
        }
    }

    int answered() {
        return answered.size();
    }

    /** Whether what the log has by now is against the promise. */
    boolean isBroken() throws Exception {
        NavigableMap<Long, String> log = readLog();
        boolean hasTwice = Set.copyOf(log.values()).size() < log.size();
        return hasTwice
                || answered.entrySet().stream().anyMatch(each -> {
                    String there = log.get(each.getValue());
                    return there != null && !there.equals(each.getKey());
                });
    }

    /** Ends publishing and says what is against the promise. */
    List<String> violations(boolean mayLose) throws Exception {
        stopping = true;
        for (Thread each : publishers) {
            each.join(2 * LONG.toMillis());
        }
        List<String> violations = new ArrayList<>();
        NavigableMap<Long, String> log = readLog();
        long head = log.isEmpty() ? 0 : log.lastKey();
        Map<String, Long> places = new HashMap<>();
        log.forEach((position, text) -> {
            Long other = places.put(text, position);
            if (other != null) {
                violations.add(text + " is in the log twice, at " + other + " and " + position);
            }
        });
        Map<Long, String> given = new HashMap<>(log);
        answered.forEach((text, position) -> {
            String other = given.putIfAbsent(position, text);
            if (other != null && !other.equals(text)) {
                violations.add("position " + position + " was answered for " + text + " and holds " + other);
            }
            if (!mayLose && !position.equals(places.get(text))) {
                violations.add(text + " was answered with " + position + " and is at " + places.get(text));
            }
        });
        for (String text : refused.keySet()) {
            if (places.containsKey(text)) {
                violations.add(text + " was refused and is at " + places.get(text));
            }
        }
        for (Watcher each : watchers) {
            each.compare(given, log, each.ended ? -1 : head, mayLose, violations);
        }
        return violations;
    }

    /** Like {@link #violations}, also for a log that can't even be read. */
    List<String> violationsOrFailure() throws Exception {
        try {
            return violations(false);
        } catch (ExecutionException e) {
            return List.of("the log can't be read: " + e.getCause());
        }
    }

    private NavigableMap<Long, String> readLog() throws Exception {
        NavigableMap<Long, String> log = new TreeMap<>();
        try (RedisSharedLog reader = new RedisSharedLog(settings(server.url()), BOUNDS, append)) {
            attach(reader);
            long cursor = 0;
            while (true) {
                Stretch stretch = reader.read(cursor, 1000, 1 << 20)
                        .toCompletableFuture()
                        .get(LONG.toSeconds(), TimeUnit.SECONDS);
                if (stretch.events().isEmpty()) {
                    return log;
                }
                stretch.events().forEach(each -> log.put(each.position(), text(each)));
                cursor = stretch.upTo();
            }
        }
    }

    private static String text(Stored event) {
        return new String(event.record(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stopping = true;
        for (int i = 0; i < NODES; i++) {
            Node each = nodes.get(i);
            if (each != null) {
                each.group().close();
                each.log().close();
            }
        }
        for (Thread each : publishers) {
            each.join(LONG.toMillis());
        }
        for (StallingProxy each : proxies) {
            each.close();
        }
        ticker.close();
        done.shutdownNow();
    }

    /** What one node sees. Thread-safe. */
    private static final class Watcher implements SharedLog.Follower {
        private final long from;

        @GuardedBy("this")
        private final NavigableMap<Long, String> seen = new TreeMap<>();

        @GuardedBy("this")
        private final List<String> faults = new ArrayList<>();

        @GuardedBy("this")
        private SharedLog.@Nullable Stand stand;

        private volatile boolean ended;

        Watcher(long from) {
            this.from = from;
        }

        @Override
        public synchronized void events(List<Stored> events) {
            for (Stored each : events) {
                long last = seen.isEmpty() ? from : seen.lastKey();
                if (each.position() <= last) {
                    faults.add("a follower got " + each.position() + " after " + last);
                } else if (each.position() != last + 1 && !isBegin(each.position())) {
                    faults.add("a follower got " + each.position() + " after " + last + " without a new life");
                }
                seen.put(each.position(), text(each));
            }
        }

        @GuardedBy("this")
        private boolean isBegin(long position) {
            return stand != null && stand.lives().stream().anyMatch(life -> life.from() == position);
        }

        @Override
        public synchronized void stand(SharedLog.Stand heard) {
            stand = heard;
        }

        @Override
        public void away(String why) {
            // it will be back
        }

        @Override
        public void back() {
            // what was missed comes as events
        }

        synchronized long last() {
            return seen.isEmpty() ? from : seen.lastKey();
        }

        private void awaitPosition(long head) throws InterruptedException {
            long end = System.nanoTime() + LONG.toNanos();
            while (last() < head && System.nanoTime() - end < 0) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }

        /** @param head what a follower that goes on has to reach; -1 for one that has ended */
        void compare(
                Map<Long, String> given,
                NavigableMap<Long, String> log,
                long head,
                boolean mayLose,
                List<String> violations)
                throws InterruptedException {
            awaitPosition(head);
            synchronized (this) {
                violations.addAll(faults);
                if (last() < head) {
                    violations.add("a follower is at " + last() + ", and the log at " + head);
                }
                seen.forEach((position, text) -> {
                    String other = given.putIfAbsent(position, text);
                    if (other != null && !other.equals(text)) {
                        violations.add(
                                "position " + position + " was " + text + " for one and " + other + " for another");
                    }
                    if (!mayLose && !log.containsKey(position)) {
                        violations.add(text + " was seen at " + position + " and is gone");
                    }
                });
                if (!mayLose) {
                    log.subMap(from, false, last(), true).forEach((position, text) -> {
                        if (!seen.containsKey(position)) {
                            violations.add(text + " at " + position + " was not seen by a follower");
                        }
                    });
                }
            }
        }
    }
}
