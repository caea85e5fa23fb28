package dev.fanfare.status.jdbc;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;

/** How each column of a result is read. Stateless. */
final class Columns {
    private static final System.Logger LOG = System.getLogger(Columns.class.getName());

    /** What MySQL calls the type of BIT in its protocol. */
    private static final int MYSQL_BIT = 16;

    private Columns() {}

    /** @param index from 1 on */
    static Column of(Dialect dialect, ResultSet rows, int index) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        int type = columns.getColumnType(index);
        String name = columns.getColumnTypeName(index);
        if (dialect == Dialect.POSTGRES) {
            return PostgresColumn.of(rows, type, name);
        }
        if (dialect == Dialect.DUCKDB) {
            return DuckDbColumn.of(type, name);
        }
        return dialect == Dialect.MYSQL && type == Types.BIT ? bit(rows, index) : ColumnType.of(dialect, type, name);
    }

    /**
     * MySQL's driver tells TINYINT(1) as a BIT, unless it is set not to; only a class of its own knows better. MariaDB's does so
     * when it is set to have bytes for BIT.
     */
    private static Column bit(ResultSet rows, int index) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        Class<?> known = Dialect.find("com.mysql.cj.jdbc.result.ResultSetMetaData", columns, rows.getStatement());
        if (known == null) {
            return ColumnType.NUMBER_IF_BOOLEAN;
        }
        try {
            Object fields = known.getMethod("getFields").invoke(columns.unwrap(known));
            Object field = Array.get(fields, index - 1);
            Object type = field.getClass().getMethod("getMysqlTypeId").invoke(field);
            return type.equals(MYSQL_BIT) ? ColumnType.PLAIN : ColumnType.NUMBER;
        } catch (NoSuchMethodException | IllegalAccessException e) {
            LOG.log(System.Logger.Level.DEBUG, "MySQL's driver does not tell BIT from TINYINT(1)", e);
            return ColumnType.NUMBER_IF_BOOLEAN;
        } catch (InvocationTargetException e) {
            throw new SQLException("the driver does not tell the type of a column", e.getCause());
        }
    }
}
