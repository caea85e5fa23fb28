package dev.fanfare.history.sqlite;

import static dev.fanfare.history.Histories.ROOMY;
import static dev.fanfare.history.Histories.append;
import static dev.fanfare.history.Histories.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no end, and errors where nobody expects them. */
@Timeout(240)
class HangingDiskTest {
    @TempDir
    Path directory;

    private final ManualTicker ticker = new ManualTicker();
    private final List<SqliteHistory> opened = new ArrayList<>();
    private ScriptedDisk disk;

    @AfterEach
    void close() {
        if (disk != null && disk.hangs != null) {
            disk.hangs.countDown();
        }
        opened.forEach(SqliteHistory::close);
    }

    private SqliteHistory open() {
        HistorySettings settings = SqliteFixture.sqlite(ROOMY, directory.resolve("events.db"));
        SqliteHistory history = SqliteHistory.open(settings, ticker, real -> disk = new ScriptedDisk(real));
        opened.add(history);
        return history;
    }

    private CompletableFuture<Long> begin(SqliteHistory history, String data) {
        return history.append(List.of(event(data, "a"))).toCompletableFuture();
    }

    @Test
    void closingReturnsThoughTheDiskHangsAndSaysWhatIsNotKnown() {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        disk.hangs = new CountDownLatch(1);
        CompletableFuture<Long> begun = begin(history, "2");
        await().until(() -> disk.commitsBegun.get() == 2);
        CompletableFuture<Long> waiting = begin(history, "3");

        try (RecordedLog log = new RecordedLog("dev.fanfare.stream.TimedClose")) {
            history.close(); // returns at all: the disk would hang for ever
            assertThat(log.count(java.util.logging.Level.WARNING)).isEqualTo(1);
        }

        assertThatThrownBy(begun::join).hasCauseInstanceOf(OutcomeUnknown.class);
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(HistoryUnavailable.class);
        assertThatThrownBy(this::open).isInstanceOf(HistoryRefused.class).hasMessageContaining("in use");

        disk.hangs.countDown();

        SqliteHistory next = await().ignoreExceptions().until(this::open, found -> true);
        assertThat(next.head())
                .as("what it was writing is there, what waited is not")
                .isEqualTo(2);
    }

    @Test
    void anAppendThatWaitsForLongIsAFaultUntilItIsDone() {
        SqliteHistory history = open();
        disk.hangs = new CountDownLatch(1);
        CompletableFuture<Long> slow = begin(history, "1");
        await().until(() -> disk.commitsBegun.get() == 1);
        ticker.advance(GroupCommit.LONGEST_COMMIT);
        assertThat(history.fault()).isEmpty();

        ticker.advance(Duration.ofMillis(1));

        assertThat(history.fault())
                .hasValueSatisfying(words -> assertThat(words).contains("more than 5 s"));
        assertThat(history.broken()).isEmpty();
        disk.hangs.countDown();
        assertThat(slow.join()).isEqualTo(1);
        await().until(() -> history.fault().isEmpty());
    }

    @Test
    void theCommittingThreadOutlivesErrorsWhereverTheyStrike() {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        OutOfMemoryError error = new OutOfMemoryError("for the test");

        disk.failsToCommit = error;
        assertThatThrownBy(begin(history, "2")::join).hasCauseInstanceOf(HistoryUnavailable.class);
        disk.failsToFail = error;
        assertThatThrownBy(begin(history, "3")::join).hasCauseInstanceOf(HistoryUnavailable.class);
        disk.failsToFail = null;
        disk.failsToCommit = new Exception("that nobody declared");
        assertThatThrownBy(begin(history, "4")::join).hasCauseInstanceOf(HistoryUnavailable.class);
        disk.failsToCommit = null;
        disk.failsToTell = error;
        CompletableFuture<Long> delayed = begin(history, "5");
        disk.failsToTell = null;

        assertThat(delayed.join()).isEqualTo(2);
        assertThat(append(history, event("6", "a"))).isEqualTo(3);
        assertThat(history.fault()).isEmpty();
    }

    @Test
    void aCommittingThreadThatEndsIsReportedAndAnotherTakesItsPlace() {
        SqliteHistory history = open();
        append(history, event("1", "a"));
        disk.failsToTell = new Exception("that nobody declared");
        CompletableFuture<Long> left = begin(history, "2");
        await().dontCatchUncaughtExceptions().until(() -> history.broken().isPresent());
        assertThat(history.fault()).isPresent();
        disk.failsToTell = null;

        ticker.advance(Duration.ofSeconds(1));

        assertThat(left.join()).isEqualTo(2);
        assertThat(history.broken()).isEmpty();
        assertThat(history.fault()).isEmpty();
    }
}
