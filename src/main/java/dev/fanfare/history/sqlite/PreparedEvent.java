package dev.fanfare.history.sqlite;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.log.EventRecord;
import java.util.OptionalLong;

/**
 * An event made ready, in its publisher's thread, to be stored by another.
 *
 * @param record its bytes
 * @param topicKeys the keys of its topics, each once
 * @param idKey the key of its publisher's id
 */
@SuppressWarnings("ArrayRecordComponent") // handed from one thread to the next, compared by nobody
record PreparedEvent(byte[] record, long[] topicKeys, OptionalLong idKey) {

    /** Makes an event ready. */
    static PreparedEvent of(Event event) {
        return of(event, EventRecord.encode(event));
    }

    /** How often it is listed, under a topic or an id. */
    int keys() {
        return topicKeys.length + (idKey.isPresent() ? 1 : 0);
    }

    /** What was stored under these bytes. */
    static PreparedEvent of(byte[] record) {
        return of(EventRecord.decode(record), record);
    }

    private static PreparedEvent of(Event event, byte[] record) {
        EventId id = event.id();
        return new PreparedEvent(
                record,
                KeyHash.of(event.topics()),
                id == null ? OptionalLong.empty() : OptionalLong.of(KeyHash.of(id.value())));
    }
}
