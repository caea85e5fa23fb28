package dev.fanfare.status.rules;

import dev.fanfare.event.Sha256;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/*
 * The canonical value, as UTF-8:
 *
 *   object   {"a":1,"b":[true,null]}   keys sorted by UTF-16 units, as in RFC 8785; ignored members left out
 *   array    ignored elements left out
 *   string   "…" with \" and \\ ; control characters and halves of surrogate pairs as backslash, u, four hex digits
 *   number   digits of the unscaled value without trailing zeros, and e with the exponent where that is not 0:
 *            100 = 1e2, 1.0 = 1, -0.5 = -5e-1, 0 = -0 = 0e9 = 0. Never written out, so 1e999999999 stays short.
 *            # where it has a dead-band
 */
/** Writes a value in its canonical form and hashes it. For one value; not thread-safe. */
final class Canonical {
    private static final HexFormat HEX = HexFormat.of();
    private static final String[] NO_KEYS = {};
    private static final int LONG_DIGITS = 18;

    /** What is special at some places, as a tree of the tokens of their pointers. Not changed once it is in use. */
    static final class Marks {
        private final Map<String, Marks> below = new HashMap<>();
        final List<DeadBand> bands = new ArrayList<>(0);
        boolean isLeftOut;

        /** The place that a valid JSON Pointer names. */
        Marks at(String pointer) {
            Marks node = this;
            if (pointer.isEmpty()) {
                return node;
            }
            for (String token : pointer.substring(1).split("/", -1)) {
                String name = token.replace("~1", "/").replace("~0", "~");
                node = node.below.computeIfAbsent(name, key -> new Marks());
            }
            return node;
        }
    }

    private final StringBuilder out = new StringBuilder(1024);
    private final List<Fingerprint.BandedNumber> banded = new ArrayList<>(0);

    /**
     * The first 16 hex digits of SHA-256 over the canonical form.
     *
     * @throws IllegalArgumentException if the value is nested too deep
     */
    String hash(JsonValue value, Marks marks) {
        write(value, marks.below.isEmpty() && marks.bands.isEmpty() ? null : marks, 0);
        byte[] hash = Sha256.digest().digest(out.toString().getBytes(StandardCharsets.UTF_8));
        return HEX.formatHex(hash, 0, 8);
    }

    /** The numbers with a dead-band that were met, in their canonical order. */
    List<Fingerprint.BandedNumber> banded() {
        return banded;
    }

    private void write(JsonValue value, @Nullable Marks marks, int depth) {
        if (depth > ChangeRule.MAX_DEPTH) {
            throw new IllegalArgumentException("the status is nested deeper than " + ChangeRule.MAX_DEPTH + " levels");
        }
        switch (value.getValueType()) {
            case OBJECT -> writeObject(value.asJsonObject(), marks, depth);
            case ARRAY -> writeArray(value.asJsonArray(), marks, depth);
            case STRING -> writeString(((JsonString) value).getString());
            case NUMBER -> writeNumber((JsonNumber) value, marks);
            default -> out.append(value);
        }
    }

    private void writeObject(JsonObject object, @Nullable Marks marks, int depth) {
        out.append('{');
        String[] keys = object.keySet().toArray(NO_KEYS);
        Arrays.sort(keys);
        boolean first = true;
        for (String key : keys) {
            Marks below = marks == null ? null : marks.below.get(key);
            if (below != null && below.isLeftOut) {
                continue;
            }
            if (!first) {
                out.append(',');
            }
            first = false;
            writeString(key);
            out.append(':');
            write(Objects.requireNonNull(object.get(key)), below, depth + 1);
        }
        out.append('}');
    }

    private void writeArray(JsonArray array, @Nullable Marks marks, int depth) {
        out.append('[');
        boolean first = true;
        int index = 0;
        for (JsonValue element : array) {
            Marks below = marks == null ? null : marks.below.get(Integer.toString(index));
            index++;
            if (below != null && below.isLeftOut) {
                continue;
            }
            if (!first) {
                out.append(',');
            }
            first = false;
            write(element, below, depth + 1);
        }
        out.append(']');
    }

    private void writeNumber(JsonNumber json, @Nullable Marks marks) {
        BigDecimal number = json.bigDecimalValue();
        if (marks != null && !marks.bands.isEmpty()) {
            banded.add(new Fingerprint.BandedNumber(marks.bands, number));
            out.append('#');
            return;
        }
        if (number.signum() == 0) {
            out.append('0');
            return;
        }
        long exponent = number.precision() <= LONG_DIGITS ? writeShort(number) : writeLong(number);
        if (exponent != 0) {
            out.append('e').append(exponent);
        }
    }

    /** Writes the digits but for zeros at the end; the exponent. Most numbers fit into a long, which costs the least. */
    private long writeShort(BigDecimal number) {
        long exponent = -(long) number.scale();
        long digits = number.scaleByPowerOfTen(number.scale()).longValue();
        while (digits % 10 == 0) {
            digits /= 10;
            exponent++;
        }
        out.append(digits);
        return exponent;
    }

    private long writeLong(BigDecimal number) {
        String digits = number.unscaledValue().toString();
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        out.append(digits, 0, end);
        return digits.length() - end - (long) number.scale();
    }

    private void writeString(String text) {
        out.append('"');
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            out.append(text, copied, i);
            copied = i + 1;
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                out.append("\\u").append(HEX.toHexDigits(c));
            }
        }
        out.append(text, copied, text.length()).append('"');
    }
}
