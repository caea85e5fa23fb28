package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.auth.Access;
import dev.fanfare.config.ConfiguredSource.Origin;
import dev.fanfare.status.jdbc.JdbcSourceSettings;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseAndFileSourcesTest {
    private static final String SQL = "select state from jobs where id = :id and x = ':y'";

    @TempDir
    Path folder;

    private static ConfiguredSource only(Settings settings) {
        return settings.status().sources().values().iterator().next();
    }

    private static Configuration database() {
        return Configuration.with("fanfare.status.jobs.jdbc-url", "jdbc:h2:mem:config")
                .and("fanfare.status.jobs.sql", SQL)
                .and("fanfare.status.jobs.access", "anonymous");
    }

    private Configuration files() {
        return Configuration.with("fanfare.status.jobs.folder", folder.toString())
                .and("fanfare.status.jobs.file", "{branch}/{id}.json")
                .and("fanfare.status.jobs.access", "anonymous");
    }

    @Test
    void aDatabaseIsAUrlAndSql() {
        ConfiguredSource jobs = only(database()
                .and("fanfare.status.jobs.user", "u")
                .and("fanfare.status.jobs.password", "topsecret")
                .and("fanfare.status.jobs.rows", "array")
                .and("fanfare.status.jobs.timeout", "7s")
                .settings());

        assertThat(jobs.origin())
                .isEqualTo(new Origin.Sql(new JdbcSourceSettings(
                        new Database.ByUrl("jdbc:h2:mem:config", "u", "topsecret"),
                        SQL,
                        Rows.ARRAY,
                        Duration.ofSeconds(7))));
        assertThat(jobs.settings().params()).containsExactly("id");
        assertThat(jobs.access()).isEqualTo(Access.ANONYMOUS);
        assertThat(jobs.toString()).doesNotContain("secret");
    }

    @Test
    void theEnvironmentCanDescribeADatabase() {
        ConfiguredSource jobs = only(Configuration.empty()
                .variable("FANFARE_STATUS_PRINT_JOBS_JDBC_URL", "jdbc:h2:mem:config")
                .variable("FANFARE_STATUS_PRINT_JOBS_SQL", "select 1")
                .variable("FANFARE_STATUS_PRINT_JOBS_ACCESS", "anonymous")
                .settings());

        assertThat(jobs.origin()).isInstanceOf(Origin.Sql.class);
    }

    @Test
    void aWebApplicationMayNameADataSourceOfTheServer() {
        Properties file = new Properties();
        file.put("fanfare.status.jobs.datasource", "java:comp/env/jdbc/jobs");
        file.put("fanfare.status.jobs.sql", SQL);
        file.put("fanfare.status.jobs.access", "anonymous");

        Origin origin = only(SettingsLoader.of(List.of(), file)).origin();
        assertThat(((Origin.Sql) origin).settings().database())
                .isEqualTo(new Database.ByName("java:comp/env/jdbc/jobs"));
    }

    @Test
    void filesAreAFolderAndAName() {
        ConfiguredSource jobs = only(files().settings());

        assertThat(jobs.settings().params()).containsExactly("branch", "id");
        assertThat(((Origin.InFiles) jobs.origin()).settings().folder()).isEqualTo(folder);
    }

    @Test
    void neitherIsOpenedToEverybodyUnasked() {
        assertThat(only(database().and("fanfare.status.jobs.access", "").settings())
                        .access())
                .isEqualTo(Access.TOKEN);
        assertThat(only(files().and("fanfare.status.jobs.access", "").settings())
                        .access())
                .isEqualTo(Access.TOKEN);
    }

    @Test
    void aSourceIsOneOfFour() {
        assertThat(database()
                        .and("fanfare.status.jobs.url", "http://localhost/{id}")
                        .fault())
                .startsWith("The status source 'jobs' has fanfare.status.jobs.url (FILE) and fanfare.status.jobs.sql (")
                .endsWith(
                        ": a source has only one of a URL, a database, files and push; configure a separate source for each");
        assertThat(files().and("fanfare.status.jobs.sql", "select ':x").faults())
                .as("with what else is wrong in them")
                .hasSize(3)
                .anyMatch(line -> line.contains("has no database"))
                .anyMatch(line -> line.contains("has no counterpart"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            sql      | select ?      | fanfare.status.jobs.sql = 'select ?' (FILE): the SQL can't be used: it has a '?'
            rows     | one           | fanfare.status.jobs.rows = 'one' (FILE) is not a valid value: give auto or array
            params   | id,other      | fanfare.status.jobs.params = 'id,other' (FILE): the source has other parameters: give id
            jdbc-url | jdbc:no:x     | fanfare.status.jobs.jdbc-url (FILE, value not shown): there is no driver for 'jdbc:no:'
            jdbc-url | http://secret | fanfare.status.jobs.jdbc-url (FILE, value not shown): this is not a JDBC URL
            header.X | y             | fanfare.status.jobs.header.X (FILE, value not shown): only a source with a URL sends
            """)
    void anOptionOfADatabaseThatWontDoIsAFault(String option, String value, String words) {
        assertThat(database().and("fanfare.status.jobs." + option, value).fault())
                .startsWith(words);
    }

    @Test
    void aDataSourceIsRefusedWhereNoServerHasIt() {
        assertThat(Configuration.with("fanfare.status.jobs.datasource", "jdbc/jobs")
                        .and("fanfare.status.jobs.sql", "select 1")
                        .and("fanfare.status.jobs.access", "anonymous")
                        .fault())
                .startsWith("fanfare.status.jobs.datasource = 'jdbc/jobs' (FILE) is for web applications");
    }

    @Test
    void halfADatabaseAndHalfAFileAreFaults() {
        Configuration half = Configuration.with("fanfare.status.a.sql", "select 1")
                .and("fanfare.status.a.access", "anonymous")
                .and("fanfare.status.b.jdbc-url", "jdbc:h2:mem:config")
                .and("fanfare.status.b.access", "anonymous")
                .and("fanfare.status.c.folder", folder.toString())
                .and("fanfare.status.c.access", "anonymous")
                .and("fanfare.status.d.file", "{id}.json")
                .and("fanfare.status.d.access", "anonymous")
                .and("fanfare.status.e.folder", folder.resolve("none").toString())
                .and("fanfare.status.e.file", "../{id}.json")
                .and("fanfare.status.e.access", "anonymous");

        assertThat(half.faults()).hasSize(6);
        assertThat(half.faults().get(0)).startsWith("The status source 'a' has no database: set");
        assertThat(half.faults().get(1)).startsWith("The status source 'b' has a database and no SQL: set");
        assertThat(half.faults().get(2)).startsWith("The status source 'c' has a folder and no file: set");
        assertThat(half.faults().get(3)).startsWith("The status source 'd' has a file and no folder: set");
        assertThat(half.faults().get(4)).contains("there is no folder " + folder.resolve("none"));
        assertThat(half.faults().get(5)).contains("the file '../{id}.json' can't be used");
    }
}
