package dev.fanfare.history.sqlite;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.Follower;
import dev.fanfare.log.HistoryStats;
import dev.fanfare.log.LocalCopy;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.log.Receipts;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.TimedClose;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Events in a SQLite file, which outlives the process: {@link #append} completes when the disk has them. Bounded by number,
 * age and bytes; the file and its write-ahead log together take up at most 1.25 times the bytes. What is too much or too
 * old goes in small steps, so a little more may be kept for a moment. Thread-safe.
 *
 * <p>The file is this history's alone while it is open. Its threads start with the first call that needs them.
 *
 * @see <a href="https://sqlite.org/wal.html">SQLite's write-ahead log</a>
 */
public final class SqliteHistory implements LocalCopy, Receipts {
    private static final int CHECKED_AT_OPENING = 1000;
    private static final int CLOSE_MS = 700;

    private final SqliteFile file;
    private final SqliteKeeper keeper;
    private final GroupCommit commits;
    private final SqliteReaders readers;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private volatile String note;

    private SqliteHistory(SqliteFile file, SqliteKeeper keeper, Disk disk, Ticker ticker) {
        this.file = file;
        this.keeper = keeper;
        this.commits = new GroupCommit(disk, ticker);
        this.readers = new SqliteReaders(file, ticker);
        this.note = keeper.note();
    }

    /**
     * Opens the file of the settings, or makes it. Reads from the disk in the caller's thread.
     *
     * @throws HistoryRefused if the file can't be used, with the reason; it is as it was then
     */
    public static SqliteHistory open(HistorySettings settings, Ticker ticker) {
        return open(settings, ticker, false, keeper -> keeper);
    }

    /**
     * Opens a file as the copy of a log that nodes share: commits do not wait for the disk, since the log has what is lost.
     *
     * @throws HistoryRefused as {@link #open(HistorySettings, Ticker)}; or if the file has the events of a node that was alone
     */
    public static SqliteHistory openCopy(HistorySettings settings, Ticker ticker) {
        return open(settings, ticker, true, keeper -> keeper);
    }

    /** @param between what commits pass through on their way to the file */
    static SqliteHistory open(HistorySettings settings, Ticker ticker, UnaryOperator<Disk> between) {
        return open(settings, ticker, false, between);
    }

    private static SqliteHistory open(
            HistorySettings settings, Ticker ticker, boolean isCopy, UnaryOperator<Disk> between) {
        SqliteFile file = SqliteFile.open(settings.path());
        SqliteKeeper keeper = null;
        try {
            keeper = new SqliteKeeper(file, settings, ticker, isCopy);
            keeper.takeOver();
            SqliteHistory history = new SqliteHistory(file, keeper, between.apply(keeper), ticker);
            long kept = keeper.kept();
            long head = keeper.head();
            try (SqliteReader reader = SqliteReader.open(file)) {
                reader.checkNewest(CHECKED_AT_OPENING, kept, head);
            }
            return history;
        } catch (SQLException | RuntimeException e) {
            if (keeper != null) {
                keeper.close();
            }
            file.close();
            throw e instanceof HistoryRefused refused ? refused : file.unusable(e);
        }
    }

    @Override
    public String epoch() {
        return keeper.epoch();
    }

    @Override
    public long head() {
        return keeper.head();
    }

    @Override
    public long keptAfter() {
        return keeper.kept();
    }

    @Override
    public void follow(Follower follower) {
        commits.follow(follower);
    }

    /** Events that have more than a sixteenth of the history's bytes together are refused. */
    @Override
    public CompletionStage<Long> append(List<Event> events) {
        return append(events, null);
    }

    @Override
    public CompletionStage<Long> append(List<Event> events, String key, String content) {
        return append(events, new PreparedAppend.Receipt(key, content));
    }

    private CompletionStage<Long> append(List<Event> events, PreparedAppend.@Nullable Receipt receipt) {
        PreparedAppend prepared = PreparedAppend.of(events, receipt);
        if (prepared.bytes() > keeper.maxAppendBytes()) {
            return CompletableFuture.failedStage(new PublicationTooLarge(prepared.bytes(), keeper.maxAppendBytes()));
        }
        return commits.append(prepared);
    }

    @Override
    public CompletionStage<Void> dropAfter(long position) {
        return commits.append(PreparedAppend.of(new PreparedAppend.Change(position, null)))
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Void> keepNote(String text) {
        return commits.append(PreparedAppend.of(new PreparedAppend.Change(-1, text)))
                .thenAccept(done -> note = text);
    }

    @Override
    public String note() {
        return note;
    }

    @Override
    public CompletionStage<Optional<Receipts.Receipt>> find(String key) {
        commits.start();
        return readers.read(reader -> reader.receipt(key));
    }

    @Override
    public CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents) {
        commits.start();
        long head = keeper.head();
        return readers.read(reader -> reader.read(after, selectors, maxEvents, head));
    }

    @Override
    public CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known) {
        commits.start();
        long head = keeper.head();
        return readers.read(reader -> reader.find(id, known, head));
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic) {
        return last(topic, Long.MAX_VALUE);
    }

    @Override
    public CompletionStage<Optional<LogEntry>> last(Topic topic, long upTo) {
        commits.start();
        long head = Math.min(upTo, keeper.head());
        return readers.read(reader -> reader.last(topic, head));
    }

    @Override
    public Optional<String> fault() {
        String hanging = commits.fault();
        String writing = hanging != null ? hanging : keeper.fault();
        return Optional.ofNullable(writing != null ? writing : readers.fault());
    }

    @Override
    public HistoryStats stats() {
        return new HistoryStats(
                Math.max(0, keeper.head() - keeper.kept()),
                keeper.usedBytes(),
                keeper.oldestAge(),
                keeper.commits(),
                keeper.committedEvents(),
                keeper.commitTime(),
                keeper.failures(),
                readers.reads());
    }

    @Override
    public Optional<String> broken() {
        return commits.isAlive() ? Optional.empty() : Optional.of("the thread that writes the history has ended");
    }

    /**
     * Commits what waits, then closes the file; returns within a second. Where the disk hangs, what it is writing
     * has an unknown outcome and what waits is refused; the file is closed, and free for others, when the disk answers.
     */
    @Override
    public void close() {
        commits.close();
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        boolean done = TimedClose.within(
                Duration.ofMillis(CLOSE_MS),
                "the history",
                commits::awaitEnd,
                readers::close,
                keeper::close,
                file::close);
        if (!done) {
            commits.abandon();
        }
    }
}
