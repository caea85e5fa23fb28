package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import dev.fanfare.stream.SystemTicker;
import jakarta.json.JsonValue;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class JdbcSourceTest {
    private static final String URL = "jdbc:h2:mem:jobs";
    private static final String BY_ID = "select id as \"id\", state as \"state\" from jobs where id = :id";
    private static final String BY_NAME = "select id as \"id\" from jobs where name = :name";

    private final SystemTicker ticker = new SystemTicker();
    private final List<JdbcSource> sources = new ArrayList<>();
    private Connection keeper = null;

    @BeforeEach
    void open() throws SQLException {
        keeper = DriverManager.getConnection(URL);
        execute("create table jobs(id int primary key, name varchar, state varchar)");
        execute("insert into jobs values (1, 'a', 'queued'), (2, 'b', 'done'), (3, 'c', null)");
    }

    @AfterEach
    void close() throws SQLException {
        sources.forEach(JdbcSource::close);
        execute("shutdown");
        ticker.close();
    }

    private void execute(String sql) throws SQLException {
        try (var statement = keeper.createStatement()) {
            statement.execute(sql);
        }
    }

    private JdbcSource source(String sql) {
        return source(URL, sql, Rows.AUTO, Duration.ofSeconds(20));
    }

    private JdbcSource source(String url, String sql, Rows rows, Duration timeout) {
        JdbcSource source =
                new JdbcSource(new JdbcSourceSettings(new Database.ByUrl(url, null, null), sql, rows, timeout), ticker);
        sources.add(source);
        return source;
    }

    private static Reading read(JdbcSource source, Map<String, String> params, @Nullable String validator) {
        CompletableFuture<Reading> stage = source.read(params, validator).toCompletableFuture();
        return stage.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static Reading read(JdbcSource source, Map<String, String> params) {
        return read(source, params, null);
    }

    private static String json(Reading reading) {
        return ((Reading.Value) reading).value().toString();
    }

    private static SourceFailure failure(JdbcSource source, Map<String, String> params) {
        return (SourceFailure) catchThrowable(() -> read(source, params)).getCause();
    }

    @Test
    void oneRowIsAnObjectSeveralAreAnArrayNoneIsNoStatus() {
        assertThat(json(read(source(BY_ID), Map.of("id", "1")))).isEqualTo("{\"id\":1,\"state\":\"queued\"}");
        assertThat(json(read(source("select id as \"id\" from jobs order by id"), Map.of())))
                .isEqualTo("[{\"id\":1},{\"id\":2},{\"id\":3}]");
        assertThat(read(source(BY_ID), Map.of("id", "9"))).isEqualTo(new Reading.Missing());
    }

    @Test
    void aListIsAlwaysAnArrayIfItIsSaidSo() {
        JdbcSource list = source(URL, BY_ID, Rows.ARRAY, Duration.ofSeconds(20));

        assertThat(json(read(list, Map.of("id", "3")))).isEqualTo("[{\"id\":3,\"state\":null}]");
        assertThat(json(read(list, Map.of("id", "9")))).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            17                                               | 17
            9223372036854775807                              | 9223372036854775807
            cast(1.50 as numeric(5,2))                       | 1.50
            cast(0.1 as real)                                | 0.1
            cast(0.25 as double precision)                   | 0.25
            cast('NaN' as double precision)                  | "NaN"
            true                                             | true
            cast(null as int)                                | null
            timestamp '2026-03-29 02:30:00.5'                | "2026-03-29T02:30:00.500"
            timestamp with time zone '2026-01-01 01:00:00+01'| "2026-01-01T00:00:00Z"
            date '2026-01-31'                                | "2026-01-31"
            time '12:30:01'                                  | "12:30:01"
            'ü"😀'                                           | "ü\\"😀"
            cast('text' as clob)                             | "text"
            json '{"a":1}'                                   | {"a":1}
            x'00ff'                                          | "AP8="
            cast(x'00ff' as blob)                            | "AP8="
            uuid '00000000-0000-0000-0000-000000000001'      | "00000000-0000-0000-0000-000000000001"
            """)
    void valuesAreThoseOfJson(String sql, String json) {
        assertThat(json(read(source("select " + sql + " as \"v\""), Map.of())))
                .isEqualTo("{\"v\":" + json.replace("\\\\", "\\") + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "' or '1'='1",
                "a' --",
                "'; drop table jobs; --",
                "a' union select id from jobs --",
                "\\' or 1=1 --",
                "$1",
                "?",
                ":name",
                "a\u0000",
                "%",
                "' || 'a"
            })
    void whatLooksLikeSqlIsAValue(String value) throws SQLException {
        assertThat(read(source(BY_NAME), Map.of("name", value))).isEqualTo(new Reading.Missing());

        try (var insert = keeper.prepareStatement("insert into jobs values (4, ?, null)")) {
            insert.setString(1, value);
            insert.execute();
        }
        assertThat(json(read(source(BY_NAME), Map.of("name", value)))).isEqualTo("{\"id\":4}");
    }

    @Test
    void aValueOfTenKilobytesIsAValue() {
        assertThat(read(source(BY_NAME), Map.of("name", "'".repeat(10_000)))).isEqualTo(new Reading.Missing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "1 or 1=1", "99999999999999999999", "1; drop table jobs"})
    void aValueThatTheColumnCantHaveNamesNoStatus(String value) {
        assertThat(read(source(BY_ID), Map.of("id", value))).isEqualTo(new Reading.Gone());
        assertThatThrownBy(() -> read(source(BY_ID), Map.of("id", value), "told"))
                .as("but it does not end one that was told")
                .hasCauseInstanceOf(SourceFailure.class);
    }

    @Test
    void aValueOfTheDataThatCantBeConvertedIsAFailureOfTheSource() {
        for (String sql : List.of(
                "select count(cast(state as int)) as \"n\" from jobs",
                "select cast(state as int) as \"n\" from jobs where id = :id",
                "select cast(state as int) as \"n\" from jobs where id = cast(:id as int)",
                "select cast(state as date) as \"n\" from jobs where state <> :id")) {
            SourceFailure failure = failure(source(sql), sql.contains(":id") ? Map.of("id", "1") : Map.of());

            assertThat(failure.reason()).as(sql).isEqualTo("does not work");
            assertThat(failure).hasMessageContaining("a value can't be converted");
        }
        assertThat(read(source("select cast(state as int) from jobs where id = cast(:id as int)"), Map.of("id", "abc")))
                .isEqualTo(new Reading.Gone());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:hsqldb:mem:culprits", "jdbc:duckdb:"})
    void aParameterAndTheDataAreToldApartByOtherDatabasesToo(String url) {
        String rows = url.contains("hsqldb")
                ? "(values (1, 'queued')) as jobs(id, state)"
                : "(select 1 as id, 'queued' as state)";
        String sql = "select cast(state as int) as n from " + rows + " where id = :id";
        JdbcSource source = source(url, sql, Rows.AUTO, Duration.ofSeconds(20));
        JdbcSource byState = source(url, sql.replace("id = :id", "state = :id"), Rows.AUTO, Duration.ofSeconds(20));

        assertThat(read(source, Map.of("id", "abc"))).isEqualTo(new Reading.Gone());
        assertThat(failure(source, Map.of("id", "1")).reason()).isEqualTo("does not work");
        assertThat(failure(byState, Map.of("id", "queued")).reason())
                .as("the error quotes the parameter")
                .isEqualTo("does not work");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cast(:p as boolean)",
                "cast(:p as enum('a','b')) = 'a'",
                "id = 1 and cast(:p as date) is not null",
                "cast(:p as interval day) = interval '1' day",
                "array_contains(array[1,2], cast(:p as int))",
                "id in (1, (cast(:p as int)))",
                "id = any(array[cast(:p as int), 2])"
            })
    void aParameterThatAnExpressionRefusesNamesNoStatus(String condition) {
        assertThat(read(source("select id from jobs where " + condition), Map.of("p", "maybe")))
                .isEqualTo(new Reading.Gone());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list_contains(string_split(:p, ',')::int[], 1)",
                ":p::enum('a','b') = 'a'",
                "cast(:p as boolean)",
                "strptime(:p, '%Y') is not null"
            })
    void aParameterThatAnExpressionOfDuckDbRefusesNamesNoStatus(String condition) {
        JdbcSource source =
                source("jdbc:duckdb:", "select 1 as n where " + condition, Rows.AUTO, Duration.ofSeconds(20));

        assertThat(read(source, Map.of("p", "1,x"))).isEqualTo(new Reading.Gone());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "['24:00:00'::time]",
                "{'a': '24:00:00'::time}",
                "'infinity'::timestamp_s",
                "'24:00:00'::timetz",
                "{'a': interval 1 day}"
            })
    void whatADriverCantTellIsAFailureThatSaysTheWayOut(String value) {
        JdbcSource source = source("jdbc:duckdb:", "select " + value + " as v", Rows.AUTO, Duration.ofSeconds(20));

        assertThat(failure(source, Map.of())).hasMessageContaining("to a text in the SQL");
        assertThat(json(read(
                        source(
                                "jdbc:duckdb:",
                                "select (" + value + ")::varchar as v",
                                Rows.AUTO,
                                Duration.ofSeconds(20)),
                        Map.of())))
                .isNotEmpty();
    }

    @Test
    void nothingIsChangedWhateverTheSqlSays() throws SQLException {
        String sneaky = "select \"ID\" from final table (update jobs set state = 'hacked' where id = 1)";
        catchThrowable(() -> read(source(sneaky), Map.of()));

        assertThat(json(read(source(BY_ID), Map.of("id", "1")))).contains("queued");
        assertThat(keeper.isClosed()).isFalse();
    }

    @Test
    void rowsAndBytesAreBounded() {
        assertThat(failure(source("select x from system_range(1, 1001)"), Map.of())
                        .reason())
                .isEqualTo("answers with more than 1000 rows");
        assertThat(((Reading.Value) read(source("select x from system_range(1, 1000)"), Map.of()))
                        .value()
                        .asJsonArray())
                .hasSize(1000);
        assertThat(failure(source("select repeat('x', 2000) as a from system_range(1, 600)"), Map.of())
                        .reason())
                .isEqualTo("answers with more than 1048576 bytes");
        assertThat(failure(source("select repeat('ü', 600000) as a"), Map.of()).reason())
                .isEqualTo("answers with more than 1048576 bytes");
    }

    @Test
    void columnsNeedNamesOfTheirOwn() {
        assertThat(failure(source("select 1 as \"a\", 2 as \"a\""), Map.of()))
                .hasMessage("two columns of the SQL are called 'a'; give one another name with AS");
    }

    @Test
    void wrongSqlIsAFailureThatTellsClientsNothing() {
        SourceFailure failure = failure(source("select * from secret_table"), Map.of());

        assertThat(failure.reason()).isEqualTo("does not work");
        assertThat(failure.getMessage()).startsWith("SQLState 42S02").contains("SECRET_TABLE");
    }

    @Test
    void aQueryThatTakesTooLongIsEndedByTheDatabase() {
        JdbcSource slow = source(
                URL,
                "select count(*) as \"n\" from system_range(1, cast(:most as bigint)) where mod(x, 7) = 8",
                Rows.AUTO,
                Duration.ofSeconds(1));
        // On a busy machine a second may be too short to connect; the connection stays in the pool once it is there.
        Awaitility.await().ignoreExceptions().until(() -> json(read(slow, Map.of("most", "10"))), "{\"n\":0}"::equals);

        assertThat(failure(slow, Map.of("most", "1000000000000")).reason()).isEqualTo("does not answer in time");
    }

    @Test
    void hangingQueriesEndWhenTheyAreCancelledAndTheirConnectionsAreUsedAgain() {
        JdbcSource source =
                source("select count(*) as \"n\" from system_range(1, cast(:most as bigint)) where mod(x, 7) = 8");
        List<CompletableFuture<Reading>> hanging = new ArrayList<>();
        for (int i = 0; i < 3 * JdbcSourceSettings.MAX_CONNECTIONS; i++) {
            hanging.add(source.read(Map.of("most", "1000000000000"), null).toCompletableFuture());
        }
        hanging.forEach(read -> read.cancel(true));

        for (CompletableFuture<Reading> read : hanging) {
            assertThat(read.handle((reading, error) -> error != null)
                            .orTimeout(60, TimeUnit.SECONDS)
                            .join())
                    .isTrue();
        }
        assertThat(json(read(source, Map.of("most", "10")))).isEqualTo("{\"n\":0}");
    }

    @Test
    void aDatabaseThatGoesAwayAndComesBackIsAskedAgain(@TempDir Path folder) throws Exception {
        String path = folder.resolve("jobs").toString();
        try (Connection made = DriverManager.getConnection("jdbc:h2:" + path, "u", "p")) {
            made.createStatement().execute("create table jobs(id int, state varchar)");
            made.createStatement().execute("insert into jobs values (1, 'queued')");
        }
        Server server = Server.createTcpServer("-tcpPort", "0").start();
        int port = server.getPort();
        JdbcSource source = new JdbcSource(
                new JdbcSourceSettings(
                        new Database.ByUrl("jdbc:h2:tcp://localhost:" + port + "/" + path, "u", "p"),
                        BY_ID,
                        Rows.AUTO,
                        Duration.ofSeconds(20)),
                ticker);
        sources.add(source);
        assertThat(json(read(source, Map.of("id", "1")))).contains("queued");

        server.stop();
        SourceFailure failure = failure(source, Map.of("id", "1"));
        assertThat(failure.reason()).isEqualTo("can't be reached");
        assertThat(failure.isOutage()).as("counts for the breaker").isTrue();
        assertThat(failure.getMessage()).doesNotContain(path);

        Server again =
                Server.createTcpServer("-tcpPort", Integer.toString(port)).start();
        try {
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(json(read(source, Map.of("id", "1")))).contains("queued"));
        } finally {
            again.stop();
        }
    }

    @Test
    void aPasswordIsNeverTold() {
        Database.ByUrl database =
                new Database.ByUrl("jdbc:h2:tcp://localhost:1/jobs;PASSWORD=topsecret;USER=u", "user", "othersecret");
        JdbcSourceSettings settings = new JdbcSourceSettings(database, BY_ID, Rows.AUTO, Duration.ofSeconds(20));
        JdbcSource source = new JdbcSource(settings, ticker);
        sources.add(source);

        assertThat(settings.toString()).doesNotContain("secret").contains("jdbc:h2:");
        assertThat(failure(source, Map.of("id", "1")).getMessage()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://localhost/jobs         | this is not a JDBC URL
            jdbc                          | this is not a JDBC URL
            jdbc:nosuch://u:topsecret@h/d | there is no driver for 'jdbc:nosuch:' on the class path: put its jar into
            """)
    void aUrlWithoutADriverIsRefusedInWords(String url, String words) {
        assertThatThrownBy(() -> new Database.ByUrl(url, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(words)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aDriverThatEndsInAnErrorFailsTheRead() throws Exception {
        Object broken = Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    throw new OutOfMemoryError("no room for a result");
                });
        InitialContext names = new InitialContext(true) {
            @Override
            public Object lookup(String name) {
                return broken;
            }

            @Override
            protected void init(@Nullable Hashtable<?, ?> environment) {}
        };
        JdbcSource source = new JdbcSource(
                new JdbcSourceSettings(new Database.ByName("jdbc/broken"), BY_ID, Rows.AUTO, Duration.ofSeconds(20)),
                Connections.named("jdbc/broken", names),
                ticker);
        sources.add(source);

        assertThatThrownBy(() -> read(source, Map.of("id", "1"))).hasRootCauseInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void aDataSourceOfTheServerIsUsedByItsName() throws Exception {
        JdbcDataSource pool = new JdbcDataSource();
        pool.setURL(URL);
        InitialContext names = new InitialContext(true) {
            @Override
            public Object lookup(String name) throws NameNotFoundException {
                return switch (name) {
                    case "java:comp/env/jdbc/jobs" -> pool;
                    case "java:comp/env/text" -> "text";
                    default -> throw new NameNotFoundException(name);
                };
            }

            @Override
            protected void init(@Nullable Hashtable<?, ?> environment) {}
        };
        JdbcSource source = new JdbcSource(
                new JdbcSourceSettings(
                        new Database.ByName("java:comp/env/jdbc/jobs"), BY_ID, Rows.AUTO, Duration.ofSeconds(20)),
                Connections.named("java:comp/env/jdbc/jobs", names),
                ticker);
        sources.add(source);

        assertThat(json(read(source, Map.of("id", "2")))).isEqualTo("{\"id\":2,\"state\":\"done\"}");
        assertThatThrownBy(() -> Connections.named("java:comp/env/text", names))
                .hasMessageContaining("is not a javax.sql");
        assertThatThrownBy(() -> Connections.named("jdbc/none", names))
                .hasMessageStartingWith("there is no data source");
        assertThatThrownBy(() -> new Database.ByName("ldap://evil.example/x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSqliteFileIsReadAndNeverMade(@TempDir Path folder) throws Exception {
        String url = "jdbc:sqlite:" + folder.resolve("jobs.db");
        JdbcSource source =
                source(url, "select id, state, done from jobs where id = :id", Rows.AUTO, Duration.ofSeconds(20));
        assertThatThrownBy(() -> read(source, Map.of("id", "1"))).hasCauseInstanceOf(SourceFailure.class);
        assertThat(folder).isEmptyDirectory();

        try (Connection made = DriverManager.getConnection(url)) {
            made.createStatement().execute("create table jobs(id integer primary key, state text, done boolean)");
            made.createStatement().execute("insert into jobs values (1, 'queued', 0)");
        }
        assertThat(json(read(source, Map.of("id", "1"))))
                .isIn("{\"id\":1,\"state\":\"queued\",\"done\":0}", "{\"id\":1,\"state\":\"queued\",\"done\":false}");
        assertThat(read(source, Map.of("id", "abc"))).isEqualTo(new Reading.Missing());
    }

    @Test
    void aSourceThatIsClosedFails() {
        JdbcSource source = source(BY_ID);
        assertThat(json(read(source, Map.of("id", "1")))).isNotEmpty();
        source.close();
        assertThatThrownBy(() -> read(source, Map.of("id", "1"))).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void numbersLongerThanAnyStatusHasAreText() {
        String digits = "9".repeat(501);
        assertThat(((Reading.Value) read(source("select cast('" + digits + "' as numeric(501)) as \"v\""), Map.of()))
                        .value()
                        .asJsonObject()
                        .get("v")
                        .getValueType())
                .isEqualTo(JsonValue.ValueType.STRING);
    }
}
