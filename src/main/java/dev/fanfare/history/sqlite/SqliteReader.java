package dev.fanfare.history.sqlite;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import dev.fanfare.log.EventRecord;
import dev.fanfare.log.History;
import dev.fanfare.log.LogEntry;
import dev.fanfare.log.Page;
import dev.fanfare.log.Receipts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/*
 * Each look-up is a short transaction of its own, so that it sees one state of the file and holds up no checkpoint. Nothing
 * above `head` is reported, since what is committed and not yet acknowledged may still be taken back.
 */
/** A connection that reads. Confined to one thread at a time. */
final class SqliteReader implements AutoCloseable {
    private static final long PAGE_BYTES = 1L << 20;
    private static final long SCAN_BYTES = 8L << 20;
    private static final int SCAN_EVENTS = 4096;
    /** Characters of topics to read for a page, each time they are read: about 15 ms with the worst templates. */
    private static final long COMPARED_PER_PAGE = 1_000_000;

    private final Connection connection;
    private final Statement control;
    private final PreparedStatement kept;
    private final PreparedStatement scan;
    private final PreparedStatement byId;
    private final PreparedStatement newest;
    private final PreparedStatement receipt;

    /** One for each exact topic that is read at the same time, made when needed. */
    private final List<PreparedStatement> byTopic = new ArrayList<>();

    /** Opens a connection. */
    static SqliteReader open(SqliteFile file) throws SQLException {
        Connection connection = file.connect(true);
        try {
            return new SqliteReader(connection);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private SqliteReader(Connection connection) throws SQLException {
        this.connection = connection;
        control = connection.createStatement();
        kept = connection.prepareStatement("SELECT value FROM meta WHERE name = 'kept'");
        scan = connection.prepareStatement(
                "SELECT position, record FROM event WHERE position > ? AND position <= ? ORDER BY position");
        byId = connection.prepareStatement("SELECT e.position, e.record FROM id_event i JOIN event e"
                + " ON e.position = i.position WHERE i.id = ? AND i.position <= ? ORDER BY i.position");
        newest = connection.prepareStatement("SELECT e.position, e.record FROM topic_event t JOIN event e"
                + " ON e.position = t.position WHERE t.topic = ? AND t.position <= ? ORDER BY t.position DESC");
        receipt = connection.prepareStatement("SELECT content, first FROM receipt WHERE key = ?");
    }

    /** Reads in one state of the file. */
    private interface Look<T> {
        T look() throws SQLException;
    }

    private <T> T inOneState(Look<T> look) throws SQLException {
        control.execute("BEGIN");
        try {
            return look.look();
        } finally {
            control.execute("COMMIT");
        }
    }

    /** See {@link dev.fanfare.log.History#read}. */
    Page read(long after, Set<Selector> selectors, int maxEvents, long head) throws SQLException {
        return inOneState(() -> {
            long from = Math.max(after, kept());
            List<Topic> topics = new ArrayList<>(selectors.size());
            for (Selector selector : selectors) {
                if (!(selector instanceof Selector.Exact exact)) {
                    return scan(from, selectors, maxEvents, head);
                }
                topics.add(exact.topic());
            }
            return merge(from, topics, maxEvents, head);
        });
    }

    /** The position after which all events are here. */
    long kept() throws SQLException {
        try (ResultSet rows = kept.executeQuery()) {
            if (!rows.next()) {
                throw new IllegalArgumentException("the position after which events are kept is missing");
            }
            return rows.getLong(1);
        }
    }

    /** Events in the order of the log, those that match; the page ends where it has looked at enough. */
    private Page scan(long from, Set<Selector> selectors, int maxEvents, long head) throws SQLException {
        boolean all = selectors.stream().anyMatch(Selector.Everything.class::isInstance);
        List<LogEntry> found = new ArrayList<>();
        long last = Math.min(head, from + SCAN_EVENTS);
        long position = from;
        long size = 0;
        long seen = 0;
        long compared = 0;
        long passes = selectors.stream().mapToLong(Selector::passes).sum();
        scan.setLong(1, from);
        scan.setLong(2, last);
        try (ResultSet rows = scan.executeQuery()) {
            while (position < last
                    && found.size() < maxEvents
                    && size < PAGE_BYTES
                    && seen < SCAN_BYTES
                    && compared < COMPARED_PER_PAGE) {
                position++;
                if (!rows.next() || rows.getLong(1) != position) {
                    throw new IllegalArgumentException("the event at position " + position + " is missing");
                }
                byte[] record = rows.getBytes(2);
                seen += record.length;
                List<Topic> topics = all ? List.of() : EventRecord.topics(record);
                for (Topic topic : topics) {
                    compared += topic.value().length() * passes;
                }
                if (all || matches(topics, selectors)) {
                    found.add(new LogEntry(position, EventRecord.decode(record)));
                    size += record.length;
                }
            }
        }
        return new Page(from, found, position);
    }

    private static boolean matches(List<Topic> topics, Set<Selector> selectors) {
        for (Topic topic : topics) {
            for (Selector selector : selectors) {
                if (selector.matches(topic)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The events of one topic, one after the other. */
    private static final class OfTopic implements AutoCloseable {
        private final Topic topic;
        private final ResultSet rows;
        private long position;

        OfTopic(Topic topic, ResultSet rows) {
            this.topic = topic;
            this.rows = rows;
        }

        boolean next() throws SQLException {
            boolean isThere = rows.next();
            position = isThere ? rows.getLong(1) : 0;
            return isThere;
        }

        long position() {
            return position;
        }

        @Override
        public void close() throws SQLException {
            rows.close();
        }
    }

    /** Events of exact topics: the lowest position of all topics, again and again. */
    private Page merge(long from, List<Topic> topics, int maxEvents, long head) throws SQLException {
        PriorityQueue<OfTopic> lowest = new PriorityQueue<>(topics.size(), Comparator.comparingLong(OfTopic::position));
        List<OfTopic> opened = new ArrayList<>(topics.size());
        List<LogEntry> found = new ArrayList<>();
        long size = 0;
        try {
            for (Topic topic : topics) {
                OfTopic events = new OfTopic(topic, open(opened.size(), topic, from, head));
                opened.add(events);
                if (events.next()) {
                    lowest.add(events);
                }
            }
            long last = from;
            OfTopic next;
            while ((next = lowest.poll()) != null) {
                if (next.position() > last) {
                    if (found.size() == maxEvents || size >= PAGE_BYTES) {
                        return new Page(from, found, last);
                    }
                    byte[] record = next.rows.getBytes(2);
                    Event event = EventRecord.decode(record);
                    if (event.topics().contains(next.topic)) {
                        last = next.position();
                        found.add(new LogEntry(last, event));
                        size += record.length;
                    }
                }
                if (next.next()) {
                    lowest.add(next);
                }
            }
            return new Page(from, found, Math.max(from, head));
        } finally {
            for (OfTopic events : opened) {
                events.close();
            }
        }
    }

    private ResultSet open(int index, Topic topic, long from, long head) throws SQLException {
        if (index == byTopic.size()) {
            byTopic.add(connection.prepareStatement("SELECT t.position, e.record FROM topic_event t JOIN event e"
                    + " ON e.position = t.position WHERE t.topic = ? AND t.position > ? AND t.position <= ?"
                    + " ORDER BY t.position"));
        }
        PreparedStatement statement = byTopic.get(index);
        statement.setLong(1, KeyHash.of(topic.value()));
        statement.setLong(2, from);
        statement.setLong(3, head);
        return statement.executeQuery();
    }

    /** See {@link dev.fanfare.log.History#find}. */
    OptionalLong find(EventId id, Predicate<Event> known, long head) throws SQLException {
        return inOneState(() -> {
            byId.setLong(1, KeyHash.of(id.value()));
            byId.setLong(2, head);
            try (ResultSet rows = byId.executeQuery()) {
                int asked = 0;
                while (asked < History.MOST_OF_ONE_ID && rows.next()) {
                    Event event = EventRecord.decode(rows.getBytes(2));
                    if (!id.equals(event.id())) {
                        continue;
                    }
                    asked++;
                    if (known.test(event)) {
                        return OptionalLong.of(rows.getLong(1));
                    }
                }
                return OptionalLong.empty();
            }
        });
    }

    /** See {@link dev.fanfare.log.History#last}. */
    Optional<LogEntry> last(Topic topic, long head) throws SQLException {
        return inOneState(() -> {
            newest.setLong(1, KeyHash.of(topic.value()));
            newest.setLong(2, head);
            try (ResultSet rows = newest.executeQuery()) {
                while (rows.next()) {
                    Event event = EventRecord.decode(rows.getBytes(2));
                    if (event.topics().contains(topic)) {
                        return Optional.of(new LogEntry(rows.getLong(1), event));
                    }
                }
                return Optional.empty();
            }
        });
    }

    /** See {@link Receipts#find}. */
    Optional<Receipts.Receipt> receipt(String key) throws SQLException {
        return inOneState(() -> {
            receipt.setString(1, key);
            try (ResultSet rows = receipt.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Receipts.Receipt(rows.getString(1), rows.getLong(2)))
                        : Optional.empty();
            }
        });
    }

    /** Whether the newest events are all there, whole, and listed under their topics and ids. */
    void checkNewest(int most, long keptAfter, long head) throws SQLException {
        inOneState(() -> {
            long from = Math.max(keptAfter, head - most);
            for (LogEntry logged :
                    scan(from, Set.of(new Selector.Everything()), most, head).events()) {
                Event event = logged.event();
                for (Topic topic : event.topics()) {
                    if (merge(logged.position() - 1, List.of(topic), 1, logged.position())
                            .events()
                            .isEmpty()) {
                        throw new IllegalArgumentException(
                                "the event at position " + logged.position() + " is not listed under its topics");
                    }
                }
            }
            return head;
        });
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
