package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.status.Reading;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import dev.fanfare.stream.SystemTicker;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Types of a MariaDB server, where one is installed, by its own driver and by that of MySQL, in both protocols. */
class MariaDbColumnValuesTest {
    private static final String TABLE = """
            create table t(a tinyint(1), b tinyint, c bigint unsigned, d decimal(65,30), e float, f double, g bit(1), h bit(10),
              i date, j datetime(6), k timestamp(6), l time(6), m year, n char(5), o varchar(5), p binary(3), q varbinary(3),
              r blob, s text, t json, u enum('x','y'), v set('x','y'), w point, x datetime, y inet6, z uuid, zz date,
              ba tinyint(1), bb tinyint(1), bc tinyint(1) unsigned, bd tinyint unsigned, be boolean, bf tinyint(1) zerofill, bg bit(1))""";
    private static final String ROW = """
            insert into t values(5, 5, 18446744073709551615, 1.5, 0.1, 0.1, 1, b'1010101010', '2011-12-30',
              '2026-03-29 02:30:00.000001', '2026-03-29 02:30:00.5', '-838:59:58.5', 2026, 'ab', 'ab', 'ab', 'ab', 'ab', 'ab',
              '{"state": "done"}', 'x', 'x,y', point(1,2), '0000-00-00', '::1', '00000000-0000-0000-0000-000000000001',
              null, 0, 2, 200, 255, true, 3, 0)""";

    private static @Nullable MariaDb server;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = MariaDb.installed();
        assumeTrue(program.isPresent(), "MariaDB is not installed: there is no mariadbd in /usr/sbin");
        server = MariaDb.make(program.get());
        try (Connection connection = server().connect()) {
            connection.createStatement().execute("set sql_mode = ''");
            connection.createStatement().execute(TABLE);
            connection.createStatement().execute(ROW);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static MariaDb server() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    private abstract static class Values extends ColumnValuesContract {
        private final String kind;
        private final String options;
        private final boolean knowsJson;

        Values(String kind, String options, boolean knowsJson) {
            this.kind = kind;
            this.options = options;
            this.knowsJson = knowsJson;
        }

        @Override
        Database.ByUrl database() {
            return url(server().url(kind) + options, "root");
        }

        @Override
        String from() {
            return " from t";
        }

        @Override
        void cut() throws Exception {
            try (Connection connection = server().connect()) {
                List<Long> others = new ArrayList<>();
                try (ResultSet rows = connection
                        .createStatement()
                        .executeQuery("select id from information_schema.processlist where id <> connection_id()"
                                + " and user = 'root'")) {
                    while (rows.next()) {
                        others.add(rows.getLong(1));
                    }
                }
                for (long other : others) {
                    kill(connection, other);
                }
            }
        }

        private static void kill(Connection connection, long other) throws SQLException {
            try {
                connection.createStatement().execute("kill " + other);
            } catch (SQLException e) {
                if (!String.valueOf(e.getMessage()).contains("Unknown thread id")) {
                    throw e;
                }
            }
        }

        @Override
        String values() {
            return """
                    a -> 5
                    b -> 5
                    c -> 18446744073709551615
                    d -> 1.500000000000000000000000000000
                    e -> 0.1
                    f -> 0.1
                    g -> true
                    h -> "Aqo="
                    i -> "2011-12-30"
                    j -> "2026-03-29T02:30:00.000001"
                    k -> "2026-03-29T02:30:00.500"
                    l -> "-838:59:58.500000"
                    m -> 2026
                    n -> "ab"
                    o -> "ab"
                    p -> "YWIA"
                    q -> "YWI="
                    r -> "YWI="
                    s -> "ab"
                    t -> %s
                    u -> "x"
                    v -> "x,y"
                    w -> "AAAAAAEBAAAAAAAAAAAA8D8AAAAAAAAAQA=="
                    x -> "0000-00-00 00:00:00"
                    y -> "::1"
                    z -> "00000000-0000-0000-0000-000000000001"
                    zz -> null
                    ba -> 0
                    bb -> 2
                    bc -> 200
                    bd -> 255
                    be -> 1
                    bf -> 3
                    bg -> false
                    """.formatted(knowsJson ? "{\"state\":\"done\"}" : "\"{\\\"state\\\": \\\"done\\\"}\"");
        }
    }

    @Nested
    class ByItsDriver extends Values {
        ByItsDriver() {
            super("mariadb", "", true);
        }
    }

    @Nested
    class ByItsDriverInBinary extends Values {
        ByItsDriverInBinary() {
            super("mariadb", "?useServerPrepStmts=true", true);
        }
    }

    /** MariaDB tells that driver that JSON is a text, which it is to it. */
    @Nested
    class ByTheDriverOfMySql extends Values {
        ByTheDriverOfMySql() {
            super("mysql", "", false);
        }
    }

    /** Options by which drivers tell the types in other words. */
    @Nested
    class ByItsDriverWithTinyIntAsNumber extends Values {
        ByItsDriverWithTinyIntAsNumber() {
            super("mariadb", "?tinyInt1isBit=false", true);
        }
    }

    @Nested
    class ByTheDriverOfMySqlWithTinyIntAsNumber extends Values {
        ByTheDriverOfMySqlWithTinyIntAsNumber() {
            super("mysql", "?tinyInt1isBit=false", false);
        }
    }

    @Nested
    class ByTheDriverOfMySqlWithTinyIntAsBoolean extends Values {
        ByTheDriverOfMySqlWithTinyIntAsBoolean() {
            super("mysql", "?transformedBitIsBoolean=true", false);
        }
    }

    @Nested
    class ByTheDriverOfMySqlInBinary extends Values {
        ByTheDriverOfMySqlInBinary() {
            super("mysql", "?useServerPrepStmts=true", false);
        }
    }

    @Test
    void aTinyIntIsANumberToBothDriversAlsoWhereABitIsBytes() throws Exception {
        try (SystemTicker ticker = new SystemTicker()) {
            JdbcSource source = new JdbcSource(
                    new JdbcSourceSettings(
                            new Database.ByUrl(server().url("mariadb") + "?transformedBitIsBoolean=false", "root", ""),
                            "select ba, bb, bc, be from t",
                            Rows.AUTO,
                            Duration.ofSeconds(30)),
                    ticker);
            Reading reading = source.read(Map.of(), null)
                    .toCompletableFuture()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
            source.close();

            assertThat(((Reading.Value) reading).value().toString())
                    .isEqualTo("{\"ba\":0,\"bb\":2,\"bc\":200,\"be\":1}");
        }
    }
}
