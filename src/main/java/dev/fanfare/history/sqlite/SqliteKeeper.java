package dev.fanfare.history.sqlite;

import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.LogClock;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.stream.Ticker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Bounds of the file: pages in use are kept below 15/16 of max-bytes; a commit goes above it by what it appends, at most 1/32,
 * or one append of at most 1/16. The write-ahead log is moved into the file when it has 1/32, and before another commit when it
 * has 1/16. So both together stay below 1.25 x max-bytes.
 */
/**
 * What commits and upkeep do to the file. Its methods that change anything are called by one thread; what it tells of itself
 * may be asked for by any.
 */
public final class SqliteKeeper implements Disk {
    /** The least {@code max-bytes} for which the shares below have room for an event. */
    public static final long LEAST_BYTES = 16L << 20;

    private static final System.Logger LOG = System.getLogger(SqliteKeeper.class.getName());
    private static final long MOST_WAL_BYTES = 16L << 20;
    private static final long MOST_BATCH_BYTES = 4L << 20;
    private static final int STEP_ROWS = 512;
    private static final int STEP_PAGES = 64;
    private static final long BUSY_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();

    private final SqliteFile file;
    private final HistorySettings settings;
    private final Ticker ticker;
    /** Whether what is lost is fetched again. */
    private final boolean isCopy;

    private final String epoch;
    private final String note;
    private final LogClock clock;
    private final long maxUsedBytes;
    private final long softWalBytes;

    // Confined to the thread that writes, but for closing.
    private volatile @Nullable SqliteLog log;
    private volatile boolean closed;

    // Confined to the thread that writes.
    private boolean checkpointWasBusy;
    private boolean hasShrunk;
    private long busySinceNanos;
    /** Whether a commit was begun whose outcome is not known. */
    private boolean isUnsure;

    // Written by that thread.
    private volatile long head;
    private volatile long kept;
    private volatile long usedBytes;
    private volatile long oldestMillis;
    private volatile long commits;
    private volatile long committedEvents;
    private volatile long commitNanos;
    private volatile long failures;
    private volatile @Nullable String fault;

    /** Reads where the log stands. */
    SqliteKeeper(SqliteFile file, HistorySettings settings, Ticker ticker, boolean isCopy) throws SQLException {
        this.file = file;
        this.settings = settings;
        this.ticker = ticker;
        this.isCopy = isCopy;
        maxUsedBytes = settings.maxBytes() - settings.maxBytes() / 16;
        softWalBytes = Math.min(MOST_WAL_BYTES, settings.maxBytes() / 32);
        SqliteLog opened = SqliteLog.open(file, 2 * softWalBytes, !isCopy);
        log = opened;
        epoch = opened.epoch();
        note = opened.note();
        head = opened.head();
        kept = opened.kept();
        clock = new LogClock(ticker, head > kept ? opened.stampMillis(head) : 0);
        noteOldest(opened);
    }

    /** Sees to it that a file is only ever the copy of a shared log, or only ever a log of its own. */
    void takeOver() throws SQLException {
        SqliteLog opened = log();
        if (isCopy && note.isEmpty() && head > 0) {
            throw new HistoryRefused("The history's file " + file.path()
                    + " has the events of a node that was alone, and fanfare.cluster.url makes it the copy of a shared log:"
                    + " choose another fanfare.history.path, or move the file away");
        }
        if (!isCopy && !note.isEmpty()) { // from now on its positions are its own
            opened.keepNote("");
        }
    }

    /** What was kept beside the events when the file was opened. */
    String note() {
        return note;
    }

    @Override
    public long maxBatchBytes() {
        return Math.min(MOST_BATCH_BYTES, settings.maxBytes() / 32);
    }

    /** Bytes that the events of one append may have. */
    long maxAppendBytes() {
        return settings.maxBytes() / 16;
    }

    /**
     * Appends events in one commit, and lets about as many go as there are too many.
     *
     * @return the position of the first
     */
    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    public long commit(List<PreparedAppend> appends) throws SQLException {
        SqliteLog current = log();
        keepWalShort(current);
        long begin = ticker.nanos();
        long first = head + 1;
        long position = head;
        long bytes = 0;
        long rows = 0;
        long now = clock.millis();
        current.begin();
        for (PreparedAppend append : appends) {
            long before = position;
            for (PreparedEvent event : append.events()) {
                current.insert(++position, now, event);
                rows += 1 + event.keys();
            }
            bytes += append.bytes();
            if (append.receipt() != null) {
                current.insert(append.receipt(), before + 1, position);
            }
        }
        long appended = position - head;
        long keptNow = trim(current, position, now, Math.max(128, 2 * rows + bytes / 64));
        isUnsure = true;
        current.commit();
        isUnsure = false;
        committed(current, position, keptNow);
        commits++;
        committedEvents += appended;
        commitNanos += ticker.nanos() - begin;
        return first;
    }

    private long trim(SqliteLog current, long position, long now, long rows) throws SQLException {
        usedBytes = current.usedBytes();
        return current.trim(
                kept,
                position,
                position - settings.maxEvents(),
                now - settings.maxAge().toMillis(),
                usedBytes - maxUsedBytes,
                rows);
    }

    /** The events are on disk by now: what goes wrong here is no reason to refuse them. */
    private void committed(SqliteLog current, long position, long keptNow) {
        boolean trimmed = keptNow != kept || head == kept;
        head = position;
        kept = keptNow;
        if (trimmed) {
            noteOldestIfReadable(current);
        }
        if (fault != null) {
            fault = null;
            LOG.log(System.Logger.Level.INFO, "The history can be written again");
        }
    }

    private void noteOldestIfReadable(SqliteLog current) {
        try {
            noteOldest(current);
        } catch (SQLException | RuntimeException | Error e) {
            closeLog();
            LOG.log(System.Logger.Level.WARNING, "The oldest event can't be read, so its age is not known", e);
        }
    }

    private void noteOldest(SqliteLog current) throws SQLException {
        oldestMillis = head > kept ? current.stampMillis(kept + 1) : 0;
        usedBytes = current.usedBytes();
    }

    /** The connection; another one after a failure. */
    private SqliteLog log() throws SQLException {
        if (!file.isInPlace()) {
            throw new HistoryUnavailable("The history's file " + file.path()
                    + " was deleted or replaced while it was in use; restore it, or restart with an empty history");
        }
        SqliteLog current = log;
        if (current == null) {
            current = SqliteLog.open(file, 2 * softWalBytes, !isCopy);
            log = current;
            if (!current.epoch().equals(epoch) || current.head() < head) {
                throw new HistoryUnavailable("The history's file " + file.path() + " was changed by another program");
            }
            current.dropAfter(head);
            kept = Math.min(head, current.kept()); // a commit that was reported as failed may have trimmed
        }
        if (closed) { // looked at last, so that either side closes what has been opened
            throw new HistoryUnavailable("The history is closed");
        }
        return current;
    }

    private void keepWalShort(SqliteLog current) throws SQLException {
        boolean pause = checkpointWasBusy && ticker.nanos() - busySinceNanos < BUSY_PAUSE_NANOS;
        if (pause || current.walBytes() < softWalBytes) {
            return;
        }
        boolean isLong = current.checkpoint("PASSIVE").bytes() >= 2 * softWalBytes;
        checkpointWasBusy = isLong && current.checkpoint("RESTART").isBusy();
        if (checkpointWasBusy) {
            busySinceNanos = ticker.nanos();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Another program has been reading the history's file for long, so its write-ahead log grows");
        }
    }

    @Override
    public void change(PreparedAppend.Change change) throws SQLException {
        SqliteLog current = log();
        if (change.dropAfter() >= 0) {
            long last = Math.max(kept, change.dropAfter());
            head = Math.min(head, last); // first, so that nobody reads what goes, and a failure leaves it gone
            current.dropAfter(last);
            noteOldest(current);
        }
        if (change.note() != null) {
            current.keepNote(change.note());
        }
    }

    /**
     * A step of what has to be done now and then.
     *
     * @return whether there is more to do
     */
    @Override
    public boolean upkeep() throws SQLException {
        SqliteLog current = log();
        boolean wasFaulty = fault != null;
        if (wasFaulty) {
            current.probe(kept);
        }
        current.setDurable(false);
        keepWalShort(current);
        current.begin();
        long keptNow = trim(current, head, clock.millis(), STEP_ROWS);
        boolean trims = keptNow != kept;
        current.commit();
        // What can be written, but not be trimmed, fails again at the next step, and has not recovered.
        if (trims || wasFaulty) {
            committed(current, head, keptNow);
        }
        boolean more = trims || shrink(current);
        // Not after a failure: it can't be done inside of a transaction, and a failure closes the connection.
        current.setDurable(!isCopy);
        return more;
    }

    /** Whether the file was too large still. It is cut off by the checkpoint that follows the last step. */
    private boolean shrink(SqliteLog current) throws SQLException {
        boolean shrinks = current.shrink(settings.maxBytes(), STEP_PAGES);
        if (hasShrunk && !shrinks) {
            current.checkpoint("PASSIVE");
        }
        hasShrunk = shrinks;
        return shrinks;
    }

    /** Takes note of a failure: what was begun is undone, and the next use opens another connection. */
    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    public RuntimeException failed(Throwable error) {
        failures++;
        closeLog();
        HistoryUnavailable unavailable = error instanceof HistoryUnavailable told
                ? told
                : new HistoryUnavailable(
                        "The history " + file.path() + " can't be written: " + SqliteFault.words(error), error);
        if (fault == null) {
            LOG.log(System.Logger.Level.ERROR, "Events can't be kept, publishing fails until they can", unavailable);
        }
        fault = error instanceof HistoryUnavailable ? "the file was deleted or changed" : SqliteFault.words(error);
        return isUnsure ? afterFailedCommit(unavailable) : unavailable;
    }

    /** A commit that fails may be on the disk nevertheless. Opening the file again takes it back. */
    private RuntimeException afterFailedCommit(HistoryUnavailable unavailable) {
        isUnsure = false;
        try {
            log();
            return unavailable;
        } catch (SQLException | RuntimeException | Error e) {
            closeLog();
            LOG.log(System.Logger.Level.DEBUG, "It is not known whether a commit that failed is on the disk", e);
            return new OutcomeUnknown("A commit failed, and the file can't be opened to see what it has", unavailable);
        }
    }

    /** Closes the connection, and has nothing written any more, though the thread that writes may be about to. */
    void close() {
        closed = true;
        closeLog();
    }

    /** Closes the connection; what was begun and not committed is undone. */
    private void closeLog() {
        SqliteLog current = log;
        log = null;
        try {
            if (current != null) {
                current.close();
            }
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "A connection can't be closed", e);
        }
    }

    String epoch() {
        return epoch;
    }

    long head() {
        return head;
    }

    long kept() {
        return kept;
    }

    /** Why nothing can be written; null if it can. */
    @Nullable
    String fault() {
        return fault;
    }

    long usedBytes() {
        return usedBytes;
    }

    Duration oldestAge() {
        return head > kept ? Duration.ofMillis(Math.max(0, clock.millis() - oldestMillis)) : Duration.ZERO;
    }

    long commits() {
        return commits;
    }

    long committedEvents() {
        return committedEvents;
    }

    Duration commitTime() {
        return Duration.ofNanos(commitNanos);
    }

    long failures() {
        return failures;
    }
}
