package dev.fanfare.status.jdbc;

import jakarta.json.JsonValue;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How the values of a column become JSON. What comes out depends on the value alone: not on how often it was read, nor on the
 * time zone of the JVM.
 */
@FunctionalInterface
interface Column {
    /**
     * The value in the row where the cursor is.
     *
     * @param index from 1 on
     */
    JsonValue read(ResultSet rows, int index) throws SQLException;
}
