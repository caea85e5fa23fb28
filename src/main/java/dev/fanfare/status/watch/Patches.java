package dev.fanfare.status.watch;

import dev.fanfare.status.JsonText;
import dev.fanfare.status.rules.UpdateForm;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonPatch;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import org.jspecify.annotations.Nullable;

/** Patches from one status to the next. Stateless. */
public final class Patches {
    // The library goes an array down by recursion, a level for each element.
    private static final int MOST_ELEMENTS = 1000;

    /*
     * Patches are looked for under the lock of a watch, so none may take long; what is at these bounds takes about 20 ms.
     * To compare two arrays takes each value of the one as often as the other has elements.
     */
    private static final long MOST_COMPARISONS = 300_000;

    /** To try a patch, each operation copies what it changes. */
    private static final long MOST_COPIES = 1_000_000;

    /** So many characters of a string cost about as much as a value. */
    private static final int CHARS_PER_PART = 64;

    private Patches() {}

    /**
     * A patch that makes {@code next} of {@code before}.
     *
     * @return its text; null if there is none that does, or it would cost too much to find
     */
    static @Nullable String between(JsonValue before, JsonValue next, UpdateForm form) {
        try {
            return form == UpdateForm.MERGE_PATCH ? merge(before, next) : operations(before, next);
        } catch (JsonException | UnsupportedOperationException e) {
            // The whole status can always be sent instead.
            return null;
        }
    }

    /** A merge patch can't set a member to null, nor tell an object from what removes its members: so it is tried out. */
    private static @Nullable String merge(JsonValue before, JsonValue next) {
        if (!(before instanceof JsonObject) || !(next instanceof JsonObject)) {
            return null;
        }
        JsonValue patch = JsonText.PROVIDER.createMergeDiff(before, next).toJsonValue();
        JsonValue patched = JsonText.PROVIDER.createMergePatch(patch).apply(before);
        return patched.equals(next) ? JsonText.write(patch) : null;
    }

    private static @Nullable String operations(JsonValue before, JsonValue next) {
        if (!(before instanceof JsonStructure from)
                || !(next instanceof JsonStructure to)
                || from.getValueType() != to.getValueType()) {
            return null;
        }
        int longest = longestArray(to);
        long parts = parts(from);
        if (longest > MOST_ELEMENTS || longestArray(from) > MOST_ELEMENTS || parts * longest > MOST_COMPARISONS) {
            return null;
        }
        JsonPatch patch = JsonText.PROVIDER.createDiff(from, to);
        JsonArray operations = patch.toJsonArray();
        if (operations.size() * Math.max(parts, parts(to)) > MOST_COPIES) {
            return null;
        }
        return patch.apply(from).equals(to) ? JsonText.write(operations) : null;
    }

    /** How many values there are in one, itself included; long strings count more. */
    private static long parts(JsonValue value) {
        if (value instanceof JsonArray array) {
            return array.stream().mapToLong(Patches::parts).reduce(1, Long::sum);
        }
        if (value instanceof JsonObject object) {
            return object.values().stream().mapToLong(Patches::parts).reduce(1, Long::sum);
        }
        return value instanceof JsonString string ? 1 + string.getChars().length() / CHARS_PER_PART : 1;
    }

    private static int longestArray(JsonValue value) {
        if (value instanceof JsonArray array) {
            return array.stream().mapToInt(Patches::longestArray).reduce(array.size(), Math::max);
        }
        if (value instanceof JsonObject object) {
            return object.values().stream().mapToInt(Patches::longestArray).reduce(0, Math::max);
        }
        return 0;
    }
}
