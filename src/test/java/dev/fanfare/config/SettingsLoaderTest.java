package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.history.HistorySettings;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.stream.StreamSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsLoaderTest {

    @Test
    void everythingHasADefault() {
        Settings settings = Configuration.empty().settings();

        assertThat(settings.http().host()).isEqualTo("127.0.0.1");
        assertThat(settings.http().port()).isEqualTo(8080);
        assertThat(settings.http().connections()).isEqualTo(Descriptors.connections());
        assertThat(settings.http().connectionsPerAddress()).isEqualTo(Descriptors.connections());
        assertThat(settings.dev()).isFalse();
        assertThat(settings.stream()).isEqualTo(StreamSettings.DEFAULTS);
        assertThat(settings.history()).isEqualTo(HistorySettings.SQLITE_DEFAULTS);
        assertThat(settings.demo()).isEqualTo(DemoSettings.DEFAULTS);
        assertThat(settings.cors()).isEqualTo(CorsSettings.none());
        assertThat(settings.status().defaultSource()).isEqualTo("demo");
        assertThat(settings.status().maxWatches()).isEqualTo(1000);
        assertThat(settings.status().sources()).isEmpty();
    }

    @Test
    void inDevelopmentModeHistoryIsInMemoryUnlessAFileIsAskedFor() {
        assertThat(Configuration.with("fanfare.dev", "true").settings().history())
                .isEqualTo(HistorySettings.DEFAULTS);
        assertThat(Configuration.with("fanfare.dev", "true")
                        .and("fanfare.history.store", "sqlite")
                        .and("fanfare.history.path", "mine.db")
                        .settings()
                        .history())
                .isEqualTo(HistorySettings.sqlite(Path.of("mine.db")));
    }

    @Test
    void theBoundsOfHistoryFollowTheStoreWhereTheyAreNotSet() {
        HistorySettings history = Configuration.with("fanfare.history.store", "memory")
                .and("fanfare.history.max-age", "2d")
                .settings()
                .history();
        assertThat(history)
                .isEqualTo(new HistorySettings(
                        HistorySettings.DEFAULTS.maxEvents(),
                        Duration.ofDays(2),
                        HistorySettings.DEFAULTS.maxBytes(),
                        HistorySettings.DEFAULTS.replayMax()));
    }

    @Test
    void theCommandLineWinsOverSystemPropertiesOverTheEnvironmentOverTheFile() {
        Configuration configuration = Configuration.with("fanfare.http.port", "1");
        assertThat(configuration.settings().http().port()).isEqualTo(1);

        configuration.variable("FANFARE_HTTP_PORT", "2");
        assertThat(configuration.settings().http().port()).isEqualTo(2);

        configuration.systemProperty("fanfare.http.port", "3");
        assertThat(configuration.settings().http().port()).isEqualTo(3);

        configuration.option("--port", "fanfare.http.port", "4");
        assertThat(configuration.settings().http().port()).isEqualTo(4);
    }

    @Test
    void aVariableSpellsHyphensAsUnderscores() {
        Settings settings = Configuration.empty()
                .variable("FANFARE_CORS_ALLOW_ORIGINS", "https://a.example, https://b.example")
                .variable("fanfare_stream_write_timeout", "1m")
                .settings();

        assertThat(settings.cors().allowOrigins()).containsExactly("https://a.example", "https://b.example");
        assertThat(settings.stream().writeTimeout()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void everyFormOfValueIsRead() {
        Settings settings = Configuration.with("fanfare.stream.heartbeat", "500ms")
                .and("fanfare.stream.retry", "5s")
                .and("fanfare.stream.write-timeout", "10m")
                .and("fanfare.stream.max-duration", "1d")
                .and("fanfare.stream.tail-bytes", "4MiB")
                .and("fanfare.stream.pinned-bytes", "65536")
                .and("fanfare.stream.send-buffer", "64KiB")
                .and("fanfare.demo.enabled", "false")
                .and("fanfare.cors.max-age", "30")
                .and("fanfare.limits.connections", "0")
                .settings();

        assertThat(settings.stream())
                .isEqualTo(new StreamSettings(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(5),
                        65_536,
                        4 << 20,
                        65_536,
                        64 << 10,
                        Duration.ofMinutes(10),
                        Duration.ofDays(1)));
        assertThat(settings.demo().enabled()).isFalse();
        assertThat(settings.cors().maxAge()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.http().connections()).isZero();
        assertThat(settings.http().connectionsPerAddress()).isZero();
    }

    @Test
    void theTailHoldsAtLeastFourOfTheLargestEvents() {
        assertThat(Configuration.with("fanfare.stream.tail-bytes", "4MiB")
                        .settings()
                        .limits()
                        .eventBytes())
                .isEqualTo(1 << 20);
        assertThatThrownBy(() ->
                        Configuration.with("fanfare.limits.event", "20MiB").settings())
                .hasMessageContaining("fanfare.limits.event = '20MiB'")
                .hasMessageContaining("raise fanfare.stream.tail-bytes");
    }

    @Test
    void anEmptyValueMeansTheDefault() {
        Settings settings = Configuration.with("fanfare.http.port", "9000")
                .and("fanfare.demo.count", " ")
                .variable("FANFARE_HTTP_PORT", "")
                .settings();

        assertThat(settings.http().port()).isEqualTo(8080);
        assertThat(settings.demo().count()).isEqualTo(10);
    }

    @Test
    void aValueIsTakenAsItIsWritten() {
        Settings settings = Configuration.with("fanfare.history.path", "${user.home}/\\${x}/events.db")
                .settings();

        assertThat(settings.history().path()).isEqualTo(Path.of("${user.home}/\\${x}/events.db"));
    }

    @Test
    void theDemoIsOffOnAHostThatOthersReachUnlessSwitchedOn() {
        Configuration open = Configuration.with("fanfare.http.host", "0.0.0.0");
        assertThat(open.settings().demo().enabled()).isFalse();

        open.and("fanfare.demo.enabled", "true");
        assertThat(open.settings().demo().enabled()).isTrue();
    }

    @Test
    void anIpv6AddressGetsBracketsAndMayBeALoopbackHost() {
        Settings settings = Configuration.with("fanfare.http.host", "::1")
                .and("fanfare.dev", "true")
                .settings();

        assertThat(settings.http().host()).isEqualTo("[::1]");
        assertThat(settings.loopback()).isTrue();
        assertThat(settings.demo().enabled()).isTrue();
    }

    @Test
    void developmentModeHasCorsSettingsOfItsOwnWhereNoneAreSet() {
        Configuration dev = Configuration.empty().option("--dev", "fanfare.dev", "true");
        assertThat(dev.settings().dev()).isTrue();
        assertThat(dev.settings().cors()).isEqualTo(CorsSettings.development());

        dev.and("fanfare.cors.allow-origins", "https://a.example");
        CorsSettings cors = dev.settings().cors();
        assertThat(cors.allowOrigins()).containsExactly("https://a.example");
        assertThat(cors.allowOriginRegex()).isEqualTo(CorsSettings.development().allowOriginRegex());
    }

    @Test
    void aFileMayHoldSignsOfEveryLanguage(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.properties"), "fanfare.history.path=Ereignisse-für-später.db");

        assertThat(Configuration.empty().file(file).settings().history().path())
                .isEqualTo(Path.of("Ereignisse-für-später.db"));
    }

    @Test
    void connectionsAreWhatDescriptorsAllowAndNeverUnbounded() {
        assertThat(List.of(
                        Descriptors.connections(1024),
                        Descriptors.connections(100_256),
                        Descriptors.connections(Long.MAX_VALUE),
                        Descriptors.connections(256)))
                .containsExactly(768, 100_000, 100_000, 16);
    }
}
