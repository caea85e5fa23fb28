package dev.fanfare.status.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.sql.Wrapper;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Databases whose drivers need more than the standard says. */
enum Dialect {
    /** The session's time zone is the JVM's, and texts are other texts once the driver takes bytes for them. */
    POSTGRES {
        @Override
        void begin(Connection connection, PreparedStatement statement) throws SQLException {
            try (Statement utc = connection.createStatement()) {
                // Until the rollback. Texts with a moment in them, those of a tstzrange for one, are written in this
                // zone.
                utc.execute("set local time zone 'UTC'");
            }
            neverPrepareOnTheServer(statement);
        }

        /** It minds what type a text is bound as; as OTHER it takes it for what the column is. */
        @Override
        void bind(PreparedStatement statement, int index, String value) throws SQLException {
            statement.setObject(index, value, Types.OTHER);
        }
    },
    MYSQL,
    SQLITE,
    HSQLDB {
        @Override
        String question(String expression) {
            return "values (" + expression + ")";
        }
    },
    DUCKDB,
    ORACLE {
        @Override
        String question(String expression) {
            return "select " + expression + " from dual";
        }
    },
    SQL_SERVER,
    /** The standard has a table of values, and no SELECT without FROM. */
    OTHER {
        @Override
        String question(String expression) {
            return "values (" + expression + ")";
        }
    };

    private static final System.Logger LOG = System.getLogger(Dialect.class.getName());

    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        return switch (product) {
            case "postgresql" -> POSTGRES;
            case "mysql", "mariadb" -> MYSQL;
            case "sqlite" -> SQLITE;
            case "hsql database engine" -> HSQLDB;
            case "duckdb" -> DUCKDB;
            case "oracle" -> ORACLE;
            case "microsoft sql server" -> SQL_SERVER;
            default -> OTHER;
        };
    }

    /** Called in the transaction of a query, before it. */
    void begin(Connection connection, PreparedStatement statement) throws SQLException {}

    /** Binds a text, which the database turns into what the statement wants. */
    void bind(PreparedStatement statement, int index, String value) throws SQLException {
        statement.setString(index, value);
    }

    /** A statement that evaluates an expression which needs no table. */
    String question(String expression) {
        return "select " + expression;
    }

    /**
     * After five executions PostgreSQL's driver has a statement prepared on the server, and then takes some types as bytes and
     * writes other texts of them. Only the driver's own class can say no for one statement, and it need not be visible here.
     */
    private static void neverPrepareOnTheServer(PreparedStatement statement) throws SQLException {
        Class<?> known = find("org.postgresql.PGStatement", statement, statement);
        if (known == null) {
            LOG.log(System.Logger.Level.DEBUG, "The class of PostgreSQL's driver is not visible; it decides alone");
            return;
        }
        try {
            known.getMethod("setPrepareThreshold", int.class).invoke(statement.unwrap(known), 0);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            LOG.log(System.Logger.Level.DEBUG, "PostgreSQL's driver decides alone when to prepare on the server", e);
        } catch (InvocationTargetException e) {
            throw new SQLException("the driver can't be kept from preparing on the server", e.getCause());
        }
    }

    /** The class of a driver, if it is visible here and an object is of it or wraps one of it. */
    static @Nullable Class<?> find(String name, Wrapper object, Statement statement) throws SQLException {
        ClassLoader[] loaders = {
            statement.getConnection().getMetaData().getClass().getClassLoader(),
            Thread.currentThread().getContextClassLoader(),
            Dialect.class.getClassLoader()
        };
        for (ClassLoader loader : loaders) {
            try {
                Class<?> found = Class.forName(name, false, loader);
                if (object.isWrapperFor(found)) {
                    return found;
                }
            } catch (ClassNotFoundException e) {
                LOG.log(System.Logger.Level.TRACE, "{0} is not visible to {1}", name, loader);
            }
        }
        return null;
    }
}
