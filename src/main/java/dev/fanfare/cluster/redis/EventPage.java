package dev.fanfare.cluster.redis;

import dev.fanfare.log.SharedLog.Stored;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries of the stream.
 *
 * <p>Each entry holds the record ({@code r}), when it was stored ({@code t}), and how many bytes of records there were up to its
 * own ({@code b}). That count begins anywhere in each log, so it is a chain: an entry belongs to the log that held the one before
 * it if their counts differ by its own bytes.
 */
final class EventPage {
    private EventPage() {}

    /** An entry. */
    record Entry(Stored event, long chain) {
        /** The count of the entry before this one. */
        long before() {
            return chain - event.record().length;
        }
    }

    /** The entries of an answer to XREAD or XRANGE. */
    static List<Entry> read(List<?> answer) {
        List<Entry> entries = new ArrayList<>(answer.size());
        for (Object each : answer) {
            List<?> entry = RedisLink.list(each);
            entries.add(entry(RedisLink.text(entry.get(0)), RedisLink.list(entry.get(1))));
        }
        return entries;
    }

    private static Entry entry(String id, List<?> fields) {
        if (fields.size() < 6 || !(fields.get(1) instanceof byte[] record) || !id.endsWith("-0")) {
            throw new RedisError("FOREIGN the entry " + id + " of the log was not written by Fanfare");
        }
        try {
            long position = Long.parseLong(id.substring(0, id.length() - 2));
            return new Entry(
                    new Stored(position, RedisLink.number(fields.get(3)), record), RedisLink.number(fields.get(5)));
        } catch (NumberFormatException e) {
            throw new RedisError("FOREIGN the entry " + id + " of the log was not written by Fanfare", e);
        }
    }
}
