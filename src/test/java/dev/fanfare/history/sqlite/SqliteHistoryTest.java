package dev.fanfare.history.sqlite;

import static dev.fanfare.history.HistoryContract.ROOMY;
import static dev.fanfare.history.HistoryContract.append;
import static dev.fanfare.history.HistoryContract.appendNumbered;
import static dev.fanfare.history.HistoryContract.event;
import static dev.fanfare.history.HistoryContract.everything;
import static dev.fanfare.history.HistoryContract.join;
import static dev.fanfare.history.HistoryContract.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Topic;
import dev.fanfare.history.HistoryContract;
import dev.fanfare.history.HistoryHolder;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.Receipts.Receipt;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.Ticker;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.Pipes;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class SqliteHistoryTest {
    private static final long LEAST_BYTES = SqliteKeeper.LEAST_BYTES;

    @TempDir
    Path directory;

    private final List<SqliteHistory> opened = new ArrayList<>();
    private final SystemTicker ticker = new SystemTicker();

    static HistorySettings sqlite(HistorySettings settings, Path path) {
        return new HistorySettings(
                HistorySettings.Store.SQLITE,
                path,
                settings.maxEvents(),
                settings.maxAge(),
                settings.maxBytes(),
                settings.replayMax());
    }

    private Path path() {
        return directory.resolve("a b'%?#\u20AC.db");
    }

    private SqliteHistory open() {
        return open(sqlite(ROOMY, path()), ticker);
    }

    private SqliteHistory open(HistorySettings settings, Ticker time) {
        SqliteHistory history = SqliteHistory.open(settings, time);
        opened.add(history);
        return history;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(SqliteHistory::close);
        ticker.close();
    }

    private static Path beside(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void theFilesOfAHistoryAreTheirOwnersAlone() throws IOException {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        for (String suffix : List.of("", "-wal", "-shm", ".lock")) {
            assertThat(mode(beside(path(), suffix))).as(suffix).isEqualTo("rw-------");
        }
    }

    @Test
    void aModeThatTheOperatorGaveIsKept() throws IOException {
        Files.createFile(path());
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-r-----"));
        append(open(), event("1", "a"));
        assertThat(mode(path())).isEqualTo("rw-r-----");
        assertThat(mode(beside(path(), "-wal"))).isEqualTo("rw-r-----");
        closeAll();
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-rw----"));
        append(open(), event("2", "a"));
        assertThat(mode(path())).isEqualTo("rw-rw----");
        assertThat(mode(beside(path(), "-wal"))).isEqualTo("rw-rw----");
    }

    @Test
    void whatIsNoFileIsRefusedInWordsAndLeftAsItIs() throws Exception {
        Path pipe = Pipes.make(directory.resolve("pipe"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/null"));
        for (Path no : List.of(pipe, link, Path.of("/dev/null"))) {
            assertThatThrownBy(() -> open(sqlite(ROOMY, no), ticker))
                    .isInstanceOfSatisfying(
                            HistoryRefused.class,
                            refused -> assertThat(refused.mayPass()).isFalse())
                    .hasMessageContaining(no.toString())
                    .hasMessageContaining("a device, a pipe or a socket; it must name a file");
        }
        assertThatThrownBy(() -> open(sqlite(ROOMY, directory), ticker))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("is a directory; it must name a file");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
            assertThat(left).containsExactlyInAnyOrder(pipe, link);
        }
    }

    /** Before the file is made and after it; through two links, the second of which is relative. */
    @Test
    void aLinkIsFollowedAndNeverReplaced() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("real"));
        Path second = Files.createSymbolicLink(directory.resolve("second"), Path.of("real", "events.db"));
        Path link = Files.createSymbolicLink(path(), second);
        for (int i = 1; i <= 2; i++) {
            append(open(), event("" + i, "a"));
            closeAll();
            assertThat(Files.isSymbolicLink(link)).isTrue();
            assertThat(Files.isSymbolicLink(second)).isTrue();
            assertThat(folder.resolve("events.db")).isRegularFile();
        }
        assertThat(open().head()).isEqualTo(2);
    }

    @Test
    void aLinkThatLeadsToItselfIsRefused() throws IOException {
        Files.createSymbolicLink(path(), path());
        assertThatThrownBy(this::open).isInstanceOf(HistoryRefused.class).hasMessageContaining("can't be reached");
    }

    @Test
    void aDeletedFileIsAnotherLog() throws IOException {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        history.close();
        Files.delete(path());
        SqliteHistory next = open();
        assertThat(next.epoch()).isNotEqualTo(history.epoch());
        assertThat(next.head()).isZero();
    }

    @Test
    void aFileInUseIsRefusedUntilItIsLetGo() {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        for (int i = 0; i < 2; i++) { // a refusal must not undo the lock either
            assertThatThrownBy(this::open)
                    .isInstanceOf(HistoryRefused.class)
                    .hasMessageContaining("in use by this process");
        }
        history.close();
        assertThat(open().head()).isEqualTo(1);
    }

    @Test
    void aFileThatAnotherProcessUsesIsRefusedUntilThatIsKilled() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HistoryHolder.class.getName(),
                        path().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('1');
            assertThatThrownBy(this::open)
                    .isInstanceOf(HistoryRefused.class)
                    .hasMessageContaining("in use by process " + other.pid());
            other.destroyForcibly().waitFor();
            assertThat(open().head()).isEqualTo(1);
        } finally {
            other.destroyForcibly();
        }
    }

    private void assertRefusedAndLeftAlone(String words) throws IOException {
        byte[] before = Files.readAllBytes(path());
        assertThatThrownBy(this::open).isInstanceOf(HistoryRefused.class).hasMessageContaining(words);
        assertThat(Files.readAllBytes(path())).isEqualTo(before);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aFileOfAnotherKindIsRefusedAndLeftAlone() throws Exception {
        Files.writeString(path(), "my thesis");
        assertRefusedAndLeftAlone("is not a history of Fanfare");
        Files.writeString(path(), "my thesis".repeat(1000));
        assertRefusedAndLeftAlone("is not a history of Fanfare");
        Files.delete(path());
        execute("CREATE TABLE event(position INTEGER PRIMARY KEY)");
        assertRefusedAndLeftAlone("is not a history of Fanfare");
    }

    @Test
    void aFileOfAnotherLayoutIsRefused() throws Exception {
        open().close();
        execute("PRAGMA user_version=99");
        assertRefusedAndLeftAlone("has layout 99");
    }

    @Test
    void aTornFileIsRefusedAndLeftAlone() throws Exception {
        SqliteHistory history = open();
        appendNumbered(history, 500, "a");
        history.close();
        try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
            file.setLength(file.length() - 4096);
        }
        assertRefusedAndLeftAlone("is damaged");
        try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
            file.setLength(50);
        }
        assertRefusedAndLeftAlone("is not a history of Fanfare");
    }

    @Test
    void aFileWhoseNewestEventIsDamagedIsRefused() throws Exception {
        SqliteHistory history = open();
        append(history, event("1", "a"), event("needle-in-a-haystack", "a"));
        history.close();
        overwrite("needle-in-a-haystack", "noodle-in-a-haystack");
        assertRefusedAndLeftAlone("the checksum of an event does not fit");
    }

    private void overwrite(String text, String other) throws IOException {
        String bytes = Files.readString(path(), StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains(text);
        Files.writeString(path(), bytes.replace(text, other), StandardCharsets.ISO_8859_1);
    }

    @Test
    void anOldEventThatIsDamagedIsToldWhenItIsRead() throws Exception {
        SqliteHistory history = open();
        append(history, event("needle-in-a-haystack", "a"));
        for (int i = 0; i < 20; i++) {
            append(history, numbered(100, "b"));
        }
        history.close();
        overwrite("needle-in-a-haystack", "noodle-in-a-haystack");
        SqliteHistory next = open();
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
        history.close();
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

    private static Event[] numbered(int count, String topic) {
        Event[] events = new Event[count];
        for (int i = 0; i < count; i++) {
            events[i] = event("" + i, topic);
        }
        return events;
    }

    @Test
    void aWriteAheadLogWhoseFileIsGoneIsRefusedAndLeftAlone() throws IOException {
        Path wal = beside(path(), "-wal");
        Files.writeString(wal, "events");
        assertThatThrownBy(this::open).isInstanceOf(HistoryRefused.class).hasMessageContaining("is not there, but");
        assertThat(wal).hasContent("events");
    }

    @Test
    void aPlaceThatCantBeIsRefused() throws IOException {
        Path none = directory.resolve("none").resolve("a.db");
        assertThatThrownBy(() -> open(sqlite(ROOMY, none), ticker))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("there is no directory");
        assertThatThrownBy(() -> open(sqlite(ROOMY, directory), ticker))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("is a directory");
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

    @Test
    void moreThanMayWaitIsRefusedAtOnce() throws Exception {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        List<CompletableFuture<Long>> waiting = new ArrayList<>();
        Throwable refusal = null;
        Event large = event("x".repeat(1 << 20), "a");
        while (refusal == null && waiting.size() < 10_000) {
            CompletableFuture<Long> stage = history.append(List.of(large)).toCompletableFuture();
            waiting.add(stage);
            refusal = stage.isCompletedExceptionally() ? refusalOf(stage) : null;
        }
        assertThat(refusal).isInstanceOf(HistoryUnavailable.class).hasMessageContaining("publishers wait");
        waiting.remove(waiting.size() - 1);
        long expected = 2;
        for (CompletableFuture<Long> stage : waiting) {
            assertThat(join(stage)).isEqualTo(expected++);
        }
        assertThat(append(history, event("2", "a"))).isEqualTo(expected);
    }

    private static Throwable refusalOf(CompletableFuture<Long> stage) {
        Throwable error = stage.handle((ok, told) -> told).join();
        return error instanceof CompletionException ? error.getCause() : error;
    }

    @Test
    void closingCommitsWhatWaits() {
        SqliteHistory history = open();
        List<CompletableFuture<Long>> stages = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            stages.add(history.append(List.of(event("" + i, "a"))).toCompletableFuture());
        }
        history.close();
        assertThat(stages).allMatch(CompletableFuture::isDone).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(open().head()).isEqualTo(500);
    }

    @Test
    void closingInAnInterruptedThreadCommitsWhatWaits() {
        SqliteHistory history = open();
        List<CompletableFuture<Long>> stages = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            stages.add(history.append(List.of(event("" + i, "a"))).toCompletableFuture());
        }
        Thread.currentThread().interrupt();
        history.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(stages).allMatch(CompletableFuture::isDone).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(open().head()).isEqualTo(500);
    }

    /** Another process may have the file by then. */
    @Test
    void whatCouldNotBeCommittedInTimeIsNotCommittedAfterTheClose() throws Exception {
        SqliteHistory history =
                open(sqlite(new HistorySettings(1000, Duration.ofDays(1), LEAST_BYTES, 0), path()), ticker);
        append(history, event("1", "a"));
        List<CompletableFuture<Long>> stages = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            for (int i = 0; i < 6; i++) { // of which each takes a commit of its own, which fails after two seconds
                stages.add(
                        history.append(List.of(event("x".repeat(600_000), "a"))).toCompletableFuture());
            }
            history.close();
        }
        assertThat(refusalOf(stages.get(0))).isInstanceOf(OutcomeUnknown.class);
        assertThat(stages.subList(1, stages.size()))
                .allSatisfy(stage -> assertThat(refusalOf(stage)).isInstanceOf(HistoryUnavailable.class));
        SqliteHistory next = await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(HistoryRefused.class)
                .until(this::open, found -> true);
        // What was being written when the history was closed may have been kept; nobody else's event is there.
        assertThat(next.head()).isBetween(1L, 2L);
    }

    @Test
    void stagesCompleteInTheOrderOfTheLog() {
        SqliteHistory history = open();
        List<Long> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            stages.add(history.append(List.of(event("" + i, "a")))
                    .thenAccept(order::add)
                    .toCompletableFuture());
        }
        stages.forEach(HistoryContract::join);
        assertThat(order).hasSize(2000).isSorted();
    }

    @Test
    void fileAndWriteAheadLogStayWithinTheirBoundAndHoldMostOfIt() throws Exception {
        HistorySettings settings = new HistorySettings(1_000_000, Duration.ofDays(1), LEAST_BYTES, 0);
        SqliteHistory history = open(sqlite(settings, path()), ticker);
        Random random = new Random(1);
        long most = 0;
        List<CompletableFuture<Long>> stages = new ArrayList<>();
        long written = 0;
        for (int i = 0; written < 5 * LEAST_BYTES; i++) {
            int size = random.nextInt(50) == 0 ? random.nextInt(900_000) : random.nextInt(3000);
            written += size;
            stages.add(history.append(List.of(Event.builder()
                            .id("id" + i)
                            .topic("topic" + random.nextInt(100_000))
                            .data("x".repeat(size))
                            .build()))
                    .toCompletableFuture());
            if (i % 20 == 0) {
                stages.forEach(HistoryContract::join);
                stages.clear();
                most = Math.max(most, bytesOnDisk());
            }
        }
        stages.forEach(HistoryContract::join);
        assertThat(most).isLessThanOrEqualTo(LEAST_BYTES + LEAST_BYTES / 4);
        assertThat(history.keptAfter()).isPositive();
        assertThat(history.stats().bytes()).isBetween(LEAST_BYTES / 2, LEAST_BYTES);
        List<LogEntry> kept = everything(history);
        assertThat(kept.get(kept.size() - 1).position()).isEqualTo(history.head());
        assertThat(kept).extracting(LogEntry::position).isSorted().doesNotHaveDuplicates();
    }

    /** In the profile {@code stress}, as it writes gigabytes. */
    @Test
    @EnabledIfSystemProperty(named = "test.kills", matches = "\\d{2,}")
    @Timeout(900)
    void aMillionTopicsAreFoundAndStayWithinTheBound() throws Exception {
        long maxBytes = 4 * LEAST_BYTES;
        SqliteHistory history =
                open(sqlite(new HistorySettings(1_000_000, Duration.ofDays(1), maxBytes, 0), path()), ticker);
        long most = 0;
        for (int i = 0; i < 1200; i++) {
            Event.Builder event = Event.builder().data("" + i);
            for (int j = 0; j < 1000; j++) {
                event.topic(manyTopic(i * 1000 + j));
            }
            append(history, event.build());
            most = Math.max(most, bytesOnDisk());
        }
        assertThat(most).isBetween(maxBytes / 2, maxBytes + maxBytes / 4);
        long kept = history.keptAfter();
        assertThat(kept).isBetween(1L, 600L);
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            int number = random.nextInt(1_200_000);
            int event = number / 1000;
            assertThat(join(history.last(new Topic(manyTopic(number))))
                            .map(found -> found.event().data()))
                    .isEqualTo(event >= kept ? Optional.of("" + event) : Optional.empty());
        }
    }

    private static String manyTopic(int number) {
        return "https://example.com/of/a/million/" + number;
    }

    private long bytesOnDisk() throws IOException {
        return Files.size(path()) + Files.size(beside(path(), "-wal"));
    }

    @Test
    void aFileOpenedWithALowerBoundShrinks() throws Exception {
        SqliteHistory history = open();
        for (int i = 0; i < 60; i++) {
            append(history, event("x".repeat(1 << 20), "a"));
        }
        history.close();
        assertThat(Files.size(path())).isGreaterThan(3 * LEAST_BYTES);
        SqliteHistory next =
                open(sqlite(new HistorySettings(1_000_000, Duration.ofDays(1), LEAST_BYTES, 0), path()), ticker);
        next.find(new EventId("x"), any -> true);
        await().atMost(Duration.ofSeconds(60)).until(() -> bytesOnDisk() <= LEAST_BYTES + LEAST_BYTES / 4);
        assertThat(everything(next)).isNotEmpty();
    }

    /** A clock that a test puts forward and back, beside the time that passes. */
    private static final class WrongClock implements Ticker {
        private final ManualTicker time;
        private Duration wrongBy = Duration.ZERO;

        WrongClock(ManualTicker time) {
            this.time = time;
        }

        @Override
        public long nanos() {
            return time.nanos();
        }

        @Override
        public Instant now() {
            return time.now().plus(wrongBy);
        }

        @Override
        public Alarm schedule(Duration delay, Runnable task) {
            return time.schedule(delay, task);
        }
    }

    @Test
    void aClockThatJumpsAgesNoEvent() {
        ManualTicker time = new ManualTicker();
        WrongClock clock = new WrongClock(time);
        HistorySettings settings = sqlite(new HistorySettings(1000, Duration.ofHours(1), LEAST_BYTES, 0), path());
        SqliteHistory history = open(settings, clock);
        append(history, event("1", "a"));
        clock.wrongBy = Duration.ofDays(365);
        time.advance(Duration.ofSeconds(2));
        append(history, event("2", "a"));
        clock.wrongBy = Duration.ofDays(-365);
        time.advance(Duration.ofSeconds(2));
        append(history, event("3", "a"));
        assertThat(history.keptAfter()).isZero();
        assertThat(history.stats().oldestAge()).isEqualTo(Duration.ofSeconds(4));
        history.close();

        SqliteHistory next = open(settings, clock); // a year before its events
        append(next, event("4", "a"));
        assertThat(next.stats().oldestAge()).isEqualTo(Duration.ofSeconds(4));
        time.advance(Duration.ofHours(1).minusSeconds(2));
        await().until(() -> next.keptAfter() == 1);
        assertThat(everything(next)).extracting(LogEntry::position).containsExactly(2L, 3L, 4L);
    }

    /** As docs/how-to/keep-history.md says it. */
    @ParameterizedTest
    @ValueSource(strings = {"VACUUM INTO '%s'", "backup to '%s'"})
    void aCopyMadeWhileInUseIsAWholeHistoryAndCanBeMadeAnotherLog(String backup) throws Exception {
        SqliteHistory history = open();
        appendNumbered(history, 500, "a");
        Path copy = directory.resolve("copy.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(String.format(backup, copy));
        }
        appendNumbered(history, 10, "a");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE meta SET value = lower(hex(randomblob(8))) WHERE name = 'epoch'");
        }
        SqliteHistory restored = open(sqlite(ROOMY, copy), ticker);
        assertThat(restored.epoch()).isNotEqualTo(history.epoch()).matches("[0-9a-f]{16}");
        assertThat(everything(restored)).isEqualTo(everything(history).subList(0, 500));
        assertThat(append(restored, event("501", "a"))).isEqualTo(501);
        assertThat(beside(copy, "-wal")).isNotEmptyFile();
    }

    @Test
    void aReceiptLivesAsLongAsItsEventsAndSurvivesAClose() {
        String key = "k".repeat(64);
        HistorySettings settings = sqlite(new HistorySettings(10, Duration.ofDays(1), LEAST_BYTES, 0), path());
        SqliteHistory history = open(settings, ticker);
        append(history, event("1", "a"));
        assertThat(join(history.find(key))).isEmpty();
        assertThat(join(history.append(List.of(event("2", "a"), event("3", "a")), key, "content{1}")))
                .isEqualTo(2);
        assertThat(join(history.append(List.of(), "e".repeat(64), "nothing{0}")))
                .isNotNull();
        history.close();
        SqliteHistory next = open(settings, ticker);
        assertThat(join(next.find(key))).contains(new Receipt("content{1}", 2));
        assertThat(join(next.find("e".repeat(64)))).isPresent();
        appendNumbered(next, 20, "a");
        await().until(() -> next.keptAfter() >= 3);
        assertThat(join(next.find(key))).isEmpty();
        assertThat(join(next.find("e".repeat(64)))).isEmpty();
    }

    /** A kill leaves the files as they are; here they are copied as they are and opened elsewhere. */
    @RepeatedTest(5)
    void isAListThatOutlivesKills() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ManualTicker time = new ManualTicker();
        List<Event> model = new ArrayList<>();
        int life = 0;
        HistorySettings bounds = new HistorySettings(50, Duration.ofMinutes(10), LEAST_BYTES, 0);
        SqliteHistory history = open(sqlite(bounds, directory.resolve("0.db")), time);
        String epoch = history.epoch();
        for (int step = 0; step < 200; step++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    List<Event> events = HistoryContract.randomEvents(random);
                    assertThat(join(history.append(events))).as("seed %d", seed).isEqualTo(model.size() + 1);
                    model.addAll(events);
                }
                case 3 -> time.advance(Duration.ofSeconds(random.nextInt(60)));
                case 4 -> {
                    Path from = directory.resolve(life + ".db");
                    if (random.nextBoolean()) {
                        history.close();
                        history = open(sqlite(bounds, from), time);
                    } else {
                        SqliteHistory killed = history;
                        await().until(() -> killed.stats().events() <= 50);
                        Path to = directory.resolve(++life + ".db");
                        Files.copy(from, to);
                        Files.copy(beside(from, "-wal"), beside(to, "-wal"));
                        history = open(sqlite(bounds, to), time);
                        killed.close();
                    }
                    assertThat(history.epoch()).isEqualTo(epoch);
                }
                default -> HistoryContract.compare(history, model, random, seed);
            }
        }
        HistoryContract.compare(history, model, random, seed);
    }
}
