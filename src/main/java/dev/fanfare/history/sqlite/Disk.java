package dev.fanfare.history.sqlite;

import java.sql.SQLException;
import java.util.List;

/** What commits go to. It may fail, and it may hang. Called by one thread at a time. */
interface Disk {
    /**
     * Appends events in one commit.
     *
     * @return the position of the first
     */
    long commit(List<PreparedAppend> appends) throws SQLException;

    /** Takes back events, or keeps a note; see {@link dev.fanfare.log.LocalCopy}. */
    void change(PreparedAppend.Change change) throws SQLException;

    /**
     * A step of what has to be done now and then.
     *
     * @return whether there is more to do
     */
    boolean upkeep() throws SQLException;

    /**
     * Takes note of a failure: what was begun is undone, as far as the disk lets it.
     *
     * @return what those who wanted to append get: {@link dev.fanfare.log.HistoryUnavailable} if nothing was appended, {@link
     *     dev.fanfare.log.OutcomeUnknown} if that can't be found out
     */
    RuntimeException failed(Throwable error);

    /** Bytes that a commit of several appends may append. */
    long maxBatchBytes();
}
