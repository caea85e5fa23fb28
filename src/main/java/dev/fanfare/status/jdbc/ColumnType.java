package dev.fanfare.status.jdbc;

import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Blob;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/*
 *   numbers                        numbers, as exact as the column; NaN and infinite ones as text
 *   booleans                       true, false
 *   timestamp with a time zone     "2026-11-21T06:31:47.5Z", in UTC
 *   timestamp, date, time without  "2026-11-21T06:31:47.5", "2026-11-21", "06:31:47"
 *   binary                         text in Base64
 *   null                           null
 *   all else, also JSON            text as the database writes it
 *
 * Drivers differ in what getObject gives, so what is asked for depends on the column, and what becomes of it on its class.
 */
/** How the values of a column are read. */
enum ColumnType {
    /** As the driver thinks fit. */
    PLAIN {
        @Override
        @Nullable
        Object get(ResultSet rows, int column) throws SQLException {
            return rows.getObject(column);
        }
    },
    /** Without a time zone: must not go through one, since in some of them an hour a year is missing. */
    LOCAL_TIMESTAMP {
        @Override
        @Nullable
        Object get(ResultSet rows, int column) throws SQLException {
            return rows.getObject(column, LocalDateTime.class);
        }
    },
    /** A moment. */
    TIMESTAMP {
        @Override
        @Nullable
        Object get(ResultSet rows, int column) throws SQLException {
            return rows.getObject(column, OffsetDateTime.class);
        }
    },
    /** What the driver has an object of its own for. */
    TEXT {
        @Override
        @Nullable
        Object get(ResultSet rows, int column) throws SQLException {
            return rows.getString(column);
        }
    };

    /** More digits make no status; see JsonText, which draws the same line. */
    private static final int MAX_DIGITS = 500;

    abstract @Nullable Object get(ResultSet rows, int column) throws SQLException;

    static ColumnType of(int type, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        if (type == Types.TIMESTAMP_WITH_TIMEZONE || name.equals("timestamptz")) {
            return TIMESTAMP;
        }
        if (name.startsWith("json") || type == Types.CLOB || type == Types.NCLOB || type == Types.OTHER) {
            return TEXT;
        }
        // SQLite has neither type nor a way to read one; what it gives is a text or a number.
        return type == Types.TIMESTAMP && name.startsWith("timestamp") ? LOCAL_TIMESTAMP : PLAIN;
    }

    JsonValue read(ResultSet rows, int column) throws SQLException {
        Object value = get(rows, column);
        return value == null ? JsonValue.NULL : json(value);
    }

    private static JsonValue json(Object value) throws SQLException {
        if (value instanceof Boolean bool) {
            return bool ? JsonValue.TRUE : JsonValue.FALSE;
        }
        if (value instanceof Number number) {
            return number(number);
        }
        return Json.createValue(text(value));
    }

    private static JsonValue number(Number number) {
        if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            return Json.createValue(number.longValue());
        }
        BigDecimal exact;
        if (number instanceof BigDecimal decimal) {
            exact = decimal;
        } else if (number instanceof BigInteger integer) {
            exact = new BigDecimal(integer);
        } else if (Double.isFinite(number.doubleValue())) {
            // The digits that people know a float by: 0.1f is not 0.10000000149.
            exact = new BigDecimal(number.toString());
        } else {
            return Json.createValue(number.toString());
        }
        return exact.precision() <= MAX_DIGITS ? Json.createValue(exact) : Json.createValue(exact.toString());
    }

    private static String text(Object value) throws SQLException {
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        if (value instanceof Blob blob) {
            // One byte more than there may be, so that too much is noticed.
            return text(blob.getBytes(1, JdbcSourceSettings.MAX_BYTES + 1));
        }
        if (value instanceof OffsetDateTime moment) {
            return moment.toInstant().toString();
        }
        if (value instanceof ZonedDateTime moment) {
            return moment.toInstant().toString();
        }
        if (value instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime().toString();
        }
        if (value instanceof Date date) {
            return date.toLocalDate().toString();
        }
        if (value instanceof Time time) {
            return time.toLocalTime().toString();
        }
        return value.toString();
    }
}
