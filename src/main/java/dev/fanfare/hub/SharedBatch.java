package dev.fanfare.hub;

import dev.fanfare.stream.Batch;
import java.util.List;

/**
 * A batch, and all who get it: those whose cursor is where it begins and who may see the same of its private events, whatever
 * their rights are otherwise. Immutable.
 *
 * @param after the cursor before it
 * @param verdicts on the private events that it has or leaves out; none where all are for everybody
 */
record SharedBatch(long after, List<Verdict> verdicts, Batch batch) {
    /** Whether a private event is in the batch. */
    record Verdict(EncodedEvent entry, boolean isIn) {}

    /** Whether a subscription at {@code cursor} with these rights gets this very batch. */
    boolean isFor(long cursor, Rights rights) {
        if (cursor != after) {
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
