package dev.fanfare.status;

import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import org.jspecify.annotations.Nullable;

/** Patches from one status to the next. Stateless. */
final class Patches {
    // To compare two arrays takes time by the product of their lengths.
    private static final int MOST_ELEMENTS = 1000;

    private Patches() {}

    /**
     * A patch that makes {@code next} of {@code before}.
     *
     * @return its text; null if there is none that does, or it would cost too much to find
     */
    static @Nullable String between(JsonValue before, JsonValue next, Form form) {
        try {
            return form == Form.MERGE_PATCH ? merge(before, next) : operations(before, next);
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
        return patched.equals(next) ? patch.toString() : null;
    }

    private static @Nullable String operations(JsonValue before, JsonValue next) {
        if (!(before instanceof JsonStructure from)
                || !(next instanceof JsonStructure to)
                || from.getValueType() != to.getValueType()
                || longestArray(from) > MOST_ELEMENTS
                || longestArray(to) > MOST_ELEMENTS) {
            return null;
        }
        var patch = JsonText.PROVIDER.createDiff(from, to);
        return patch.apply(from).equals(to) ? patch.toJsonArray().toString() : null;
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
