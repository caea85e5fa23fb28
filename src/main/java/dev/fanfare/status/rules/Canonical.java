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

    /**
     * What is special in a status, as a tree of the tokens of pointers. A value may be named by several nodes, since the token
     * {@code *} stands for every member or element; by no more than there are pointers, which bounds what it costs to look.
     * Not changed once it is in use.
     */
    static final class Marks {
        private static final String ANY = "*";

        private final Map<String, Marks> below = new HashMap<>();
        private final List<Marks> alone = List.of(this);
        final List<DeadBand> bands = new ArrayList<>(0);
        boolean isLeftOut;

        /** What holds where nothing is special, or everything that this tree says. */
        List<Marks> asList() {
            return below.isEmpty() && bands.isEmpty() ? List.of() : alone;
        }

        /** The nodes that name a member or an element of what {@code marks} name. */
        private static List<Marks> below(List<Marks> marks, String key) {
            List<Marks> found = List.of();
            for (Marks mark : marks) {
                found = with(found, mark.below.get(key));
                if (!key.equals(ANY)) {
                    found = with(found, mark.below.get(ANY));
                }
            }
            return found;
        }

        private static List<Marks> with(List<Marks> found, @Nullable Marks more) {
            if (more == null) {
                return found;
            }
            if (found.isEmpty()) {
                return more.alone;
            }
            List<Marks> all = found.size() == 1 ? new ArrayList<>(found) : found;
            all.add(more);
            return all;
        }

        private static boolean leaveOut(List<Marks> marks) {
            for (Marks mark : marks) {
                if (mark.isLeftOut) {
                    return true;
                }
            }
            return false;
        }

        private static List<DeadBand> bands(List<Marks> marks) {
            return marks.size() == 1
                    ? marks.get(0).bands
                    : marks.stream().flatMap(mark -> mark.bands.stream()).toList();
        }

        /** The node of a valid JSON Pointer. */
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
        write(value, marks.asList(), 0);
        byte[] hash = Sha256.digest().digest(out.toString().getBytes(StandardCharsets.UTF_8));
        return HEX.formatHex(hash, 0, 8);
    }

    /** The numbers with a dead-band that were met, in their canonical order. */
    List<Fingerprint.BandedNumber> banded() {
        return banded;
    }

    private void write(JsonValue value, List<Marks> marks, int depth) {
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

    private void writeObject(JsonObject object, List<Marks> marks, int depth) {
        out.append('{');
        String[] keys = object.keySet().toArray(NO_KEYS);
        Arrays.sort(keys);
        boolean first = true;
        for (String key : keys) {
            List<Marks> below = Marks.below(marks, key);
            if (Marks.leaveOut(below)) {
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

    private void writeArray(JsonArray array, List<Marks> marks, int depth) {
        out.append('[');
        boolean first = true;
        int index = 0;
        for (JsonValue element : array) {
            List<Marks> below = marks.isEmpty() ? marks : Marks.below(marks, Integer.toString(index));
            index++;
            if (Marks.leaveOut(below)) {
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

    private void writeNumber(JsonNumber json, List<Marks> marks) {
        BigDecimal number = json.bigDecimalValue();
        List<DeadBand> bands = Marks.bands(marks);
        if (!bands.isEmpty()) {
            banded.add(new Fingerprint.BandedNumber(bands, number));
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
