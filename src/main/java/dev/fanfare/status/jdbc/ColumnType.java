package dev.fanfare.status.jdbc;

import static dev.fanfare.status.jdbc.JsonValues.bytes;
import static dev.fanfare.status.jdbc.JsonValues.jsonOrText;
import static dev.fanfare.status.jdbc.JsonValues.number;
import static dev.fanfare.status.jdbc.JsonValues.ofText;
import static dev.fanfare.status.jdbc.JsonValues.plain;

import dev.fanfare.status.SourceFailure;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 *   numbers                        numbers with all digits; NaN and infinite ones as text
 *   booleans                       true, false
 *   timestamp with a time zone     "2026-11-21T06:31:47.500Z", in UTC
 *   timestamp, date, time without  "2026-11-21T06:31:47.500", "2026-11-21", "06:31:47.5"
 *   binary                         text in Base64
 *   array                          an array
 *   JSON                           what it is
 *   null                           null
 *   all else                       text as the database writes it
 *
 * Drivers differ in what getObject gives: a java.sql.Timestamp has gone through the JVM's time zone, in some of which an hour
 * a year is missing; a java.sql.Time has lost its fraction; a class of the driver has any text. So each type is asked for in
 * the form that loses nothing, which trying all drivers has shown.
 */
/** The types of JDBC, each with the form that it is read in. For PostgreSQL see {@link PostgresColumn}, for DuckDB {@link DuckDbColumn}. */
enum ColumnType implements Column {
    /** As the driver thinks fit if that is a value of Java, else as the database writes it. */
    PLAIN {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            @Nullable Object value;
            try {
                value = rows.getObject(index);
            } catch (SQLException e) {
                // A number that is none, such as H2's DECFLOAT 'NaN'.
                return TEXT.read(rows, index);
            }
            JsonValue plain = plain(value);
            if (plain != null) {
                return plain;
            }
            String text = rows.getString(index);
            if (value instanceof Map || text == null || isNameOfObject(text, value)) {
                throw unreadable(rows.getMetaData(), index, null);
            }
            return ofText(text);
        }
    },
    /** Numbers that drivers have a class of their own for, or take for something else. */
    NUMBER {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return number(rows.getString(index));
        }
    },
    /** A boolean that may have been a number. */
    NUMBER_IF_BOOLEAN {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return rows.getObject(index) instanceof Boolean ? NUMBER.read(rows, index) : PLAIN.read(rows, index);
        }
    },
    /** A year is a number, though a driver may have a date for it. */
    YEAR {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            long year = rows.getLong(index);
            return rows.wasNull() ? JsonValue.NULL : Json.createValue(year);
        }
    },
    DATE {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return temporal(rows, index, LocalDate.class);
        }
    },
    /** A time, or the hours that passed; with sign and fraction. */
    TIME {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return ofText(SqlTimes.time(rows.getString(index)));
        }
    },
    /** Without a time zone. */
    LOCAL_TIMESTAMP {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return temporal(rows, index, LocalDateTime.class);
        }
    },
    /** A moment. */
    MOMENT {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return temporal(rows, index, OffsetDateTime.class);
        }
    },
    /** As the database writes it. */
    TEXT {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            try {
                return ofText(rows.getString(index));
            } catch (SQLException e) {
                throw unreadable(rows.getMetaData(), index, e);
            }
        }
    },
    BYTES {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return bytes(rows.getBytes(index));
        }
    },
    /** Bytes that may be many. */
    LARGE_BYTES {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            Blob blob = rows.getBlob(index);
            // One byte more than there may be, so that too much is noticed.
            return bytes(blob == null ? null : blob.getBytes(1, JdbcSourceSettings.MAX_BYTES + 1));
        }
    },
    JSON {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            return jsonOrText(rows.getString(index));
        }
    },
    /** Whatever is stored, since the type of the column is a hint. */
    STORED {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            JsonValue value = plain(rows.getObject(index));
            return value == null ? TEXT.read(rows, index) : value;
        }
    },
    /** As {@link #STORED}, and a text that is JSON is what it says. */
    STORED_JSON {
        @Override
        public JsonValue read(ResultSet rows, int index) throws SQLException {
            Object value = rows.getObject(index);
            return value instanceof String text ? jsonOrText(text) : STORED.read(rows, index);
        }
    };

    // Types that a driver has a number of its own for.
    private static final int ORACLE_BINARY_FLOAT = 100;
    private static final int ORACLE_BINARY_DOUBLE = 101;
    private static final int ORACLE_TIMESTAMP_WITH_TIME_ZONE = -101;
    private static final int ORACLE_TIMESTAMP_WITH_LOCAL_TIME_ZONE = -102;
    private static final int SQL_SERVER_DATETIMEOFFSET = -155;

    static Column of(Dialect dialect, int type, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        boolean isJson = name.startsWith("json");
        if (dialect == Dialect.SQLITE) {
            return isJson ? STORED_JSON : STORED;
        }
        if (isJson && type != Types.ARRAY) {
            return JSON;
        }
        return switch (type) {
            case Types.BIT -> dialect == Dialect.HSQLDB ? TEXT : PLAIN;
            // MySQL has no booleans: it is what drivers make of TINYINT(1), in which any number may stand.
            case Types.BOOLEAN -> dialect == Dialect.MYSQL && name.equals("boolean") ? NUMBER : PLAIN;
            case Types.DATE -> name.equals("year") ? YEAR : DATE;
            case Types.TIME, Types.TIME_WITH_TIMEZONE -> TIME;
            case Types.TIMESTAMP -> LOCAL_TIMESTAMP;
            case Types.TIMESTAMP_WITH_TIMEZONE,
                    ORACLE_TIMESTAMP_WITH_TIME_ZONE,
                    ORACLE_TIMESTAMP_WITH_LOCAL_TIME_ZONE,
                    SQL_SERVER_DATETIMEOFFSET -> MOMENT;
            case ORACLE_BINARY_FLOAT, ORACLE_BINARY_DOUBLE -> NUMBER;
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> name.equals("uuid") ? TEXT : BYTES;
            case Types.BLOB -> LARGE_BYTES;
            case Types.JAVA_OBJECT -> BYTES;
            case Types.ARRAY -> new ArrayColumn((element, elementName) -> of(dialect, element, elementName));
            case Types.OTHER,
                    Types.CLOB,
                    Types.NCLOB,
                    Types.SQLXML,
                    Types.STRUCT,
                    Types.ROWID,
                    Types.REF,
                    Types.DATALINK -> TEXT;
            default -> PLAIN;
        };
    }

    private static JsonValue temporal(ResultSet rows, int index, Class<?> type) throws SQLException {
        @Nullable Object value;
        try {
            value = rows.getObject(index, type);
        } catch (SQLException e) {
            // None that Java has, such as MySQL's 0000-00-00.
            return ofText(rows.getString(index));
        }
        // MariaDB's driver has null for these.
        JsonValue json = value == null ? ofText(rows.getString(index)) : plain(value);
        return json == null ? ofText(String.valueOf(value)) : json;
    }

    /** Whether the text is what Java calls an object that has no text. */
    private static boolean isNameOfObject(String text, @Nullable Object value) {
        return value != null && text.startsWith(value.getClass().getName() + "@");
    }

    static SourceFailure unreadable(ResultSetMetaData columns, int index, @Nullable Exception cause)
            throws SQLException {
        return new SourceFailure(
                "does not work",
                "the column '" + columns.getColumnLabel(index) + "' has values of the type "
                        + columns.getColumnTypeName(index)
                        + ", which the driver has no text for; cast it to a text in the SQL",
                Duration.ZERO,
                cause);
    }
}
