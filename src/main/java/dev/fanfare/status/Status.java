package dev.fanfare.status;

import jakarta.json.JsonValue;

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

    /** @throws SourceFailure if it is nested too deep */
    static Status of(JsonValue value, SourceSettings settings) {
        String id;
        try {
            id = settings.change().idOf(value);
        } catch (IllegalArgumentException e) {
            throw new SourceFailure("gives a status that is nested too deep");
        }
        return new Status(id, value.toString(), settings.end().holds(value));
    }
}
