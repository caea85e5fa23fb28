package dev.fanfare.status;

import dev.fanfare.status.rules.ChangeRule;
import jakarta.json.JsonException;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParsingException;
import java.io.StringReader;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads JSON of others. What could cost more than its length, deep nesting and long numbers, is refused first. Stateless. */
public final class JsonText {
    /** Longest number, in characters; more digits make no status. */
    static final int MAX_NUMBER_CHARS = 500;

    private static final String INVALID = "answers with something that is not valid JSON";
    private static final String NUMBER_CHARS = "0123456789.+-eE";
    private static final Pattern WHITE_SPACE = Pattern.compile("[ \\t\\r\\n]*");
    private static final Pattern SCALAR = Pattern.compile(
            "[ \\t\\r\\n]*" + "(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)[ \\t\\r\\n]*");

    // Kept, since each call of Json looks for a provider anew.
    public static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final JsonReaderFactory READERS = PROVIDER.createReaderFactory(Map.of());

    private JsonText() {}

    /**
     * The value that the text is.
     *
     * @throws SourceFailure if it is no JSON text, or beyond the bounds
     */
    public static JsonValue parse(String text) {
        requireOneValue(text, endOfFirst(text));
        try (JsonReader reader = READERS.createReader(new StringReader(text))) {
            return reader.readValue();
        } catch (JsonParsingException e) {
            throw invalid("no JSON at offset " + e.getLocation().getStreamOffset(), e);
        } catch (JsonException | NumberFormatException | ArithmeticException | IllegalStateException e) {
            throw invalid("JSON that can't be read: " + e.getClass().getSimpleName(), e);
        }
    }

    /** The value of a text that was made of a value. */
    public static JsonValue read(String text) {
        try (JsonReader reader = READERS.createReader(new StringReader(text))) {
            return reader.readValue();
        }
    }

    /** A text as a JSON value. */
    public static JsonValue string(String text) {
        return PROVIDER.createValue(text);
    }

    /** A plain text as a JSON value, without a byte order mark and without the last line end, as programs print it. */
    public static JsonValue ofPlain(String text) {
        int start = text.startsWith("\uFEFF") ? 1 : 0;
        int end = text.length();
        if (end > start && text.charAt(end - 1) == '\n') {
            end -= end - start > 1 && text.charAt(end - 2) == '\r' ? 2 : 1;
        }
        return string(text.substring(start, end));
    }

    /** A text as a JSON string. */
    public static String quote(String text) {
        return write(PROVIDER.createValue(text));
    }

    /** A value as text. Half a surrogate pair, which UTF-8 has no bytes for, is escaped, as it was when it came. */
    public static String write(JsonValue value) {
        String text = value.toString();
        StringBuilder escaped = null;
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            escaped = escaped == null ? new StringBuilder(text.length() + 16) : escaped;
            escaped.append(text, copied, i).append("\\u").append(HexFormat.of().toHexDigits(c));
            copied = i + 1;
        }
        return escaped == null
                ? text
                : escaped.append(text, copied, text.length()).toString();
    }

    private static SourceFailure invalid(String message, Exception cause) {
        return new SourceFailure(INVALID, message, Duration.ZERO, cause);
    }

    private static SourceFailure refused(String what) {
        return new SourceFailure("answers " + what, what, Duration.ZERO, null);
    }

    /**
     * Where the first value ends, if it is an object, an array or a string; 0 for others.
     *
     * @throws SourceFailure if it is beyond the bounds
     */
    private static int endOfFirst(String text) {
        int depth = 0;
        int numberChars = 0;
        boolean inString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                    if (depth == 0) {
                        return i + 1;
                    }
                }
                continue;
            }
            numberChars = NUMBER_CHARS.indexOf(c) >= 0 ? numberChars + 1 : 0;
            if (numberChars > MAX_NUMBER_CHARS) {
                throw refused("JSON with a number of more than " + MAX_NUMBER_CHARS + " characters");
            }
            boolean opens = c == '"' || c == '{' || c == '[';
            if (opens && depth == 0) {
                requireWhiteSpace(text, 0, i);
            }
            if (c == '"') {
                inString = true;
            } else if (opens) {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
                if (depth < 0) {
                    throw notOneValue();
                }
                if (depth == 0) {
                    return i + 1;
                }
            }
            if (depth > ChangeRule.MAX_DEPTH) {
                throw refused("JSON nested deeper than " + ChangeRule.MAX_DEPTH + " levels");
            }
        }
        return 0;
    }

    /** Parsers differ in whether they mind what follows the value. */
    private static void requireOneValue(String text, int end) {
        if (end > 0) {
            requireWhiteSpace(text, end, text.length());
        } else if (!SCALAR.matcher(text).matches()) {
            throw notOneValue();
        }
    }

    private static void requireWhiteSpace(String text, int from, int to) {
        if (!WHITE_SPACE.matcher(text).region(from, to).matches()) {
            throw notOneValue();
        }
    }

    private static SourceFailure notOneValue() {
        return new SourceFailure(INVALID, "not one JSON value", Duration.ZERO, null);
    }
}
