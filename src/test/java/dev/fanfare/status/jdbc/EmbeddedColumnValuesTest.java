package dev.fanfare.status.jdbc;

import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Types of databases that run in the JVM of the test. */
class EmbeddedColumnValuesTest {
    @Nested
    class H2 extends ColumnValuesContract {
        @Override
        Database.ByUrl database() {
            return url("jdbc:h2:mem:", null);
        }

        @Override
        String values() {
            return """
                    cast(1 as tinyint) -> 1
                    cast(9223372036854775807 as bigint) -> 9223372036854775807
                    cast(1.50 as numeric(5,2)) -> 1.50
                    cast(1.5e2 as decfloat) -> 1.5E+2
                    cast('NaN' as decfloat) -> "NaN"
                    cast(0.1 as real) -> 0.1
                    cast('Infinity' as double precision) -> "Infinity"
                    true -> true
                    cast(null as timestamp) -> null
                    cast('ab' as char(3)) -> "ab "
                    cast('a' as clob) -> "a"
                    x'00ff' -> "AP8="
                    cast(x'00ff' as blob) -> "AP8="
                    cast(x'00' as java_object) -> "AA=="
                    uuid '00000000-0000-0000-0000-000000000001' -> "00000000-0000-0000-0000-000000000001"
                    json '{"state":"done","steps":[1,null]}' -> {"state":"done","steps":[1,null]}
                    cast('a' as enum('a','b')) -> "a"
                    time '12:30:00' -> "12:30:00"
                    cast('12:30:01.123456789' as time(9)) -> "12:30:01.123456789"
                    time with time zone '12:30:00.5+01' -> "12:30:00.5+01"
                    date '2011-12-30' -> "2011-12-30"
                    date '1500-02-10' -> "1500-02-10"
                    timestamp '2026-03-29 02:30:00' -> "2026-03-29T02:30:00"
                    timestamp '2026-03-29 02:30:00.5' -> "2026-03-29T02:30:00.500"
                    timestamp with time zone '2026-01-01 01:00:00+01' -> "2026-01-01T00:00:00Z"
                    interval '1' day -> "INTERVAL '1' DAY"
                    interval '-1:02:03.5' hour to second -> "INTERVAL '-1:02:03.5' HOUR TO SECOND"
                    geometry 'POINT(1 2)' -> "POINT (1 2)"
                    row(1,'a') -> "ROW (1, a)"
                    array[1,null,2] -> [1,null,2]
                    array[] -> []
                    array[timestamp '2026-03-29 02:30:00'] -> ["2026-03-29T02:30:00"]
                    array[array['a'],array['b','c']] -> [["a"],["b","c"]]
                    array[json '{"a":1}'] -> [{"a":1}]
                    array[x'00ff'] -> ["AP8="]
                    """;
        }
    }

    @Nested
    class Hsqldb extends ColumnValuesContract {
        @Override
        Database.ByUrl database() {
            return url("jdbc:hsqldb:mem:values", "SA");
        }

        @Override
        String from() {
            return " from (values(0))";
        }

        @Override
        String values() {
            return """
                    cast(1 as tinyint) -> 1
                    1.50 -> 1.50
                    cast(0.1 as double) -> 0.1
                    true -> true
                    cast(null as int) -> null
                    cast('ab' as char(3)) -> "ab "
                    cast('a' as clob) -> "a"
                    x'00ff' -> "AP8="
                    cast(x'00ff' as blob) -> "AP8="
                    b'1010' -> "1010"
                    b'1' -> "1"
                    time '12:30:00' -> "12:30:00"
                    cast('12:30:01.123456' as time(6)) -> "12:30:01.123456"
                    cast('12:30:01+1:00' as time with time zone) -> "12:30:01+1:00"
                    date '2011-12-30' -> "2011-12-30"
                    timestamp '2026-03-29 02:30:00' -> "2026-03-29T02:30:00"
                    timestamp '2026-03-29 02:30:00.5' -> "2026-03-29T02:30:00.500"
                    cast('2026-03-29 02:30:00+1:00' as timestamp with time zone) -> "2026-03-29T01:30:00Z"
                    interval '-1:02:03.5' hour to second -> "-1:02:03.5"
                    array[1,2] -> [1,2]
                    array[timestamp '2026-03-29 02:30:00'] -> ["2026-03-29T02:30:00"]
                    array[date '2011-12-30'] -> ["2011-12-30"]
                    array[x'00ff'] -> ["AP8="]
                    array[b'1010'] -> ["1010"]
                    array[b'1',null] -> ["1",null]
                    array[array[b'10'],array[b'01']] -> [["10"],["01"]]
                    array[true] -> [true]
                    array[time '12:30:00'] -> ["12:30:00"]
                    """;
        }
    }

    @Nested
    class DuckDb extends ColumnValuesContract {
        @Override
        Database.ByUrl database() {
            return url("jdbc:duckdb:", null);
        }

        @Override
        String values() {
            return """
                    1::tinyint -> 1
                    255::utinyint -> 255
                    18446744073709551615::ubigint -> 18446744073709551615
                    170141183460469231731687303715884105727::hugeint -> 170141183460469231731687303715884105727
                    1.50::decimal(10,2) -> 1.50
                    0.1::float -> 0.1
                    'nan'::double -> "NaN"
                    true -> true
                    null::date -> null
                    'text' -> "text"
                    '\\x00\\xFF'::blob -> "AP8="
                    '1010'::bit -> "1010"
                    'a'::enum('a','b') -> "a"
                    uuid '00000000-0000-0000-0000-000000000001' -> "00000000-0000-0000-0000-000000000001"
                    '{"state":"done"}'::json -> {"state":"done"}
                    time '12:30:00' -> "12:30:00"
                    time '12:30:01.123456' -> "12:30:01.123456"
                    timetz '12:30:00+01' -> "12:30:00+01:00"
                    date '2011-12-30' -> "2011-12-30"
                    timestamp '2026-03-29 02:30:00' -> "2026-03-29T02:30:00"
                    '2026-03-29 02:30:00.123456789'::timestamp_ns -> "2026-03-29T02:30:00.123456789"
                    '2026-03-29 02:30:00'::timestamp_s -> "2026-03-29T02:30:00"
                    timestamptz '2026-03-29 02:30:00+00' -> "2026-03-29T02:30:00Z"
                    interval 1 day -> "1 day"
                    [1,null,2] -> [1,null,2]
                    [['a'],['b','c']] -> [["a"],["b","c"]]
                    [time '12:30:00'] -> ["12:30:00"]
                    [timestamp '2026-03-29 02:30:00'] -> "['2026-03-29 02:30:00']"
                    [timestamptz '2026-03-29 02:30:00+00'] -> ["2026-03-29T02:30:00Z"]
                    {'a': 1, 'b': timestamp '2026-03-29 02:30:00'} -> "{'a': 1, 'b': '2026-03-29 02:30:00'}"
                    [{'a':1}] -> "[{'a': 1}]"
                    map{'a': 1, 'z': null} -> {"a":1,"z":null}
                    'infinity'::timestamp -> "infinity"
                    '-infinity'::timestamp -> "-infinity"
                    'infinity'::timestamp_ms -> "infinity"
                    '-infinity'::timestamp_ms -> "-infinity"
                    'infinity'::timestamp_ns -> "infinity"
                    '-infinity'::timestamp_ns -> "-infinity"
                    'infinity'::timestamptz -> "infinity"
                    '-infinity'::timestamptz -> "-infinity"
                    'infinity'::date -> "infinity"
                    '-infinity'::date -> "-infinity"
                    null::timestamp -> null
                    null::time -> null
                    '24:00:00'::time -> "24:00:00"
                    5::bignum -> "5"
                    ['infinity'::date,'-infinity'::date,'2011-12-30'] -> ["infinity","-infinity","2011-12-30"]
                    ['infinity'::timestamptz,'-infinity'] -> ["infinity","-infinity"]
                    ['infinity'::timestamp] -> "[infinity]"
                    ['2026-03-29 02:30:00'::timestamp_s] -> "['2026-03-29 02:30:00']"
                    ['{"a":1}'::json,null] -> [{"a":1},null]
                    [interval 1 day] -> ["1 day"]
                    ['1010'::bit] -> ["1010"]
                    ['a'::enum('a','blob')] -> ["a"]
                    ['\\x00'::blob] -> "[\\\\x00]"
                    [[{'b':1}]] -> "[[{'b': 1}]]"
                    [map{'a':1}] -> [{"a":1}]
                    [[map{'a':[{'b':1}]}]] -> "[[{a=[{'b': 1}]}]]"
                    array_value(1,2) -> [1,2]
                    row(1,2) -> "(1, 2)"
                    {'a': map{'b': timestamp '2026-03-29 02:30:00'}} -> "{'a': {b='2026-03-29 02:30:00'}}"
                    map{'a': timestamp '2026-03-29 02:30:00'} -> "{a='2026-03-29 02:30:00'}"
                    map{'a': {'b':1}} -> "{a={'b': 1}}"
                    map{'t': 'x'::blob} -> "{t=x}"
                    map{'a': [1,2]} -> {"a":[1,2]}
                    map{'a': interval 1 day} -> {"a":"1 day"}
                    map{'a': 'infinity'::date} -> {"a":"infinity"}
                    map{date '2011-12-30': 2} -> {"2011-12-30":2}
                    union_value(t:=timestamp '2026-03-29 02:30:00') -> "2026-03-29 02:30:00"
                    union_value(s:={'a':1}) -> "{'a': 1}"
                    union_value(b:='x'::blob) -> "x"
                    union_value(l:=[1,2]) -> [1,2]
                    union_value(num:=2) -> 2
                    """;
        }
    }

    /** Any value may stand in a column of any type. */
    @Nested
    class Sqlite extends ColumnValuesContract {
        @TempDir
        Path folder;

        @BeforeEach
        void make() throws Exception {
            try (Connection made = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("values.db"))) {
                made.createStatement()
                        .execute(
                                "create table t(a timestamp, b date, c boolean, d json, e clob, f decimal(10,2), g real,"
                                        + " h datetime, i blob, j numeric, k time, l timestamp, m json, n)");
                made.createStatement()
                        .execute(
                                "insert into t values('2026-03-29 02:30:00', 1700000000, 'yes', '{\"state\":\"done\"}',"
                                        + " 0.30000000000000004, 1.5, 0.1, 1700000000000, x'00ff', 'abc', '12:30', 'soon',"
                                        + " '{broken', 1e300)");
            }
        }

        @Override
        Database.ByUrl database() {
            return url("jdbc:sqlite:" + folder.resolve("values.db"), null);
        }

        @Override
        String from() {
            return " from t";
        }

        @Override
        String values() {
            return """
                    a -> "2026-03-29 02:30:00"
                    b -> 1700000000
                    c -> "yes"
                    d -> {"state":"done"}
                    e -> "0.30000000000000004"
                    f -> 1.5
                    g -> 0.1
                    h -> 1700000000000
                    i -> "AP8="
                    j -> "abc"
                    k -> "12:30"
                    l -> "soon"
                    m -> "{broken"
                    n -> 1.0E+300
                    0.1 + 0.2 -> 0.30000000000000004
                    null -> null
                    9223372036854775807 -> 9223372036854775807
                    """;
        }
    }
}
