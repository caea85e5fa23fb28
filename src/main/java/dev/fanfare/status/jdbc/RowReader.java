package dev.fanfare.status.jdbc;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes a status of the rows of one answer, up to a bound. Confined to one thread. */
final class RowReader {
    private final ResultSet rows;
    private final List<String> names = new ArrayList<>();
    private final List<Column> types = new ArrayList<>();
    private long bytesLeft = JdbcSourceSettings.MAX_BYTES;

    RowReader(ResultSet rows, Dialect dialect) throws SQLException {
        this.rows = rows;
        ResultSetMetaData columns = rows.getMetaData();
        Set<String> seen = new HashSet<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            String name = columns.getColumnLabel(i);
            if (!seen.add(name)) {
                throw new SourceFailure(
                        "does not work",
                        "two columns of the SQL are called '" + name + "'; give one another name with AS",
                        Duration.ZERO,
                        null);
            }
            names.add(name);
            types.add(Columns.of(dialect, rows, i));
        }
    }

    Reading read(Rows form, String validator) throws SQLException {
        List<JsonObject> found = new ArrayList<>();
        while (rows.next()) {
            if (found.size() == JdbcSourceSettings.MAX_ROWS) {
                throw tooMuch(JdbcSourceSettings.MAX_ROWS + " rows");
            }
            found.add(row());
        }
        if (form == Rows.AUTO && found.isEmpty()) {
            return new Reading.Missing();
        }
        JsonValue value = form == Rows.AUTO && found.size() == 1 ? found.get(0) : array(found);
        return new Reading.Value(value, validator, Duration.ZERO);
    }

    private static JsonValue array(List<JsonObject> found) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        found.forEach(array::add);
        return array.build();
    }

    private JsonObject row() throws SQLException {
        JsonObjectBuilder row = Json.createObjectBuilder();
        for (int i = 0; i < names.size(); i++) {
            JsonValue value = types.get(i).read(rows, i + 1);
            count(names.get(i));
            count(value.toString());
            row.add(names.get(i), value);
        }
        return row.build();
    }

    private void count(String text) {
        // The shorter form first: a text may be much larger than all that is allowed.
        bytesLeft -= text.length() > bytesLeft ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
        if (bytesLeft < 0) {
            throw tooMuch(JdbcSourceSettings.MAX_BYTES + " bytes");
        }
    }

    private static SourceFailure tooMuch(String bound) {
        return new SourceFailure("answers with more than " + bound);
    }
}
