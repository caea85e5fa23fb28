package dev.fanfare.status.jdbc;

import jakarta.json.JsonValue;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/**
 * A column of PostgreSQL, read as the text that the database writes, which alone is exact for every type. What the text means
 * is decided by the type.
 */
final class PostgresColumn implements Column {
    private final PostgresType type;

    private PostgresColumn(PostgresType type) {
        this.type = type;
    }

    /**
     * A column of the result that the cursor is to go through.
     *
     * @param jdbcType what it is to JDBC; a name that begins with an underscore does not make an array
     * @param typeName as the driver tells it
     */
    static PostgresColumn of(ResultSet rows, int jdbcType, String typeName) throws SQLException {
        return new PostgresColumn(
                jdbcType == Types.ARRAY
                        ? PostgresType.ofArray(typeName, rows.getStatement())
                        : PostgresType.of(typeName));
    }

    @Override
    public JsonValue read(ResultSet rows, int index) throws SQLException {
        if (type.name().equals("bytea")) {
            return JsonValues.bytes(rows.getBytes(index));
        }
        String text = rows.getString(index);
        return text == null ? JsonValue.NULL : type.value(text);
    }
}
