package dev.fanfare.status.rules;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonPointer;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a status has ended: {@code /status=done,failed;/progress=100} is a JSON Pointer (<a
 * href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901</a>), the values that end the status, and after a semicolon
 * another such pair; one that holds is enough. Texts are compared as they are, {@code true}, {@code false} and {@code null}
 * by their names, numbers by value, so that statuses that do not differ end alike. What is missing, an object or an array
 * equals nothing. A token {@code *}, which stands for any element elsewhere, is refused: whether one or all of them had to
 * have the value is not said. Immutable.
 */
public final class EndCondition {
    /** In what is ignored, and in dead-bands, any member or element; a member that is named so can't be named there either. */
    private static final String ANY = "*";

    /** A status that never ends. */
    public static final EndCondition NEVER = new EndCondition("", List.of());

    private record Clause(JsonPointer pointer, List<Value> values) {}

    private record Value(String text, @Nullable BigDecimal number) {
        static Value of(String text) {
            try {
                return new Value(text, new BigDecimal(text));
            } catch (NumberFormatException e) {
                return new Value(text, null);
            }
        }
    }

    private final String text;
    private final List<Clause> clauses;

    private EndCondition(String text, List<Clause> clauses) {
        this.text = text;
        this.clauses = clauses;
    }

    /**
     * Reads a condition. White space around pointers and values does not count; an empty text never holds. A pointer
     * can't contain {@code =} or {@code ;}, a value neither {@code ,} nor {@code ;}.
     *
     * @throws IllegalArgumentException saying which part is wrong, and what would be right
     */
    public static EndCondition parse(String text) {
        if (text.isBlank()) {
            return NEVER;
        }
        List<Clause> clauses = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            clauses.add(clause(part.strip(), text));
        }
        return new EndCondition(text.strip(), List.copyOf(clauses));
    }

    private static Clause clause(String part, String whole) {
        int equals = part.indexOf('=');
        if (equals < 0) {
            throw wrong("'" + part + "' has no '='", whole);
        }
        String pointer = part.substring(0, equals).strip();
        List<String> values = Arrays.stream(part.substring(equals + 1).split(",", -1))
                .map(String::strip)
                .toList();
        if (Arrays.asList(pointer.split("/", -1)).contains(ANY)) {
            throw wrong(
                    "'" + pointer
                            + "' has the token *, and an end takes none; name one value, or a member that sums them up",
                    whole);
        }
        if (values.contains("")) {
            throw wrong("'" + part + "' has an empty value", whole);
        }
        try {
            return new Clause(
                    Json.createPointer(pointer), values.stream().map(Value::of).toList());
        } catch (JsonException e) {
            throw wrong("'" + pointer + "' is not a JSON Pointer, which begins with '/'", whole);
        }
    }

    private static IllegalArgumentException wrong(String fault, String whole) {
        return new IllegalArgumentException("the end condition '" + whole + "' can't be read: " + fault
                + "; write it like '/status=done,failed' or '/state=done;/progress=100'");
    }

    /** Whether the status has ended. */
    public boolean holds(JsonValue status) {
        return clauses.stream().anyMatch(clause -> {
            JsonValue found = find(clause.pointer(), status);
            return found != null && clause.values().stream().anyMatch(value -> matches(value, found));
        });
    }

    private static @Nullable JsonValue find(JsonPointer pointer, JsonValue status) {
        if (!(status instanceof JsonStructure structure)) {
            return pointer.toString().isEmpty() ? status : null;
        }
        try {
            return pointer.getValue(structure);
        } catch (JsonException e) {
            return null;
        }
    }

    private static boolean matches(Value value, JsonValue found) {
        if (found instanceof JsonString string) {
            return value.text().equals(string.getString());
        }
        if (found instanceof JsonNumber number) {
            return value.number() != null && number.bigDecimalValue().compareTo(value.number()) == 0;
        }
        return !(found instanceof JsonStructure) && value.text().equals(found.toString());
    }

    /** The condition as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
