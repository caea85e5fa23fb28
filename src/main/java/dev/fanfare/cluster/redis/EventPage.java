package dev.fanfare.cluster.redis;

import dev.fanfare.log.SharedLog.Stored;
import java.util.ArrayList;
import java.util.List;

/**
 * Events out of entries of the stream.
 *
 * <p>Each entry has the position of its last record for its id, and holds when it was stored ({@code t}), how many bytes of records
 * there were up to its end ({@code b}), and its records ({@code r}). That count begins anywhere in each log, so it is a chain: a
 * record belongs to the log that held the one before it if their counts differ by its own bytes.
 */
final class EventPage {
    private EventPage() {}

    /** An event, and the count at its end. */
    record Entry(Stored event, long chain) {
        /** The count at the end of the event before this one. */
        long before() {
            return chain - event.record().length;
        }
    }

    /** The events behind a position, of an answer to XREAD or XRANGE. */
    static List<Entry> read(List<?> answer, long after) {
        List<Entry> events = new ArrayList<>();
        for (Object each : answer) {
            List<?> entry = RedisLink.list(each);
            add(RedisLink.text(entry.get(0)), RedisLink.list(entry.get(1)), after, events);
        }
        return events;
    }

    private static void add(String id, List<?> fields, long after, List<Entry> events) {
        try {
            if (fields.size() < 6 || !id.endsWith("-0")) {
                throw new NumberFormatException(id);
            }
            long last = Long.parseLong(id.substring(0, id.length() - 2));
            long storedMs = RedisLink.number(fields.get(1));
            long chain = RedisLink.number(fields.get(3));
            List<byte[]> records = new ArrayList<>();
            for (int i = 4; i + 1 < fields.size(); i += 2) {
                if (RedisLink.text(fields.get(i)).equals("r") && fields.get(i + 1) instanceof byte[] record) {
                    records.add(record);
                    chain -= record.length;
                }
            }
            long position = last - records.size();
            for (byte[] record : records) {
                position++;
                chain += record.length;
                if (position > after) {
                    events.add(new Entry(new Stored(position, storedMs, record), chain));
                }
            }
        } catch (NumberFormatException e) {
            throw new RedisError("FOREIGN the entry " + id + " of the log was not written by Fanfare", e);
        }
    }
}
