package dev.fanfare.history.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalLong;

/*
 * Tables:
 *
 *   meta(name, value)             epoch: the log's; kept: the position after which all events are here; note: of a copy, what its
 *                                 keeper needs to know of it
 *   event(position, stamp, record)   one row for each position above kept; stamp by LogClock; record by EventRecord
 *   topic_event(topic, position)  for each of an event's topics, by KeyHash
 *   id_event(id, position)        for each event with a publisher's id, by KeyHash
 *   receipt(key, content, first, last)   for each append with a key; goes when the event at `last` goes
 *
 * The head is the highest position, or kept where there is no event. `kept` is written when events are let go, so that
 * positions go on from it.
 */
/** The connection that writes. Confined to one thread at a time. */
final class SqliteLog implements AutoCloseable {
    /** A busy file is waited for this long. */
    static final int BUSY_MS = 2_000;

    private static final int FRAME_HEAD_BYTES = 24;
    private static final long LISTED_BYTES = 20;

    private final Connection connection;
    private final Statement control;
    private final PreparedStatement insertEvent;
    private final PreparedStatement insertTopic;
    private final PreparedStatement insertId;
    private final PreparedStatement insertReceipt;
    private final PreparedStatement selectEvent;
    private final PreparedStatement deleteTopic;
    private final PreparedStatement deleteId;
    private final PreparedStatement deleteEvents;
    private final PreparedStatement deleteReceipts;
    private final PreparedStatement updateKept;
    private final PreparedStatement usedPages;
    private final String epoch;
    private final long pageBytes;

    /**
     * Opens the connection.
     *
     * @param maxWalBytes what the write-ahead log is cut to when it begins anew
     * @param durable whether a commit waits for the disk
     */
    static SqliteLog open(SqliteFile file, long maxWalBytes, boolean durable) throws SQLException {
        Connection connection = file.connect(false);
        try {
            return new SqliteLog(connection, maxWalBytes, durable);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private SqliteLog(Connection connection, long maxWalBytes, boolean durable) throws SQLException {
        this.connection = connection;
        control = connection.createStatement();
        // It is so already, unless somebody has made this file of another one by VACUUM INTO.
        control.execute("PRAGMA journal_mode=WAL");
        // Checkpoints are made between commits, see checkpoint().
        setDurable(durable);
        control.execute("PRAGMA wal_autocheckpoint=0");
        control.execute("PRAGMA cache_size=-16384");
        control.execute("PRAGMA journal_size_limit=" + maxWalBytes);
        insertEvent = connection.prepareStatement("INSERT INTO event(position, stamp, record) VALUES(?, ?, ?)");
        insertTopic = connection.prepareStatement("INSERT INTO topic_event(topic, position) VALUES(?, ?)");
        insertId = connection.prepareStatement("INSERT INTO id_event(id, position) VALUES(?, ?)");
        insertReceipt = connection.prepareStatement(
                "INSERT OR REPLACE INTO receipt(key, content, first, last) VALUES(?, ?, ?, ?)");
        selectEvent = connection.prepareStatement("SELECT stamp, record FROM event WHERE position = ?");
        deleteTopic = connection.prepareStatement("DELETE FROM topic_event WHERE topic = ? AND position = ?");
        deleteId = connection.prepareStatement("DELETE FROM id_event WHERE id = ? AND position = ?");
        deleteEvents = connection.prepareStatement("DELETE FROM event WHERE position BETWEEN ? AND ?");
        deleteReceipts = connection.prepareStatement("DELETE FROM receipt WHERE last BETWEEN ? AND ?");
        updateKept = connection.prepareStatement("UPDATE meta SET value = ? WHERE name = 'kept'");
        usedPages = connection.prepareStatement(
                "SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count");
        epoch = text("SELECT value FROM meta WHERE name = 'epoch'");
        pageBytes = number("PRAGMA page_size");
    }

    private String text(String query) throws SQLException {
        try (ResultSet rows = control.executeQuery(query)) {
            String value = rows.next() ? rows.getString(1) : null;
            if (value == null) {
                throw new IllegalArgumentException("nothing is found by " + query);
            }
            return value;
        }
    }

    private long number(String query) throws SQLException {
        try (ResultSet rows = control.executeQuery(query)) {
            if (!rows.next()) {
                throw new IllegalArgumentException("nothing is found by " + query);
            }
            return rows.getLong(1);
        }
    }

    String epoch() {
        return epoch;
    }

    /** The position after which all events are here. */
    long kept() throws SQLException {
        return number("SELECT value FROM meta WHERE name = 'kept'");
    }

    /** The highest position, also if its event has been let go. */
    long head() throws SQLException {
        return Math.max(kept(), number("SELECT coalesce(max(position), 0) FROM event"));
    }

    /** Bytes of the pages in use, without those that are free to be used again. */
    long usedBytes() throws SQLException {
        try (ResultSet rows = usedPages.executeQuery()) {
            rows.next();
            return (rows.getLong(1) - rows.getLong(2)) * pageBytes;
        }
    }

    /** Whether a commit waits for the disk. What is lost without it is done again. Between transactions. */
    void setDurable(boolean durable) throws SQLException {
        control.execute(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    }

    /** Begins a transaction; no other connection may write until its end. */
    void begin() throws SQLException {
        control.execute("BEGIN IMMEDIATE");
    }

    /** Ends the transaction; all of it is on the disk when this returns. */
    void commit() throws SQLException {
        control.execute("COMMIT");
    }

    void insert(long position, long stampMillis, PreparedEvent event) throws SQLException {
        insertEvent.setLong(1, position);
        insertEvent.setLong(2, stampMillis);
        insertEvent.setBytes(3, event.record());
        insertEvent.executeUpdate();
        for (long topic : event.topicKeys()) {
            execute(insertTopic, topic, position);
        }
        OptionalLong id = event.idKey();
        if (id.isPresent()) {
            execute(insertId, id.getAsLong(), position);
        }
    }

    /** Remembers an append whose events are those from {@code first} to {@code last}. */
    void insert(PreparedAppend.Receipt receipt, long first, long last) throws SQLException {
        insertReceipt.setString(1, receipt.key());
        insertReceipt.setString(2, receipt.content());
        insertReceipt.setLong(3, first);
        insertReceipt.setLong(4, last);
        insertReceipt.executeUpdate();
    }

    private static void execute(PreparedStatement statement, long first, long second) throws SQLException {
        statement.setLong(1, first);
        statement.setLong(2, second);
        statement.executeUpdate();
    }

    /**
     * Lets the oldest events go: those whose oldest stamp is before a time, and as many as there are too many, until enough
     * rows have gone. Within a transaction.
     *
     * @param excessBytes go on until about so many bytes are free
     * @param rows stop when so many rows of all tables have gone
     * @return the position after which all events are kept now
     */
    long trim(long kept, long head, long leastKept, long oldestMillis, long excessBytes, long rows)
            throws SQLException {
        long freed = 0;
        long gone = 0;
        long last = kept;
        while (last < head && gone < rows) {
            long position = last + 1;
            Row row = row(position);
            boolean goes = position <= leastKept || row.stampMillis() < oldestMillis || freed < excessBytes;
            if (!goes) {
                break;
            }
            int listed = unlist(position, row.record());
            freed += row.record().length + 64L + listed * LISTED_BYTES;
            gone += 1 + listed;
            last = position;
        }
        if (last > kept) {
            execute(deleteEvents, kept + 1, last);
            execute(deleteReceipts, 0, last);
            writeKept(last);
        }
        return last;
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Row(long stampMillis, byte[] record) {}

    private Row row(long position) throws SQLException {
        selectEvent.setLong(1, position);
        try (ResultSet rows = selectEvent.executeQuery()) {
            if (!rows.next()) {
                throw new IllegalArgumentException("the event at position " + position + " is missing");
            }
            return new Row(rows.getLong(1), rows.getBytes(2));
        }
    }

    /** The time at which the event at a position was appended. */
    long stampMillis(long position) throws SQLException {
        return row(position).stampMillis();
    }

    /** How often the event was listed, under a topic or an id. */
    private int unlist(long position, byte[] record) throws SQLException {
        PreparedEvent event = PreparedEvent.of(record);
        for (long topic : event.topicKeys()) {
            execute(deleteTopic, topic, position);
        }
        OptionalLong id = event.idKey();
        if (id.isPresent()) {
            execute(deleteId, id.getAsLong(), position);
        }
        return event.keys();
    }

    /** Takes back the events above a position, which nobody was told of. */
    void dropAfter(long position) throws SQLException {
        long head = head();
        if (head <= position) {
            return;
        }
        long kept = kept();
        if (position == kept) {
            dropAll();
            return;
        }
        begin();
        for (long dropped = Math.max(position, kept) + 1; dropped <= head; dropped++) {
            unlist(dropped, row(dropped).record());
        }
        execute(deleteEvents, position + 1, head);
        execute(deleteReceipts, position + 1, head);
        if (kept > position) { // what is dropped had let go of all before it, and of some of itself
            writeKept(position);
        }
        commit();
    }

    /** Row by row this would take long for many. */
    private void dropAll() throws SQLException {
        begin();
        for (String table : List.of("event", "topic_event", "id_event", "receipt")) {
            control.executeUpdate("DELETE FROM " + table);
        }
        commit();
    }

    /** What was kept by {@link #keepNote}; empty if nothing was. */
    String note() throws SQLException {
        try (ResultSet rows = control.executeQuery("SELECT value FROM meta WHERE name = 'note'")) {
            String note = rows.next() ? rows.getString(1) : null;
            return note == null ? "" : note;
        }
    }

    void keepNote(String text) throws SQLException {
        try (PreparedStatement write =
                connection.prepareStatement("INSERT OR REPLACE INTO meta(name, value) VALUES('note', ?)")) {
            write.setString(1, text);
            write.executeUpdate();
        }
    }

    private void writeKept(long position) throws SQLException {
        updateKept.setLong(1, position);
        updateKept.executeUpdate();
    }

    /** Writes without changing anything: whether the disk takes it. */
    void probe(long kept) throws SQLException {
        begin();
        writeKept(kept);
        commit();
    }

    /** Gives free pages at the file's end back to the disk, a few at a time; whether there were any. */
    boolean shrink(long maxBytes, int pages) throws SQLException {
        long total = number("PRAGMA page_count") * pageBytes;
        if (total <= maxBytes || number("PRAGMA freelist_count") == 0) {
            return false;
        }
        control.executeUpdate("PRAGMA incremental_vacuum(" + pages + ")");
        return true;
    }

    /** Bytes of what was committed and not yet moved from the write-ahead log into the file. */
    long walBytes() throws SQLException {
        return checkpoint("NOOP").bytes();
    }

    /**
     * What a checkpoint did.
     *
     * @param isBusy whether somebody who reads or writes kept it from being complete
     * @param bytes bytes in the write-ahead log
     */
    record Checkpoint(boolean isBusy, long bytes) {}

    /**
     * Moves what was committed into the file.
     *
     * @param mode as in <a href="https://sqlite.org/pragma.html#pragma_wal_checkpoint">SQLite</a>
     */
    Checkpoint checkpoint(String mode) throws SQLException {
        try (ResultSet rows = control.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            rows.next();
            long frames = Math.max(0, rows.getLong(2));
            return new Checkpoint(rows.getInt(1) != 0, frames * (pageBytes + FRAME_HEAD_BYTES));
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
