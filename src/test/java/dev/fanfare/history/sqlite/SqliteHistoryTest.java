package dev.fanfare.history.sqlite;

import static dev.fanfare.history.Histories.ROOMY;
import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.appendNumbered;
import static dev.fanfare.history.Histories.event;
import static dev.fanfare.history.Histories.everything;
import static dev.fanfare.history.Histories.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Topic;
import dev.fanfare.history.Histories;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.Receipts.Receipt;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.TimedClose;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
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
import java.util.function.Consumer;
import java.util.logging.Level;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a history in a file does beside the contract: order, bounds, clocks, closing and copies. */
class SqliteHistoryTest extends SqliteFixture {
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
        assertCommitsWhatWaits(SqliteHistory::close);
    }

    @Test
    void closingInAnInterruptedThreadCommitsWhatWaits() {
        assertCommitsWhatWaits(history -> {
            Thread.currentThread().interrupt();
            history.close();
            assertThat(Thread.interrupted()).isTrue();
        });
    }

    /** Closing takes less than a second; what a busy machine has not committed by then is refused, and it tries again. */
    private void assertCommitsWhatWaits(Consumer<SqliteHistory> closing) {
        boolean isInTime = false;
        for (int attempt = 0; !isInTime && attempt < 50; attempt++) {
            HistorySettings settings = sqlite(ROOMY, directory.resolve(attempt + ".db"));
            SqliteHistory history = open(settings, ticker);
            List<CompletableFuture<Long>> stages = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                stages.add(history.append(List.of(event("" + i, "a"))).toCompletableFuture());
            }
            try (RecordedLog log = new RecordedLog(TimedClose.class.getName())) {
                closing.accept(history);
                isInTime = log.count(Level.WARNING) == 0;
            }
            SqliteHistory next = open(settings, ticker);
            if (isInTime) {
                assertThat(stages)
                        .allMatch(CompletableFuture::isDone)
                        .noneMatch(CompletableFuture::isCompletedExceptionally);
                assertThat(next.head()).isEqualTo(500);
            }
        }
        assertThat(isInTime).isTrue();
    }

    /** Another process may have the file by then. */
    @Test
    void whatCouldNotBeCommittedInTimeIsNotCommittedAfterTheClose() throws Exception {
        // On a busy machine the first need not be under way when the history is closed: then once more.
        boolean isUnderWay = false;
        for (int attempt = 0; !isUnderWay && attempt < 20; attempt++) {
            isUnderWay = closeWhileAnotherHasTheFile(directory.resolve("held-" + attempt + ".db"));
        }
        assertThat(isUnderWay).isTrue();
    }

    /** Whether the first of those that wait was being written. */
    private boolean closeWhileAnotherHasTheFile(Path file) throws Exception {
        HistorySettings settings = sqlite(new HistorySettings(1000, Duration.ofDays(1), LEAST_BYTES, 0), file);
        SqliteHistory history = open(settings, ticker);
        append(history, event("1", "a"));
        List<CompletableFuture<Long>> stages = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            for (int i = 0; i < 6; i++) { // of which each takes a commit of its own, which fails after two seconds
                stages.add(
                        history.append(List.of(event("x".repeat(600_000), "a"))).toCompletableFuture());
            }
            history.close();
        }
        assertThat(stages)
                .extracting(SqliteHistoryTest::refusalOf)
                .hasOnlyElementsOfTypes(OutcomeUnknown.class, HistoryUnavailable.class)
                .filteredOn(OutcomeUnknown.class::isInstance)
                .hasSizeLessThanOrEqualTo(1);
        SqliteHistory next = await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(HistoryRefused.class)
                .until(() -> open(settings, ticker), found -> true);
        // What was being written when the history was closed may have been kept; nobody else's event is there.
        assertThat(next.head()).isBetween(1L, 2L);
        return refusalOf(stages.get(0)) instanceof OutcomeUnknown;
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
        stages.forEach(Histories::join);
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
                stages.forEach(Histories::join);
                stages.clear();
                most = Math.max(most, bytesOnDisk());
            }
        }
        stages.forEach(Histories::join);
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
        closeWhole(history);
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

    /** Copies the files of a history, which may be at its upkeep; whether they are of one moment. */
    private static boolean isCopied(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(beside(from, "-wal"), beside(to, "-wal"), StandardCopyOption.REPLACE_EXISTING);
        return Files.mismatch(from, to) == -1;
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
                    List<Event> events = Histories.randomEvents(random);
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
                        await().until(() -> isCopied(from, to));
                        history = open(sqlite(bounds, to), time);
                        killed.close();
                    }
                    assertThat(history.epoch()).isEqualTo(epoch);
                }
                default -> Histories.compare(history, model, random, seed);
            }
        }
        Histories.compare(history, model, random, seed);
    }
}
