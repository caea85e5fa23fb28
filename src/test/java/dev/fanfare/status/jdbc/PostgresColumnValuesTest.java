package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Types of a PostgreSQL server, where one is installed: past the fifth poll, from which on its driver would take bytes. */
class PostgresColumnValuesTest extends ColumnValuesContract {
    private static @Nullable Postgres server;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> programs = Postgres.installed();
        assumeTrue(programs.isPresent(), "PostgreSQL is not installed below /usr/lib/postgresql");
        server = Postgres.make(programs.get());
        try (Connection connection = server.connect()) {
            for (String made : List.of(
                    "create type _comp as (a text, b text)",
                    "create type \"Odd\" as enum ('A')",
                    "create domain dj as jsonb",
                    "create domain ia as int[]",
                    "create domain corner as box",
                    "create schema app",
                    "create type app.mood as enum ('happy', 'sad')",
                    "create domain app.posint as int check (value > 0)",
                    "create type app.pt as (x int, y int)",
                    "create domain app.dj2 as dj",
                    "create type app.int4 as enum ('1')")) {
                connection.createStatement().execute(made);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static Postgres server() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    @Override
    Database.ByUrl database() {
        return url(server().url(), "fanfare");
    }

    @Override
    void cut() throws Exception {
        try (Connection connection = server().connect();
                var rows = connection
                        .createStatement()
                        .executeQuery("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                                + " where pid <> pg_backend_pid() and usename = 'fanfare'")) {
            rows.next();
            assertThat(rows.getInt(1)).as("connections").isPositive();
        }
    }

    @Override
    String values() {
        return """
                1::int2 -> 1
                9223372036854775807::int8 -> 9223372036854775807
                1::oid -> 1
                1.50::numeric -> 1.50
                'NaN'::numeric -> "NaN"
                'Infinity'::float8 -> "Infinity"
                0.1::float4 -> 0.1
                0.30000000000000004::float8 -> 0.30000000000000004
                '1000.50'::money -> "$1,000.50"
                true -> true
                null::timestamp -> null
                'a'::char(3) -> "a  "
                'abc'::name -> "abc"
                'a'::"char" -> "a"
                b'1' -> "1"
                b'1010' -> "1010"
                b'10'::varbit -> "10"
                '\\x00ff'::bytea -> "AP8="
                '<a/>'::xml -> "<a/>"
                '{"state":"done","n":1.50}'::json -> {"state":"done","n":1.50}
                '{"state": "done"}'::jsonb -> {"state":"done"}
                '$.a'::jsonpath -> "$.\\"a\\""
                '2026-03-29 02:30:00'::timestamp -> "2026-03-29T02:30:00"
                '2026-03-29 02:30:00.25'::timestamp -> "2026-03-29T02:30:00.250"
                'infinity'::timestamp -> "infinity"
                '0044-03-15 BC'::timestamp -> "0044-03-15 00:00:00 BC"
                '2026-01-01 01:00:00.25+01'::timestamptz -> "2026-01-01T00:00:00.250Z"
                '-infinity'::timestamptz -> "-infinity"
                '2011-12-30'::date -> "2011-12-30"
                'infinity'::date -> "infinity"
                '24:00:00'::time -> "24:00:00"
                '12:30:01.123456'::time -> "12:30:01.123456"
                '12:30+02'::timetz -> "12:30:00+02"
                interval '-27:30:01.5' -> "-27:30:01.5"
                interval '1 day' -> "1 day"
                point(1,2) -> "(1,2)"
                box '((1,2),(3,4))' -> "(3,4),(1,2)"
                lseg '[(1,2),(3,4)]' -> "[(1,2),(3,4)]"
                path '((1,2),(3,4))' -> "((1,2),(3,4))"
                polygon '((1,2),(3,4))' -> "((1,2),(3,4))"
                circle '<(1,2),3>' -> "<(1,2),3>"
                line '{1,2,3}' -> "{1,2,3}"
                inet '10.0.0.1' -> "10.0.0.1"
                cidr '10.0.0.0/8' -> "10.0.0.0/8"
                macaddr '08:00:2b:01:02:03' -> "08:00:2b:01:02:03"
                uuid '00000000-0000-0000-0000-000000000001' -> "00000000-0000-0000-0000-000000000001"
                'a b'::tsvector -> "'a' 'b'"
                'a & b'::tsquery -> "'a' & 'b'"
                '0/16'::pg_lsn -> "0/16"
                int4range(1,3) -> "[1,3)"
                tstzrange('2026-01-01 00:00+00','2026-01-02 00:00+00') -> "[\\"2026-01-01 00:00:00+00\\",\\"2026-01-02 00:00:00+00\\")"
                row(1,'a') -> "(1,a)"
                '{1,2,NULL}'::int[] -> [1,2,null]
                '{}'::int[] -> []
                '[0:1]={1,2}'::int[] -> [1,2]
                '{{1,2},{3,4}}'::int8[] -> [[1,2],[3,4]]
                '{0.1,NaN}'::float4[] -> [0.1,"NaN"]
                '{1.50}'::numeric[] -> [1.50]
                '{t,f}'::bool[] -> [true,false]
                array['a b','"','null','',null,'\\{}'] -> ["a b","\\"","null","",null,"\\\\{}"]
                array['2026-03-29 02:30:00'::timestamp] -> ["2026-03-29T02:30:00"]
                array['2026-01-01 01:00:00+01'::timestamptz] -> ["2026-01-01T00:00:00Z"]
                array['2011-12-30'::date] -> ["2011-12-30"]
                array['{"a":[1]}'::jsonb] -> [{"a":[1]}]
                array['\\x00ff'::bytea] -> ["AP8="]
                array[point(1,2)] -> ["(1,2)"]
                array[box '((1,2),(3,4))',box '((1,2),(3,4))'] -> ["(3,4),(1,2)","(3,4),(1,2)"]
                row('a','}')::_comp -> "(a,})"
                array[row('a','}')::_comp] -> ["(a,})"]
                array['A'::"Odd"] -> ["A"]
                '{happy,sad}'::app.mood[] -> ["happy","sad"]
                '{1,2}'::app.posint[] -> [1,2]
                array[row(1,2)::app.pt,null] -> ["(1,2)",null]
                '{1}'::app.int4[] -> ["1"]
                '{"a":1}'::dj -> {"a":1}
                array['{"a":1}'::dj] -> [{"a":1}]
                array['{"a":1}'::app.dj2] -> [{"a":1}]
                '{1,2}'::ia -> [1,2]
                array['{1,2}'::ia,'{3}'::ia] -> [[1,2],[3]]
                array['((1,2),(3,4))'::corner,'((1,2),(3,4))'::corner] -> ["(3,4),(1,2)","(3,4),(1,2)"]
                '{1 2}'::int2vector[] -> ["1 2"]
                array[uuid '00000000-0000-0000-0000-000000000001'] -> ["00000000-0000-0000-0000-000000000001"]
                """;
    }
}
