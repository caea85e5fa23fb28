package dev.fanfare.history.sqlite;

import dev.fanfare.event.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is stored together, all or none.
 *
 * @param published events, side by side; may be empty where there is a receipt
 * @param events the same, made ready
 * @param receipt what is remembered of it; null for nothing
 * @param change what is done instead, without events; null for nothing
 */
record PreparedAppend(
        List<Event> published,
        List<PreparedEvent> events,
        @Nullable Receipt receipt,
        @Nullable Change change) {

    /** A key and the content that is answered to a publisher that repeats it. */
    record Receipt(String key, String content) {}

    /**
     * What a copy is changed by.
     *
     * @param dropAfter take back the events above this position; negative for none
     * @param note keep this text; null for none
     */
    record Change(long dropAfter, @Nullable String note) {}

    /** A change, alone. */
    static PreparedAppend of(Change change) {
        return new PreparedAppend(List.of(), List.of(), null, change);
    }

    /** Makes events ready, and what is remembered of them. */
    static PreparedAppend of(List<Event> events, @Nullable Receipt receipt) {
        return new PreparedAppend(events, events.stream().map(PreparedEvent::of).toList(), receipt, null);
    }

    /** Bytes of all records. */
    long bytes() {
        long bytes = 0;
        for (PreparedEvent event : events) {
            bytes += event.record().length;
        }
        return receipt == null
                ? bytes
                : bytes + receipt.key().length() + receipt.content().length();
    }
}
