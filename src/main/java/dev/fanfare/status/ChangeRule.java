package dev.fanfare.status;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * The canonical value, as UTF-8:
 *
 *   object   {"a":1,"b":[true,null]}   keys sorted by UTF-16 units, as in RFC 8785; ignored members left out
 *   array    ignored elements left out
 *   string   "…" with \" and \\ ; control characters and halves of surrogate pairs as backslash, u, four hex digits
 *   number   digits of the unscaled value without trailing zeros, and e with the exponent where that is not 0:
 *            100 = 1e2, 1.0 = 1, -0.5 = -5e-1, 0 = -0 = 0e9 = 0. Never written out, so 1e999999999 stays short.
 */
/**
 * When a status has changed: when its id has. The id is the first 16 hex digits of SHA-256 over the canonical value, in
 * which key order and white space do not count, numbers count by value, and ignored JSON Pointers are left out. So it is
 * the same after a restart and on every node. Immutable.
 */
public final class ChangeRule {
    /** Every change counts. */
    public static final ChangeRule ANY = new ChangeRule(List.of(), new Ignored());

    /** Statuses nested deeper than this are refused. */
    public static final int MAX_DEPTH = 100;

    /** What is left out, as a tree of the tokens of all pointers. */
    private static final class Ignored {
        private final Map<String, Ignored> below = new HashMap<>();
        private boolean leftOut;
    }

    private final List<String> pointers;
    private final Ignored ignored;

    private ChangeRule(List<String> pointers, Ignored ignored) {
        this.pointers = pointers;
        this.ignored = ignored;
    }

    /**
     * A rule to which some members do not matter.
     *
     * @param pointers JSON Pointers (RFC 6901) such as {@code /updatedAt} or {@code /steps/0/took}
     * @throws IllegalArgumentException naming the one that is wrong
     */
    public static ChangeRule ignoring(List<String> pointers) {
        Ignored root = new Ignored();
        for (String pointer : pointers) {
            requirePointer(pointer);
            Ignored node = root;
            for (String token : pointer.substring(1).split("/", -1)) {
                String name = token.replace("~1", "/").replace("~0", "~");
                node = node.below.computeIfAbsent(name, key -> new Ignored());
            }
            node.leftOut = true;
        }
        return new ChangeRule(List.copyOf(pointers), root);
    }

    private static void requirePointer(String pointer) {
        if (pointer.isEmpty()) {
            throw new IllegalArgumentException(
                    "an empty JSON Pointer to ignore is the whole status, which then would never change");
        }
        try {
            Json.createPointer(pointer);
        } catch (JsonException e) {
            throw new IllegalArgumentException(
                    "'" + pointer + "' is no JSON Pointer; write what to ignore like '/updatedAt'", e);
        }
    }

    /** The pointers that are ignored. */
    public List<String> pointers() {
        return pointers;
    }

    /**
     * The id of a status: 16 lower-case hex digits.
     *
     * @throws IllegalArgumentException if it is nested deeper than {@link #MAX_DEPTH}
     */
    public String idOf(JsonValue status) {
        StringBuilder canonical = new StringBuilder();
        write(canonical, status, ignored, 0);
        byte[] hash = sha256().digest(canonical.toString().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, 8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256, this one has not", e);
        }
    }

    private static void write(StringBuilder out, JsonValue value, @Nullable Ignored ignored, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("the status is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value instanceof JsonObject object) {
            writeObject(out, object, ignored, depth);
        } else if (value instanceof JsonArray array) {
            writeArray(out, array, ignored, depth);
        } else if (value instanceof JsonString string) {
            writeString(out, string.getString());
        } else if (value instanceof JsonNumber number) {
            writeNumber(out, number.bigDecimalValue());
        } else {
            out.append(value);
        }
    }

    private static void writeObject(StringBuilder out, JsonObject object, @Nullable Ignored ignored, int depth) {
        out.append('{');
        char separator = 0;
        for (Map.Entry<String, JsonValue> member : new TreeMap<>(object).entrySet()) {
            Ignored below = ignored == null ? null : ignored.below.get(member.getKey());
            if (below != null && below.leftOut) {
                continue;
            }
            if (separator != 0) {
                out.append(separator);
            }
            separator = ',';
            writeString(out, member.getKey());
            out.append(':');
            write(out, member.getValue(), below, depth + 1);
        }
        out.append('}');
    }

    private static void writeArray(StringBuilder out, JsonArray array, @Nullable Ignored ignored, int depth) {
        out.append('[');
        char separator = 0;
        int index = 0;
        for (JsonValue element : array) {
            Ignored below = ignored == null ? null : ignored.below.get(Integer.toString(index));
            index++;
            if (below != null && below.leftOut) {
                continue;
            }
            if (separator != 0) {
                out.append(separator);
            }
            separator = ',';
            write(out, element, below, depth + 1);
        }
        out.append(']');
    }

    private static void writeNumber(StringBuilder out, BigDecimal number) {
        String digits = number.unscaledValue().toString();
        if (number.signum() == 0) {
            out.append('0');
            return;
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        long exponent = digits.length() - end - (long) number.scale();
        out.append(digits, 0, end);
        if (exponent != 0) {
            out.append('e').append(exponent);
        }
    }

    private static void writeString(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else if (c < ' ' || Character.isSurrogate(c)) {
                out.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    @Override
    public String toString() {
        return "ignoring " + pointers;
    }
}
