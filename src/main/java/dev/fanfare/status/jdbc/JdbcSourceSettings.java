package dev.fanfare.status.jdbc;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link JdbcSource} asks, and which database.
 *
 * @param database where to connect
 * @param sql one statement with parameters such as {@code :job}
 * @param rows what becomes of the rows
 * @param timeout how long an answer may take; 10 ms to 10 min
 */
public record JdbcSourceSettings(Database database, String sql, Rows rows, Duration timeout) {
    /** Most rows of an answer. */
    public static final int MAX_ROWS = 1000;

    /** Most bytes of an answer's texts and names, in UTF-8: 1 MiB. */
    public static final int MAX_BYTES = 1 << 20;

    /** Most statements of a source that run at a time, each on a connection of its own. */
    public static final int MAX_CONNECTIONS = 8;

    /** What becomes of the rows. */
    public enum Rows {
        /** One row is an object, several are an array, none is no status. */
        AUTO,
        /** Always an array, also of one row or none. */
        ARRAY
    }

    /** A database. */
    public sealed interface Database {
        /**
         * Connections are made here, and pooled.
         *
         * @param url of JDBC, {@code jdbc:postgresql://db/jobs}; may hold credentials, so it is never shown
         * @param user null if the URL or the driver knows
         * @param password never shown
         */
        record ByUrl(
                String url, @Nullable String user, @Nullable String password) implements Database {

            /** @throws IllegalArgumentException if there is no driver for the URL; it does not say the URL */
            public ByUrl {
                Drivers.find(url);
            }

            /** Without what may be secret. */
            @Override
            public String toString() {
                return "ByUrl[url=" + Drivers.kind(url) + "...]";
            }
        }

        /**
         * The server has a pool.
         *
         * @param jndiName of a {@link javax.sql.DataSource}, {@code java:comp/env/jdbc/jobs}
         */
        record ByName(String jndiName) implements Database {

            /** @throws IllegalArgumentException if it leads to another machine, as {@code ldap:} does */
            public ByName {
                if (jndiName.indexOf(':') >= 0 && !jndiName.startsWith("java:")) {
                    throw new IllegalArgumentException(
                            "this is not the name of a data source in this server; write it like"
                                    + " 'java:comp/env/jdbc/jobs'");
                }
            }
        }
    }

    /** @throws IllegalArgumentException saying which value is wrong, and what would be right */
    public JdbcSourceSettings {
        new NamedSql(sql);
        if (timeout.compareTo(Duration.ofMillis(10)) < 0 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout.toMillis() + "ms; it must be from 10ms to 600000ms");
        }
    }

    /**
     * The names of the parameters in a statement, in their order: the parameters of the source.
     *
     * @throws IllegalArgumentException if the statement can't be used, saying why
     */
    public static List<String> parameters(String sql) {
        return new NamedSql(sql).parameters();
    }
}
