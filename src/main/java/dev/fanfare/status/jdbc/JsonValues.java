package dev.fanfare.status.jdbc;

import dev.fanfare.status.JsonText;
import dev.fanfare.status.SourceFailure;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes JSON of what drivers give. Stateless. */
final class JsonValues {
    /** More digits make no status; see JsonText, which draws the same line. */
    private static final int MAX_DIGITS = 500;

    private JsonValues() {}

    /** A value of Java's own classes that lose nothing, null too; null for any other object. */
    static @Nullable JsonValue plain(@Nullable Object value) {
        if (value == null) {
            return JsonValue.NULL;
        }
        if (value instanceof Boolean bool) {
            return bool ? JsonValue.TRUE : JsonValue.FALSE;
        }
        if (value instanceof Number number) {
            return ofNumber(number);
        }
        if (value instanceof String || value instanceof UUID || value instanceof LocalDate) {
            return Json.createValue(value.toString());
        }
        if (value instanceof LocalDateTime local) {
            return Json.createValue(SqlTimes.text(local));
        }
        if (value instanceof LocalTime || value instanceof OffsetTime) {
            return ofText(SqlTimes.time(value.toString()));
        }
        if (value instanceof OffsetDateTime moment) {
            return Json.createValue(moment.toInstant().toString());
        }
        if (value instanceof ZonedDateTime moment) {
            return Json.createValue(moment.toInstant().toString());
        }
        return value instanceof byte[] bytes ? bytes(bytes) : null;
    }

    private static @Nullable JsonValue ofNumber(Number number) {
        if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            return Json.createValue(number.longValue());
        }
        if (number instanceof BigDecimal decimal) {
            return exact(decimal);
        }
        if (number instanceof BigInteger integer) {
            return exact(new BigDecimal(integer));
        }
        if (!(number instanceof Double || number instanceof Float)) {
            return null;
        }
        // The digits that people know a float by: 0.1f is not 0.10000000149.
        return number(number.toString());
    }

    /** The number that a text is; the text if it is none, such as {@code NaN}. */
    static JsonValue number(@Nullable String text) {
        if (text == null) {
            return JsonValue.NULL;
        }
        try {
            return exact(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return Json.createValue(text);
        }
    }

    private static JsonValue exact(BigDecimal number) {
        return number.precision() <= MAX_DIGITS ? Json.createValue(number) : Json.createValue(number.toString());
    }

    static JsonValue ofText(@Nullable String text) {
        return text == null ? JsonValue.NULL : Json.createValue(text);
    }

    static JsonValue bytes(byte @Nullable [] bytes) {
        return bytes == null
                ? JsonValue.NULL
                : Json.createValue(Base64.getEncoder().encodeToString(bytes));
    }

    /** The JSON that a text is; the text if it is none, or beyond the bounds of a status. */
    static JsonValue jsonOrText(@Nullable String text) {
        if (text == null) {
            return JsonValue.NULL;
        }
        try {
            return JsonText.parse(text);
        } catch (SourceFailure e) {
            return Json.createValue(text);
        }
    }
}
