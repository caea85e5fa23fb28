package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fanfare.http.port                 | eighty              | is not a whole number: give a whole number, 0 to 65535
            fanfare.http.port                 | 65536               | is too large: give a whole number, 0 to 65535
            fanfare.http.port                 | 99999999999999999999 | is too large: give a whole number, 0 to 65535
            fanfare.http.port                 | -1                  | is too small: give a whole number, 0 to 65535
            fanfare.stream.tail-events        | 15                  | is too small: give a whole number, 16 to 4194304
            fanfare.stream.tail-events        | 2147483647          | is too large: give a whole number, 16 to 4194304
            fanfare.demo.delay                | 10                  | has no unit: give a duration, 1ms to 1h
            fanfare.demo.delay                | 5 s                 | is not like 500ms, 5s, 10m, 1h or 1d: give a duration, 1ms to 1h
            fanfare.demo.delay                | 1d                  | is too large: give a duration, 1ms to 1h
            fanfare.stream.heartbeat          | 0s                  | is too small: give a duration, 100ms to 1h
            fanfare.history.max-age           | 999999999999d       | is too large: give a duration, 1s to 3650d
            fanfare.history.max-bytes         | 64KB                | is not like 65536, 64KiB, 1MiB or 1GiB: give a size, 64KiB to 16TiB
            fanfare.history.max-bytes         | 9999999999999TiB    | is too large: give a size, 64KiB to 16TiB
            fanfare.dev                       | TRUE                | is neither: give true or false
            fanfare.http.host                 | http://localhost    | is not a valid host name or address: give a name or address of this machine
            fanfare.http.host                 | my_host             | is not a valid host name or address: give a name or address of this machine
            fanfare.http.host                 | nowhere.invalid     | is not found: give a name or address of this machine, such as 127.0.0.1
            fanfare.history.store             | postgres            | is not a valid value: give memory or sqlite
            fanfare.cors.max-age              | -5                  | is not like 500ms, 5s, 10m, 1h or 1d: give seconds, or a duration, 0s to 365d
            """)
    void aValueThatWontDoIsToldWithWhatWould(String key, String value, String words) {
        assertThat(Configuration.with(key, value).fault()).isEqualTo(key + " = '" + value + "' (FILE) " + words);
    }

    @Test
    void anEventThatAFileWouldNotTakeIsAFault() {
        assertThat(Configuration.with("fanfare.history.max-bytes", "16MiB")
                        .and("fanfare.limits.event", "2MiB")
                        .fault())
                .startsWith(
                        "fanfare.limits.event = '2MiB' (FILE) is more than a sixteenth of fanfare.history.max-bytes");
        Configuration.with("fanfare.history.max-bytes", "16MiB").settings();
        assertThat(Configuration.with("fanfare.history.max-bytes", "15MiB").fault())
                .contains("a file needs at least 16MiB");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://user:s3cret@localhost/0x",
                "redis://localhost/0?password=s3cret",
                "redis://localhost/0?user=a&PASSWD=s3cret&b",
                "redis://localhost/0?auth_token=s3cret"
            })
    void aPasswordInAUrlIsNotPrintedWhereverItStands(String url) {
        assertThat(Configuration.with("fanfare.cluster.url", url).fault())
                .contains("fanfare.cluster.url", "localhost/0")
                .doesNotContain("s3cret");
    }

    @Test
    void aFaultNamesThePlaceWhereTheValueIsSet() {
        assertThat(Configuration.empty().variable("FANFARE_HTTP_PORT", "x").fault())
                .startsWith("fanfare.http.port = 'x' (environment variable FANFARE_HTTP_PORT) ");
        assertThat(Configuration.empty()
                        .systemProperty("fanfare.http.port", "x")
                        .fault())
                .startsWith("fanfare.http.port = 'x' (system property) ");
        assertThat(Configuration.empty()
                        .option("--port", "fanfare.http.port", "x")
                        .fault())
                .startsWith("fanfare.http.port = 'x' (option --port) ");
    }

    @Test
    void allFaultsAreToldAtOnceEachInALine() {
        assertThat(Configuration.with("fanfare.http.port", "x")
                        .and("fanfare.demo.count", "0")
                        .and("fanfare.stream.retry", "\\u000A")
                        .and("fanfare.status.jobs.every", "1s")
                        .and("fanfare.nonsense", "1")
                        .variable("FANFARE_NONSENSE", "1")
                        .faults())
                .hasSize(6)
                .noneMatch(line -> line.contains("\n"));
    }

    @Test
    void corsFaultsHaveTheirKeys() {
        assertThat(Configuration.with("fanfare.cors.allow-origins", "https://a.example/")
                        .fault())
                .startsWith("fanfare.cors.allow-origins = 'https://a.example/' (FILE): allow-origins has");
        assertThat(Configuration.with("fanfare.cors.allow-origin-regex", "[a").fault())
                .startsWith("fanfare.cors.allow-origin-regex = '[a' (FILE): ");
        assertThat(Configuration.with("fanfare.cors.allow-methods", "GET POST").fault())
                .startsWith("fanfare.cors.allow-methods = 'GET POST' (FILE): ");
        assertThat(Configuration.with("fanfare.cors.allow-headers", "a b").fault())
                .startsWith("fanfare.cors.allow-headers = 'a b' (FILE): ");
        assertThat(Configuration.with("fanfare.cors.expose-headers", "*").fault())
                .startsWith("fanfare.cors.expose-headers = '*' (FILE): ");
    }

    @Test
    void everyOriginWithCredentialsIsRefused() {
        assertThat(Configuration.with("fanfare.cors.allow-origins", "*")
                        .variable("FANFARE_CORS_ALLOW_CREDENTIALS", "true")
                        .fault())
                .startsWith(
                        "fanfare.cors (FILE and environment variable FANFARE_CORS_ALLOW_CREDENTIALS): allow-origins has"
                                + " '*' and allow-credentials is true");
    }

    @Test
    void developmentModeIsRefusedWhereOthersReachTheHost() {
        assertThat(Configuration.empty()
                        .option("--dev", "fanfare.dev", "true")
                        .and("fanfare.http.host", "0.0.0.0")
                        .fault())
                .startsWith("fanfare.dev = 'true' (option --dev) is refused on 0.0.0.0");
    }

    @Test
    void aNamedFileHasToBeThereAndReadable(@TempDir Path folder) throws Exception {
        assertThat(Configuration.empty().file(folder.resolve("none")).fault())
                .isEqualTo("There is no file " + folder.resolve("none"));
        assertThat(Configuration.empty().file(folder).fault()).startsWith("The file " + folder + " can't be read: ");

        Path latin = Files.write(folder.resolve("latin"), new byte[] {'f', (byte) 0xfc});
        assertThat(Configuration.empty().file(latin).fault()).isEqualTo("The file " + latin + " is not text in UTF-8");

        Path broken = Files.writeString(folder.resolve("broken"), "fanfare.history.path=\\u12");
        assertThat(Configuration.empty().file(broken).fault())
                .startsWith("The file " + broken + ", line 1: the backslash in '\\u' would be dropped");
    }

    @Test
    void aBackslashThatTheFormatWouldDropIsAFaultWithItsLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("f"), """
                # a comment with \\. and \\d
                fanfare.cors.allow-origin-regex=https://.*\\.example\\.org
                  ! another \\w
                fanfare.history.path=C\\:\\\\data\\
                  \\\\files
                fanfare.auth.key=topsecret\\!-\\-
                fanfare.http.host=127.0.0.1\\
                """);

        assertThat(Configuration.empty().file(file).faults())
                .containsExactly(
                        "The file " + file + ", line 2: the backslash in '\\.' would be dropped, since it is the"
                                + " escape character of properties files: write '\\\\.'",
                        "The file " + file + ", line 6: the backslash in '\\-' would be dropped, since it is the"
                                + " escape character of properties files: write '\\\\-'");
    }

    @Test
    void aPathWhoseBackslashesWouldBecomeControlCharactersIsAFault(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("f"), """
                fanfare.history.path=C:\\temp\\fanfare.db
                fanfare.status.jobs.user=CORP\\fred
                fanfare.status.jobs.sql=SELECT state\\n\\
                  FROM jobs\\tWHERE id = :id
                fanfare.cors.allow-origins=https://a.example\\
                """);

        assertThat(Configuration.empty().file(file).faults())
                .containsExactly(
                        "The file " + file
                                + ", line 1: the backslash in '\\t' would become a control character, since it is"
                                + " the escape character of properties files: write '\\\\t'",
                        "The file " + file
                                + ", line 2: the backslash in '\\f' would become a control character, since it is"
                                + " the escape character of properties files: write '\\\\f'");
    }

    @Test
    void aBackslashAtTheEndOfTheFileIsAFault(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "fanfare.cors.allow-origin-regex=https://a\\");

        assertThat(Configuration.empty().file(file).faults())
                .containsExactly(
                        "The file " + file + ", line 1: the backslash in '\\' would be dropped, since it is the"
                                + " escape character of properties files: write '\\\\'");
    }

    @Test
    void whatTheFormatKnowsIsNoFault(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("f"), """
                fanfare.cors.allow-origin-regex = https://[a-z]+\\\\.example\\\\.org
                fanfare.cors.allow-origins = https\\://a.example,\\
                    https://b.\\u0065xample
                """);

        CorsSettings cors = Configuration.empty().file(file).settings().cors();
        assertThat(cors.allowOriginRegex()).isEqualTo("https://[a-z]+\\.example\\.org");
        assertThat(cors.allowOrigins()).containsExactly("https://a.example", "https://b.example");
    }

    @Test
    void aByteOrderMarkIsIgnored(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "\uFEFFfanfare.http.port=9000");

        assertThat(Configuration.empty().file(file).settings().http().port()).isEqualTo(9000);
    }

    @Test
    void aFaultInAValueThatIsReadInTwoPlacesIsToldOnce() {
        for (String key : List.of(
                "fanfare.limits.event", "fanfare.stream.tail-bytes", "fanfare.history.max-bytes", "fanfare.dev")) {
            assertThat(Configuration.with(key, "wrong").faults()).hasSize(1);
        }
    }

    @Test
    void longValuesAreCutShort() {
        assertThat(Configuration.with("fanfare.http.port", "7".repeat(5000)).fault())
                .hasSizeLessThan(400);
    }
}
