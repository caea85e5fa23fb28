package dev.fanfare.status;

import dev.fanfare.status.rules.ChangeRule;

/**
 * A status as clients get it.
 *
 * @param id 16 hex digits that stand for its value; see {@link ChangeRule}
 * @param json the whole status
 * @param isFinal whether it meets the source's end condition
 */
public record Status(String id, String json, boolean isFinal) {
    /** The id of the event that ends a stream of this status. */
    public String endId() {
        return "end-" + id;
    }
}
