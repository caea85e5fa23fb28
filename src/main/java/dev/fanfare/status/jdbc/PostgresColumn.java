package dev.fanfare.status.jdbc;

import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A column of PostgreSQL, read as the text that the database writes, which alone is exact for every type. What the text means
 * is decided by the type's name.
 */
final class PostgresColumn implements Column {
    private final String type;

    /** @param typeName as the driver tells it, {@code int4}, or {@code _int4} for an array of these */
    PostgresColumn(String typeName) {
        this.type = typeName.toLowerCase(Locale.ROOT);
    }

    @Override
    public JsonValue read(ResultSet rows, int index) throws SQLException {
        if (type.equals("bytea")) {
            return JsonValues.bytes(rows.getBytes(index));
        }
        String text = rows.getString(index);
        if (text == null) {
            return JsonValue.NULL;
        }
        return type.startsWith("_") ? array(text, type.substring(1)) : value(text, type);
    }

    private static JsonValue array(String text, String elementType) {
        char delimiter = elementType.equals("box") ? ';' : ',';
        return new PostgresArray(text, delimiter, element -> value(element, elementType)).value();
    }

    private static JsonValue value(String text, String type) {
        return switch (type) {
            case "int2", "int4", "int8", "oid", "numeric", "float4", "float8" -> JsonValues.number(text);
            case "bool" -> bool(text);
            case "json", "jsonb" -> JsonValues.jsonOrText(text);
            case "timestamp" -> Json.createValue(SqlTimes.local(text));
            case "timestamptz" -> Json.createValue(SqlTimes.moment(text));
            case "bytea" -> bytes(text);
            default -> Json.createValue(text);
        };
    }

    private static JsonValue bool(String text) {
        return text.startsWith("t") ? JsonValue.TRUE : JsonValue.FALSE;
    }

    /** As an element of an array; the older form of it, which a setting brings back, stays a text. */
    private static JsonValue bytes(String text) {
        return text.startsWith("\\x")
                ? JsonValues.bytes(HexFormat.of().parseHex(text.substring(2)))
                : Json.createValue(text);
    }
}
