package dev.fanfare.status.jdbc;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonValue;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;

/** An array whose elements the driver tells as rows. An element is read as a column of its type is. */
record ArrayColumn(Elements elements) implements Column {
    /** How a column of a type is read. */
    @FunctionalInterface
    interface Elements {
        Column of(int type, String typeName);
    }

    @Override
    public JsonValue read(ResultSet rows, int index) throws SQLException {
        Array array = rows.getArray(index);
        if (array == null) {
            return JsonValue.NULL;
        }
        JsonArrayBuilder values = Json.createArrayBuilder();
        try (ResultSet found = array.getResultSet()) {
            // Columns are the index and the element, which may be an array itself.
            ResultSetMetaData columns = found.getMetaData();
            Column element = elements.of(columns.getColumnType(2), columns.getColumnTypeName(2));
            while (found.next()) {
                values.add(element.read(found, 2));
            }
        }
        return values.build();
    }
}
