package dev.fanfare.log;

import dev.fanfare.event.Event;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Remembers under which key events were appended, as long as the history keeps those events. A port; implementations are
 * thread-safe, no method blocks.
 *
 * <p>A {@link History} that outlives the process implements this too, and stores a receipt in the transaction that stores the
 * events: one table with the key (unique), the content, the position of the first and of the last event; a row goes when its
 * last event goes. For a history that does not, {@link MemoryReceipts} remembers as long as the process lives.
 */
public interface Receipts {
    /**
     * What is remembered of one append.
     *
     * @param content what the append was called with
     * @param first the position of the first event; without meaning if there was none
     */
    record Receipt(String content, long first) {}

    /**
     * Appends events as {@link History#append} does, and remembers the key together with them, both or none.
     *
     * @param events may be empty: then only the receipt is kept, as long as the event that is the newest one now
     * @param key 64 hexadecimal digits, unknown so far
     * @param content text to be returned with the key
     * @return completes with the position of the first event; with anything if there is none
     */
    CompletionStage<Long> append(List<Event> events, String key, String content);

    /**
     * Appends as {@link #append} does, unless the key has become known meanwhile, or {@link History#appendOnce} would not.
     *
     * @return completes with what is remembered under the key: this append, or the one that came before it
     */
    default CompletionStage<Receipt> appendOnce(List<Event> events, long seen, String key, String content) {
        return append(events, key, content).thenApply(first -> new Receipt(content, first));
    }

    /** What was appended under a key, or empty if that is not known, or no longer. */
    CompletionStage<Optional<Receipt>> find(String key);
}
