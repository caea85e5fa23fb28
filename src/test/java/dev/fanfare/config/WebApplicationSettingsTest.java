package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.history.HistorySettings;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

class WebApplicationSettingsTest {

    private record Given(String getName, int getOrdinal, Map<String, String> values) implements ConfigSource {
        @Override
        public Set<String> getPropertyNames() {
            return values.keySet();
        }

        @Override
        public String getValue(String name) {
            return values.get(name);
        }
    }

    private static Properties file(String key, String value) {
        Properties properties = new Properties();
        properties.setProperty(key, value);
        return properties;
    }

    @Test
    void theContainersSourcesWinOverTheFileByTheirOrdinals() {
        List<ConfigSource> sources = List.of(
                new Given("low", 1, Map.of("fanfare.demo.count", "2", "fanfare.demo.delay", "2s")),
                new Given("high", 900, Map.of("fanfare.demo.count", "3", "other", "x")));

        var demo = SettingsLoader.of(sources, file("fanfare.demo.delay", "1s")).demo();
        assertThat(demo.count()).isEqualTo(3);
        assertThat(demo.delay()).hasSeconds(2);
        assertThat(SettingsLoader.of(List.of(), file("fanfare.demo.count", "4"))
                        .demo()
                        .count())
                .isEqualTo(4);
    }

    @Test
    void historyIsInMemoryUnlessAFileIsAskedFor() {
        assertThat(SettingsLoader.of(List.of(), new Properties()).history()).isEqualTo(HistorySettings.DEFAULTS);
        assertThat(SettingsLoader.of(List.of(), file("fanfare.history.store", "sqlite"))
                        .history())
                .isEqualTo(HistorySettings.SQLITE_DEFAULTS);
    }

    @Test
    void anEnvironmentAmongThemIsReadByItsSpelling() {
        List<ConfigSource> sources = List.of(
                new Given("env", 300, Map.of("FANFARE_STATUS_JOBS_URL", "http://localhost/{id}", "PATH", "/bin")));

        assertThat(SettingsLoader.of(sources, new Properties()).status().sources())
                .containsOnlyKeys("jobs");
    }

    @Test
    void whatAnEnvironmentMakesOfItsVariablesItselfIsLeftOut() {
        List<ConfigSource> sources = List.of(new Given(
                "env",
                300,
                Map.of(
                        "FANFARE_CORS_ALLOW_ORIGINS", "https://a.example",
                        "fanfare.cors.allow.origins", "https://a.example",
                        "fanfare.token", "a.b.c",
                        "FANFARE_TOKEN", "a.b.c",
                        "fanfare.require.browser", "true",
                        "FANFARE_REQUIRE_BROWSER", "true")));

        assertThat(SettingsLoader.of(sources, new Properties()).cors().allowOrigins())
                .containsExactly("https://a.example");
    }

    @Test
    void faultsNameTheContainersSource() {
        List<ConfigSource> sources = List.of(new Given("domain", 110, Map.of("fanfare.demo.count", "x")));

        assertThatThrownBy(() -> SettingsLoader.of(sources, file("fanfare.demo.cuont", "1")))
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("fanfare.demo.count = 'x' (fanfare.demo.count of domain) is not a whole number")
                .hasMessageContaining(
                        "fanfare.demo.cuont (WEB-INF/fanfare.properties) is a key that this version does not"
                                + " know: did you mean fanfare.demo.count?");
    }

    @Test
    void whatTheContainerReadsByDefaultIsRead() {
        System.setProperty("fanfare.demo.count", "77");
        try {
            assertThat(SettingsLoader.webApplication(file("fanfare.demo.count", "1"))
                            .demo()
                            .count())
                    .isEqualTo(77);
        } finally {
            System.clearProperty("fanfare.demo.count");
        }
        assertThat(SettingsLoader.webApplication(file("fanfare.demo.count", "1"))
                        .demo()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theDemoIsOffUnlessItIsSwitchedOn() {
        assertThat(SettingsLoader.of(List.of(), new Properties()).demo().enabled())
                .isFalse();
        assertThat(SettingsLoader.of(List.of(), file("fanfare.demo.enabled", "true"))
                        .demo()
                        .enabled())
                .isTrue();
    }

    @Test
    void developmentModeIsRefused() {
        assertThatThrownBy(() -> SettingsLoader.of(List.of(), file("fanfare.dev", "true")))
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("is not allowed in a web application");
    }
}
