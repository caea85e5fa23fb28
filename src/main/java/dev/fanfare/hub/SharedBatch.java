package dev.fanfare.hub;

import dev.fanfare.stream.Batch;
import dev.fanfare.wire.Form;
import java.util.List;

/**
 * A batch, and all who get it: those whose cursor is where it begins, who want the same form and may see the same of its private
 * events, whatever their rights are otherwise. Immutable.
 *
 * @param after the cursor before it
 * @param form that of its frames; the shard has one object for equal ones
 * @param verdicts on the private events that it has or leaves out; none where all are for everybody
 */
record SharedBatch(long after, Form form, List<Verdict> verdicts, Batch batch) {
    /** Whether a private event is in the batch. */
    record Verdict(EncodedEvent entry, boolean isIn) {}

    /** Whether a subscription at {@code cursor} with these rights, and this very form, gets this very batch. */
    @SuppressWarnings("ReferenceEquality") // asked for each client and batch
    boolean isFor(long cursor, Rights rights, Form wanted) {
        if (cursor != after || form != wanted) {
            return false;
        }
        for (int i = 0; i < verdicts.size(); i++) { // an iterator would be an object for each client
            Verdict verdict = verdicts.get(i);
            if (verdict.entry().isVisibleTo(rights) != verdict.isIn()) {
                return false;
            }
        }
        return true;
    }
}
