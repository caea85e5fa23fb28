package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import dev.fanfare.stream.SystemTicker;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a PostgreSQL server, where one is installed. */
@Timeout(180)
class JdbcSourcePostgresTest {
    private static @Nullable Postgres server;

    private final SystemTicker ticker = new SystemTicker();
    private final List<JdbcSource> sources = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> programs = Postgres.installed();
        assumeTrue(programs.isPresent(), "PostgreSQL is not installed below /usr/lib/postgresql");
        server = Postgres.make(programs.get());
        try (Connection connection = server.connect()) {
            connection.createStatement().execute("create table jobs(id int primary key, state text)");
            connection.createStatement().execute("insert into jobs values (1, 'queued')");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void close() {
        sources.forEach(JdbcSource::close);
        ticker.close();
    }

    private static Postgres server() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    private JdbcSource source(String sql) {
        JdbcSource source = new JdbcSource(
                new JdbcSourceSettings(
                        new Database.ByUrl(server().url(), "fanfare", ""), sql, Rows.AUTO, Duration.ofSeconds(20)),
                ticker);
        sources.add(source);
        return source;
    }

    private static Reading read(JdbcSource source, Map<String, String> params) {
        return source.read(params, null)
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private static String json(Reading reading) {
        return ((Reading.Value) reading).value().toString();
    }

    @Test
    void aTextIsBoundAsWhateverTheColumnIs() {
        JdbcSource source = source("select id, state from jobs where id = :id");

        assertThat(json(read(source, Map.of("id", "1")))).isEqualTo("{\"id\":1,\"state\":\"queued\"}");
        assertThat(json(read(
                        source("select id from jobs where id = :id::int and state = :s"),
                        Map.of("id", "1", "s", "queued"))))
                .isEqualTo("{\"id\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "1 or 1=1", "'; drop table jobs; --", "99999999999999999999", "1\u0000"})
    void aValueThatTheColumnCantHaveNamesNoStatus(String value) {
        assertThat(read(source("select state from jobs where id = :id"), Map.of("id", value)))
                .isEqualTo(new Reading.Gone());
    }

    @Test
    void aRowThatIsNotThereIsMissing() {
        assertThat(read(source("select state from jobs where id = :id"), Map.of("id", "9")))
                .isEqualTo(new Reading.Missing());
    }

    /** Also where nothing says that it is a number but a cast, and where the row that is asked for is broken. */
    @Test
    void aValueOfTheDataThatCantBeConvertedIsAFailureOfTheSource() {
        for (String sql : List.of(
                "select count(cast(state as int)) as n from jobs",
                "select cast(state as int) as n from jobs where id = :id",
                "select cast(state as int) as n from jobs where id = :id::int",
                "select state::date as n from jobs where state <> :id")) {
            Map<String, String> params = sql.contains(":id") ? Map.of("id", "1") : Map.of();
            Throwable failed = catchThrowable(() -> read(source(sql), params));

            assertThat(failed).as(sql).hasCauseInstanceOf(SourceFailure.class);
            assertThat(((SourceFailure) failed.getCause()).reason()).isEqualTo("does not work");
            assertThat(failed.getCause()).hasMessageContaining("a value can't be converted");
        }
        for (String sql : List.of(
                "select cast(state as int) from jobs where id = :id",
                "select cast(state as int) from jobs where id = :id::int",
                "select state from jobs where id = cast(:id as text)::int")) {
            assertThat(read(source(sql), Map.of("id", "abc"))).as(sql).isEqualTo(new Reading.Gone());
        }
    }

    @Test
    void anErrorOfTheDataThatQuotesTheParameterIsAFailureOfTheSource() {
        for (String sql : List.of(
                "select state::int as n from jobs where state = :s",
                "select state::int as n from jobs where state = (:s)::text",
                "select n from (select state::int as n from jobs where state = cast(:s as text)) as broken")) {
            Throwable failed = catchThrowable(() -> read(source(sql), Map.of("s", "queued")));

            assertThat(failed).as(sql).hasCauseInstanceOf(SourceFailure.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id = any(string_to_array(:p, ',')::int[])",
                "id in (select unnest(string_to_array(:p, ',')::int[]))",
                "id = (:p)::text::int",
                "id = (1 / length(replace(:p, :p, '')))",
                "state ~ cast(:p || '(' as text) or state = substring('a' from (:p || '('))",
                "(:p::text)::jsonb = 'null' and id = 1",
                "make_date(2026, 1, (:p || '')::int) is not null"
            })
    void aParameterThatAnExpressionRefusesNamesNoStatus(String condition) {
        assertThat(read(source("select id from jobs where " + condition), Map.of("p", "1,x")))
                .isEqualTo(new Reading.Gone());
    }

    @ParameterizedTest
    @ValueSource(strings = {"' or '1'='1", "\\' or 1=1 --", "$$ or 1=1", "queued' --"})
    void whatLooksLikeSqlIsAValue(String value) {
        assertThat(read(source("select id from jobs where state = :state"), Map.of("state", value)))
                .isEqualTo(new Reading.Missing());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            17::bigint                                  | 17
            1.50::numeric                               | 1.50
            'NaN'::numeric                              | "NaN"
            0.1::real                                   | 0.1
            true                                        | true
            null::boolean                               | null
            timestamptz '2026-01-01 01:00:00.25+01'     | "2026-01-01T00:00:00.250Z"
            timestamp '2026-03-29 02:30:00'             | "2026-03-29T02:30:00"
            date '2026-01-31'                           | "2026-01-31"
            time '12:30:01'                             | "12:30:01"
            '{"a": 1}'::jsonb                           | {"a":1}
            '\\x00ff'::bytea                            | "AP8="
            '{1,2}'::int[]                              | [1,2]
            interval '1 day'                            | "1 day"
            inet '10.0.0.1'                             | "10.0.0.1"
            """)
    void valuesAreThoseOfJson(String sql, String json) {
        assertThat(json(read(source("select " + sql.replace("\\\\", "\\") + " as v"), Map.of())))
                .isEqualTo("{\"v\":" + json.replace("\\\\", "\\") + "}");
    }

    @Test
    void theDatabaseItselfRefusesToChangeAnything() {
        Throwable refused = catchThrowable(() ->
                read(source("with x as (update jobs set state = 'hacked' returning id) select * from x"), Map.of()));

        assertThat(refused).hasMessageContaining("25006");
        assertThat(json(read(source("select state from jobs"), Map.of()))).contains("queued");
    }

    @Test
    void aQueryThatHangsEndsWhenItIsCancelled() throws Exception {
        JdbcSource source = source("select pg_sleep(1000)");
        CompletableFuture<Reading> hanging = source.read(Map.of(), null).toCompletableFuture();
        try (Connection connection = server().connect()) {
            Awaitility.await().until(() -> sleeping(connection) == 1);
            hanging.cancel(true);
            assertThat(hanging.handle((reading, error) -> error != null).get(60, TimeUnit.SECONDS))
                    .isTrue();
            Awaitility.await().until(() -> sleeping(connection) == 0);
        }
    }

    private static int sleeping(Connection connection) throws Exception {
        try (var rows = connection
                .createStatement()
                .executeQuery("select count(*) from pg_stat_activity where state = 'active' and query like"
                        + " 'select pg_sleep%'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void aServerThatIsRestartedIsAskedAgain() throws Exception {
        JdbcSource source = source("select state from jobs where id = :id");
        assertThat(json(read(source, Map.of("id", "1")))).contains("queued");

        server().stop();
        Throwable away = catchThrowable(() -> read(source, Map.of("id", "1")));
        assertThat(((SourceFailure) away.getCause()).reason()).isEqualTo("can't be reached");
        assertThat(((SourceFailure) away.getCause()).isOutage())
                .as("counts for the breaker")
                .isTrue();
        server().start();

        assertThat(json(read(source, Map.of("id", "1")))).contains("queued");
    }
}
