package dev.fanfare.cli;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What changed from one JSON value to the next, a line for each place. Stateless. */
final class JsonDiff {
    private static final int MOST_CHARS = 120;

    /**
     * A place that changed.
     *
     * @param pointer where, as a JSON Pointer (RFC 6901)
     * @param before what stood there; null if nothing did
     * @param after what stands there now; null if nothing does
     */
    record Change(
            String pointer,
            @Nullable JsonValue before,
            @Nullable JsonValue after) {
        /** As in {@code ~ /state: "RUNNING" -> "DONE"}. */
        String text() {
            String place = pointer.isEmpty() ? "(all)" : pointer;
            if (before == null) {
                return "+ " + place + ": " + shown(after);
            }
            return after == null
                    ? "- " + place + ": " + shown(before)
                    : "~ " + place + ": " + shown(before) + " -> " + shown(after);
        }

        private static String shown(@Nullable JsonValue value) {
            String text = String.valueOf(value);
            return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "…" : text;
        }
    }

    private JsonDiff() {}

    /** The changes, in the order of the values. Array elements are compared by their index. */
    static List<Change> between(@Nullable JsonValue before, JsonValue after) {
        List<Change> changes = new ArrayList<>();
        collect("", before, after, changes);
        return changes;
    }

    private static void collect(
            String pointer, @Nullable JsonValue before, @Nullable JsonValue after, List<Change> changes) {
        if (before instanceof JsonObject from && after instanceof JsonObject to) {
            from.forEach((name, value) -> collect(pointer + "/" + escaped(name), value, to.get(name), changes));
            to.forEach((name, value) -> {
                if (!from.containsKey(name)) {
                    changes.add(new Change(pointer + "/" + escaped(name), null, value));
                }
            });
        } else if (before instanceof JsonArray from && after instanceof JsonArray to) {
            for (int i = 0; i < Math.max(from.size(), to.size()); i++) {
                collect(
                        pointer + "/" + i,
                        i < from.size() ? from.get(i) : null,
                        i < to.size() ? to.get(i) : null,
                        changes);
            }
        } else if (before == null || !before.equals(after)) {
            changes.add(new Change(pointer, before, after));
        }
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
