package dev.fanfare.status.jdbc;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * What the driver gives, and what is lost by it:
 *
 *   infinity         the greatest number of its unit, as if it were a date
 *   24:00:00         an exception, since Java has no such time
 *   list, map        objects of Java; those of timestamps have gone through the JVM's time zone, those of structs and blobs
 *                    have no text. The database's own text is exact.
 *   INTERVAL, BIT, BIGNUM within another type
 *                    objects that are exact; asking for the text is an internal error of the database
 */
/** A column of DuckDB whose driver needs care: times, and types that are made of others. */
final class DuckDbColumn implements Column {
    private static final String INFINITY = "infinity";

    private static final Pattern QUOTED = Pattern.compile("'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"");

    private static final Pattern WITHOUT_TEXT = Pattern.compile("\\b(?:interval|bit|bignum)\\b");

    private static final Pattern LIST_OF_JSON = Pattern.compile("json(?:\\[\\d*])+");

    /** In microseconds, milliseconds, nanoseconds. No other unit has these moments. */
    private static final Map<Instant, String> INFINITE = Map.of(
            moment(Long.MAX_VALUE, ChronoUnit.MICROS),
            INFINITY,
            moment(-Long.MAX_VALUE, ChronoUnit.MICROS),
            "-" + INFINITY,
            moment(Long.MAX_VALUE, ChronoUnit.MILLIS),
            INFINITY,
            moment(-Long.MAX_VALUE, ChronoUnit.MILLIS),
            "-" + INFINITY,
            moment(Long.MAX_VALUE, ChronoUnit.NANOS),
            INFINITY,
            moment(-Long.MAX_VALUE, ChronoUnit.NANOS),
            "-" + INFINITY);

    private final int type;
    private final boolean hasText;
    private final boolean isListOfJson;

    private DuckDbColumn(int type, String name) {
        this.type = type;
        this.hasText = !WITHOUT_TEXT.matcher(name).find();
        this.isListOfJson = LIST_OF_JSON.matcher(name).matches();
    }

    static Column of(int type, String typeName) {
        // A value of an enum, or the name of a member, may be called like a type.
        String name = QUOTED.matcher(typeName.toLowerCase(Locale.ROOT)).replaceAll("''");
        return switch (type) {
            case Types.DATE,
                    Types.TIME,
                    Types.TIME_WITH_TIMEZONE,
                    Types.TIMESTAMP,
                    Types.TIMESTAMP_WITH_TIMEZONE,
                    Types.ARRAY,
                    Types.STRUCT -> new DuckDbColumn(type, name);
            // An interval or a bignum that stands alone has a text.
            case Types.OTHER ->
                name.equals("json")
                        ? ColumnType.JSON
                        : name.contains("(") ? new DuckDbColumn(type, name) : ColumnType.PLAIN;
            // Its driver has no blob that is read by parts.
            case Types.BLOB -> ColumnType.BYTES;
            default -> ColumnType.of(Dialect.DUCKDB, type, typeName);
        };
    }

    private static Instant moment(long number, ChronoUnit unit) {
        return Instant.EPOCH.plus(number, unit);
    }

    @Override
    public JsonValue read(ResultSet rows, int index) throws SQLException {
        try {
            return switch (type) {
                case Types.TIME -> time(rows, index);
                case Types.TIME_WITH_TIMEZONE -> ColumnType.TIME.read(rows, index);
                case Types.TIMESTAMP -> local(rows.getObject(index, LocalDateTime.class));
                // Its driver makes a date of the JVM's zone when it is asked for a LocalDate.
                default -> exactOrText(rows, index);
            };
        } catch (DateTimeException e) {
            // A 24:00:00 with a time zone, an infinite timestamp of seconds.
            throw ColumnType.unreadable(rows.getMetaData(), index, e);
        }
    }

    private static JsonValue time(ResultSet rows, int index) throws SQLException {
        try {
            return ColumnType.TIME.read(rows, index);
        } catch (DateTimeException e) {
            // The only time of the database that Java does not have.
            return Json.createValue("24:00:00");
        }
    }

    private static JsonValue local(@Nullable LocalDateTime value) {
        if (value == null) {
            return JsonValue.NULL;
        }
        String infinite = INFINITE.get(value.toInstant(ZoneOffset.UTC));
        return Json.createValue(infinite == null ? SqlTimes.text(value) : infinite);
    }

    private JsonValue exactOrText(ResultSet rows, int index) throws SQLException {
        // A struct whose members have no names would lose all but one.
        JsonValue exact = type == Types.STRUCT && hasText ? null : exact(rows.getObject(index));
        if (exact != null) {
            return exact;
        }
        if (!hasText) {
            throw ColumnType.unreadable(rows.getMetaData(), index, null);
        }
        return ColumnType.TEXT.read(rows, index);
    }

    /** Null if the object has lost something, or may have. */
    private @Nullable JsonValue exact(@Nullable Object value) throws SQLException {
        if (value instanceof LocalDate date && Math.abs(date.toEpochDay()) == Integer.MAX_VALUE) {
            return Json.createValue(date.toEpochDay() > 0 ? INFINITY : "-" + INFINITY);
        }
        if (value instanceof OffsetDateTime moment) {
            String infinite = INFINITE.get(moment.toInstant());
            return infinite == null ? JsonValues.plain(moment) : Json.createValue(infinite);
        }
        if (value instanceof Array array) {
            return list(array);
        }
        if (value instanceof Map<?, ?> map) {
            return map(map);
        }
        // It has a class of its own for JSON, whose text is the JSON.
        return isListOfJson && value != null ? JsonValues.jsonOrText(value.toString()) : JsonValues.plain(value);
    }

    private @Nullable JsonValue list(Array array) throws SQLException {
        if (!(array.getArray() instanceof Object[] elements)) {
            return null;
        }
        JsonArrayBuilder values = Json.createArrayBuilder();
        for (@Nullable Object element : elements) {
            JsonValue value = exact(element);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values.build();
    }

    private @Nullable JsonValue map(Map<?, ?> map) throws SQLException {
        JsonObjectBuilder members = Json.createObjectBuilder();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            JsonValue name = exact(entry.getKey());
            JsonValue value = exact(entry.getValue());
            if (name == null || value == null) {
                return null;
            }
            members.add(name instanceof JsonString text ? text.getString() : name.toString(), value);
        }
        return members.build();
    }
}
