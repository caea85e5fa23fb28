package dev.fanfare.bench;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.sqlite.SqliteHistory;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.log.LogMode;
import dev.fanfare.log.Page;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.WriterLoops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the history in a file, with events of 200 bytes: durable publishing beside bare one-row commits, starting, finding
 * a place and reading on from it with few and with many events stored.
 */
@Command(name = "history", mixinStandardHelpOptions = true, description = "Measures the history in a file.")
final class HistoryBenchmark implements Callable<Integer> {
    private static final String DATA = "x".repeat(200);
    private static final int TOPICS = 1000;
    private static final int PAGE = 256;
    private static final int WARM_UP = 200;
    private static final int LOOK_UPS = 500;

    @Option(names = "--directory", defaultValue = "target/history-benchmark", description = "On the disk to measure.")
    private Path directory = Path.of("target/history-benchmark");

    @Option(names = "--events", split = ",", defaultValue = "1000,1000000", description = "How many are stored.")
    private List<Integer> stored = new ArrayList<>();

    @Option(names = "--seconds", defaultValue = "5", description = "How long events are published.")
    private int seconds;

    private HistoryBenchmark() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new HistoryBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(directory);
        for (int round = 1; round <= 3; round++) {
            double bare = bareCommits();
            double one = publish(1);
            report("round %d: bare one-row commit %.0f us, one publisher %.0f us (%.2f)", round, bare, one, one / bare);
            double per64 = publish(64);
            report("round %d: 64 publishers %,.0f events/s", round, 1e6 / per64);
        }
        for (int events : stored) {
            withStored(events);
        }
        return 0;
    }

    private static void report(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private Path fresh(String name) throws IOException {
        for (String suffix : List.of("", "-wal", "-shm", ".lock")) {
            Files.deleteIfExists(directory.resolve(name + suffix));
        }
        return directory.resolve(name);
    }

    /** Microseconds for a commit of one row, as a program without this history would do it. */
    private double bareCommits() throws IOException, SQLException {
        Path path = fresh("bare.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                Statement control = connection.createStatement()) {
            control.execute("PRAGMA journal_mode=WAL");
            control.execute("PRAGMA synchronous=FULL");
            control.execute("CREATE TABLE event(position INTEGER PRIMARY KEY, topic TEXT, data TEXT)");
            control.execute("CREATE INDEX by_topic ON event(topic)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO event(topic, data) VALUES(?, ?)")) {
                long begin = System.nanoTime();
                long end = begin + Duration.ofSeconds(seconds).toNanos();
                long count = 0;
                while (System.nanoTime() < end) {
                    insert.setString(1, topic(count));
                    insert.setString(2, DATA);
                    insert.executeUpdate();
                    count++;
                }
                return (System.nanoTime() - begin) / 1e3 / count;
            }
        }
    }

    private static String topic(long number) {
        return "https://example.com/" + number % TOPICS;
    }

    private static Event event(long number) {
        return Event.builder().topic(topic(number)).data(DATA).build();
    }

    private interface Use {
        void with(SqliteHistory history, Hub hub) throws Exception;
    }

    private static void withHub(Path path, Use use) throws Exception {
        try (SystemTicker ticker = new SystemTicker();
                WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
                SqliteHistory history = SqliteHistory.open(HistorySettings.sqlite(path), ticker)) {
            use.with(
                    history,
                    new Hub(
                            history,
                            loops,
                            HubSettings.of(LogMode.RESUMABLE, 65_536, 64 << 20).replayMax(100_000)));
        }
    }

    /** Microseconds for an event, with so many threads that each wait for their answers. */
    private double publish(int threads) throws Exception {
        double[] micros = new double[1];
        withHub(fresh("publish.db"), (history, hub) -> {
            publishFor(hub, threads, Duration.ofSeconds(2));
            long begin = System.nanoTime();
            long count = publishFor(hub, threads, Duration.ofSeconds(seconds));
            micros[0] = (System.nanoTime() - begin) / 1e3 / count;
            report(
                    "  %,d events in %,d commits",
                    history.stats().committedEvents(), history.stats().commits());
        });
        return micros[0];
    }

    private static long publishFor(Hub hub, int threads, Duration time) throws InterruptedException {
        AtomicLong count = new AtomicLong();
        long end = System.nanoTime() + time.toNanos();
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() < end) {
                    hub.publish(event(count.getAndIncrement()))
                            .toCompletableFuture()
                            .join();
                }
            });
            all.add(thread);
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        return count.get();
    }

    private void withStored(int events) throws Exception {
        Path path = fresh("stored-" + events + ".db");
        withHub(path, (history, hub) -> {
            for (int i = 0; i < events; i += 1000) {
                List<Event> some = new ArrayList<>();
                for (int j = i; j < Math.min(events, i + 1000); j++) {
                    some.add(Event.builder()
                            .id("urn:event:" + j)
                            .topic(topic(j))
                            .data(DATA)
                            .build());
                }
                history.append(some).toCompletableFuture().join();
            }
        });
        long begin = System.nanoTime();
        withHub(path, (history, hub) -> {
            report(
                    "%,d stored, file %,d bytes: open %d ms",
                    events, Files.size(path), (System.nanoTime() - begin) / 1_000_000);
            long far = events - 500L; // as far behind in both
            Selector exact = Selector.parse(topic(0));
            report(
                    "  by id and a page of a topic:     %s",
                    times(() -> {
                        hub.locate("urn:event:" + far).toCompletableFuture().join();
                        history.read(far, Set.of(exact), PAGE)
                                .toCompletableFuture()
                                .join();
                    }));
            report(
                    "  by id and a page of everything:  %s",
                    times(() -> {
                        hub.locate("urn:event:" + far).toCompletableFuture().join();
                        history.read(far, Set.of(Selector.parse("*")), PAGE)
                                .toCompletableFuture()
                                .join();
                    }));
            report(
                    "  newest event of a topic:         %s",
                    times(() -> history.last(new Topic(topic(7)))
                            .toCompletableFuture()
                            .join()));
            readAll(history, events);
        });
    }

    private static String times(Runnable lookUp) {
        long[] nanos = new long[LOOK_UPS];
        for (int i = -WARM_UP; i < LOOK_UPS; i++) {
            long begin = System.nanoTime();
            lookUp.run();
            if (i >= 0) {
                nanos[i] = System.nanoTime() - begin;
            }
        }
        Arrays.sort(nanos);
        return String.format(
                Locale.ROOT,
                "median %.0f us, p99 %.0f us",
                nanos[LOOK_UPS / 2] / 1e3,
                nanos[LOOK_UPS * 99 / 100] / 1e3);
    }

    private static void readAll(SqliteHistory history, int events) {
        Set<Selector> everything = Set.of(Selector.parse("*"));
        long begin = System.nanoTime();
        long after = 0;
        long count = 0;
        while (after < history.head()) {
            Page page =
                    history.read(after, everything, PAGE).toCompletableFuture().join();
            count += page.events().size();
            after = page.upTo();
        }
        double took = (System.nanoTime() - begin) / 1e9;
        if (count != events) {
            throw new IllegalStateException(count + " events read of " + events);
        }
        report(
                "  read from the first to the last: %,.0f events/s, %.1f MB/s of data",
                count / took, count * 200 / took / 1e6);
    }
}
