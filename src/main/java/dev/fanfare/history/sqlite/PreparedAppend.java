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
 */
record PreparedAppend(
        List<Event> published,
        List<PreparedEvent> events,
        @Nullable Receipt receipt) {

    /** A key and the content that is answered to a publisher that repeats it. */
    record Receipt(String key, String content) {}

    /** Makes events ready, and what is remembered of them. */
    static PreparedAppend of(List<Event> events, @Nullable Receipt receipt) {
        return new PreparedAppend(events, events.stream().map(PreparedEvent::of).toList(), receipt);
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
