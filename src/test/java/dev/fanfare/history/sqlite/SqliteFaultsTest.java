package dev.fanfare.history.sqlite;

import static dev.fanfare.history.Histories.ROOMY;
import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.event;
import static dev.fanfare.history.Histories.everything;
import static dev.fanfare.history.Histories.join;
import static dev.fanfare.history.Histories.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.stream.Ticker;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a history does while its disk or its file fails, and that it recovers without a hole. */
class SqliteFaultsTest extends SqliteFixture {
    @Test
    void anOldEventThatIsDamagedIsToldWhenItIsRead() throws Exception {
        SqliteHistory history = open();
        append(history, event("needle-in-a-haystack", "a"));
        for (int i = 0; i < 20; i++) {
            append(history, numbered(100, "b"));
        }
        closeWhole(history);
        overwrite("needle-in-a-haystack", "noodle-in-a-haystack");
        SqliteHistory next = open(sqlite(ROOMY, path()), new ManualTicker()); // which does not look again by itself
        assertThatThrownBy(() -> read(next, 0, 10, "a")).hasCauseInstanceOf(HistoryUnavailable.class);
        assertThat(next.fault()).contains("the file is damaged");
        assertThat(read(next, 1, 10, "b").events()).hasSize(10);
        assertThat(next.fault()).isEmpty();
    }

    @Test
    void aFaultThatTrimmingRunsIntoEverySecondIsToldOnce() throws Exception {
        SqliteHistory history = open();
        append(history, event("needle-in-a-haystack", "a"));
        for (int i = 0; i < 20; i++) {
            append(history, numbered(100, "b"));
        }
        closeWhole(history);
        overwrite("needle-in-a-haystack", "noodle-in-a-haystack");
        ManualTicker manual = new ManualTicker();
        HistorySettings smaller = new HistorySettings(100, Duration.ofDays(1), 1L << 30, 0);
        try (RecordedLog log = new RecordedLog(SqliteKeeper.class.getName())) {
            SqliteHistory next = open(sqlite(smaller, path()), manual);
            assertThat(read(next, 1, 10, "b").events()).hasSize(10);
            for (int seconds = 1; seconds <= 3; seconds++) {
                int failures = seconds;
                manual.advance(Duration.ofSeconds(1));
                await().until(() -> next.stats().failedCommits() == failures);
                await().until(() -> next.fault().isPresent());
            }
            assertThat(log.count(Level.SEVERE)).isEqualTo(1);
            assertThat(log.count(Level.INFO)).isZero();
        }
    }

    /** An open transaction of another program is a write error that ends. */
    @Test
    void afterAWriteErrorItGoesOnWithoutAHoleAndWithAllThatWasAcknowledged() throws Exception {
        SqliteHistory history = open();
        append(history, event("1", "a"), event("2", "a"));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            assertThatThrownBy(() -> append(history, event("lost", "a")))
                    .hasCauseInstanceOf(HistoryUnavailable.class)
                    .hasMessageContaining("another program has locked the file");
            assertThat(history.fault()).contains("another program has locked the file");
            assertThat(history.head()).isEqualTo(2);
            assertThat(history.stats().failedCommits()).isPositive();
        }
        // Without anybody who publishes: a server that is not ready gets no requests.
        await().atMost(Duration.ofSeconds(60)).until(() -> history.fault().isEmpty());
        assertThat(append(history, event("3", "a"))).isEqualTo(3);
        history.close();
        assertThat(everything(open()))
                .extracting(logged -> logged.event().data())
                .containsExactly("1", "2", "3");
    }

    @Test
    void aFullDiskIsToldAndOutlived() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString()),
                "a small file system can't be mounted here");
        try {
            fillAndFree(disk);
        } finally {
            closeAll();
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void fillAndFree(Path disk) throws Exception {
        Path ballast = Files.write(disk.resolve("ballast"), new byte[1 << 20]);
        Path path = disk.resolve("fanfare.db");
        SqliteHistory history = open(sqlite(ROOMY, path), ticker);
        List<String> acknowledged = new ArrayList<>();
        Throwable failure = null;
        for (int i = 0; failure == null; i++) {
            String data = i + "x".repeat(1000);
            try {
                join(history.append(List.of(event(data, "t" + i))));
                acknowledged.add(data);
            } catch (CompletionException e) {
                failure = e.getCause();
            }
        }
        assertThat(failure).isInstanceOf(HistoryUnavailable.class).hasMessageContaining("the disk is full");
        assertThat(history.fault()).contains("the disk is full");
        assertThat(history.head()).isEqualTo(acknowledged.size());
        assertThat(everything(history))
                .extracting(logged -> logged.event().data())
                .isEqualTo(acknowledged);
        Files.delete(ballast);
        await().atMost(Duration.ofSeconds(60)).until(() -> history.fault().isEmpty());
        assertThat(append(history, event("more", "a"))).isEqualTo(acknowledged.size() + 1);
        acknowledged.add("more");
        history.close();
        SqliteHistory next = open(sqlite(ROOMY, path), ticker);
        assertThat(everything(next)).extracting(logged -> logged.event().data()).isEqualTo(acknowledged);
    }

    @Test
    void aFileThatIsTakenAwayWhileInUseIsTold() throws Exception {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        Path moved = Files.move(path(), directory.resolve("moved.db"));
        assertThatThrownBy(() -> append(history, event("lost", "a")))
                .hasCauseInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("deleted or replaced");
        assertThat(history.fault()).isPresent();
        Files.move(moved, path());
        assertThat(append(history, event("2", "a"))).isEqualTo(2);
        assertThat(history.fault()).isEmpty();
    }

    /** SQLite would make an empty file in its place, and throw away the write-ahead log of one that is not there. */
    @Test
    void aFileThatIsTakenAwayAndReadMeanwhileHasAllWhenItIsBack() throws Exception {
        SqliteHistory history = open();
        append(history, Event.builder().topic("a").id("mine").data("1").build());
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        var slow = history.find(new EventId("mine"), event -> {
                    reading.countDown();
                    return awaited(go);
                })
                .toCompletableFuture();
        assertThat(awaited(reading)).isTrue();
        Path moved = Files.move(path(), directory.resolve("moved.db"));
        assertThatThrownBy(() -> append(history, event("lost", "a"))).hasCauseInstanceOf(HistoryUnavailable.class);
        assertThatThrownBy(() -> read(history, 0, 10, "a")).hasCauseInstanceOf(HistoryUnavailable.class);
        assertThat(path()).doesNotExist();
        go.countDown();
        join(slow);
        Files.move(moved, path());
        assertThat(append(history, event("2", "a"))).isEqualTo(2);
        history.close();
        assertThat(everything(open()))
                .extracting(logged -> logged.event().data())
                .containsExactly("1", "2");
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Without anybody who reads: a server that is not ready gets no requests. */
    @Test
    void aFaultOfReadingIsOverOnceTheFileCanBeRead() throws Exception {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        Path moved = Files.move(path(), directory.resolve("moved.db"));
        assertThatThrownBy(() -> read(history, 0, 10, "a")).hasCauseInstanceOf(HistoryUnavailable.class);
        assertThat(history.fault()).isPresent();
        Files.move(moved, path());
        await().atMost(Duration.ofSeconds(60)).until(() -> history.fault().isEmpty());
    }

    @Test
    void anErrorInALookUpIsToldAndLeavesNoConnectionOpen() throws Exception {
        SqliteHistory history = open();
        append(history, Event.builder().topic("a").id("mine").data("1").build());
        EventId id = new EventId("mine");
        assertThat(join(history.find(id, event -> true))).hasValue(1);
        long before = descriptors();
        for (int i = 0; i < 10; i++) {
            var found = history.find(id, event -> {
                throw new StackOverflowError("told to fail");
            });
            assertThatThrownBy(() -> join(found)).hasCauseInstanceOf(StackOverflowError.class);
        }
        assertThat(join(history.find(id, event -> true))).hasValue(1);
        await().until(() -> descriptors() <= before);
    }

    /** How many descriptors of this process are on the file and what lies beside it; 0 where that can't be seen. */
    private long descriptors() throws IOException {
        Path all = Path.of("/proc/self/fd");
        if (!Files.isDirectory(all)) {
            return 0;
        }
        long count = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(all)) {
            for (Path one : open) {
                count += Files.isSymbolicLink(one) && target(one).startsWith(path().toString()) ? 1 : 0;
            }
        }
        return count;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) { // closed meanwhile
            return "";
        }
    }

    /** Time that stands still, and that can be made to fail. */
    private static final class FailingTicker implements Ticker {
        private final ManualTicker ticker = new ManualTicker();
        private final AtomicBoolean failing = new AtomicBoolean();

        @Override
        public long nanos() {
            if (Thread.currentThread().getName().equals("fanfare-history") && failing.getAndSet(false)) {
                throw new IllegalStateException("told to fail");
            }
            return ticker.nanos();
        }

        @Override
        public Instant now() {
            return ticker.now();
        }

        @Override
        public Alarm schedule(Duration delay, Runnable task) {
            return ticker.schedule(delay, task);
        }
    }

    /** A disk may report that a commit failed which it has; here somebody else makes the file look so. */
    @Test
    void aFailedCommitThatTheDiskHasNeverthelessIsTakenBackAlsoIfItLetAllOthersGo() throws Exception {
        FailingTicker time = new FailingTicker();
        HistorySettings two = new HistorySettings(2, Duration.ofDays(1), LEAST_BYTES, 0);
        SqliteHistory history = open(sqlite(two, path()), time);
        append(history, event("1", "a"), event("2", "a"), event("3", "a"));
        execute("INSERT INTO event SELECT position + 3, stamp, record FROM event");
        execute("INSERT INTO topic_event SELECT topic, position + 3 FROM topic_event");
        execute("DELETE FROM event WHERE position < 6");
        execute("DELETE FROM topic_event WHERE position < 6");
        execute("UPDATE meta SET value = 5 WHERE name = 'kept'");
        time.failing.set(true);
        assertThatThrownBy(() -> append(history, event("lost", "a"))).hasCauseInstanceOf(HistoryUnavailable.class);

        assertThat(append(history, event("4", "a"), event("5", "a"))).isEqualTo(4);
        assertThat(read(history, 3, 10, "a").events())
                .extracting(logged -> logged.event().data())
                .containsExactly("4", "5");
        history.close();
        assertThat(open(sqlite(two, path()), time).head()).isEqualTo(5);
    }
}
