package dev.fanfare.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/** How the configuration of a Spring Boot application is read. */
class EnvironmentValuesTest {
    private static StandardEnvironment environment(MapPropertySource... sources) {
        return new StandardEnvironment() {
            @Override
            protected void customizePropertySources(MutablePropertySources all) {
                for (MapPropertySource source : sources) {
                    all.addLast(source);
                }
            }
        };
    }

    private static MapPropertySource source(String name, String... keysAndValues) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new MapPropertySource(name, values);
    }

    private static Settings settings(StandardEnvironment environment) {
        return SettingsLoader.application(EnvironmentValues.of(environment), Map.of());
    }

    @Test
    void theFirstPlaceThatHasAKeyWins() {
        Settings read = settings(environment(
                source("first", "fanfare.stream.heartbeat", "4s"),
                source("second", "fanfare.stream.heartbeat", "9s", "fanfare.stream.retry", "2s")));
        assertThat(read.stream().heartbeat()).isEqualTo(Duration.ofSeconds(4));
        assertThat(read.stream().retry()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void placeholdersAreFilledInAndVariablesAreRead() {
        Settings read = settings(environment(source(
                "first", "fanfare.stream.heartbeat", "${beat}", "beat", "4s", "FANFARE_STREAM_TAIL_EVENTS", "70000")));
        assertThat(read.stream().heartbeat()).isEqualTo(Duration.ofSeconds(4));
        assertThat(read.stream().tailEvents()).isEqualTo(70000);
    }

    @Test
    void membersOfAListCountInTheirOrder() {
        Settings read = settings(environment(source(
                "first",
                "fanfare.cors.allow-origins[10]",
                "https://k.example",
                "fanfare.cors.allow-origins[2]",
                "https://c.example")));
        assertThat(read.cors().allowOrigins()).containsExactlyInAnyOrder("https://c.example", "https://k.example");
    }

    @Test
    void aFaultNamesTheKeyAndItsPlace() {
        assertThatThrownBy(() -> settings(environment(source("application", "fanfare.stream.heartbeat", "often"))))
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("fanfare.stream.heartbeat = 'often' (fanfare.stream.heartbeat of application)");
    }

    @Test
    void thePathIsNoKeyOfTheService() {
        StandardEnvironment environment =
                environment(source("first", "fanfare.spring.path", " /live ", "FANFARE_SPRING_PATH", "/other"));
        assertThatCode(() -> settings(environment)).doesNotThrowAnyException();
        assertThatThrownBy(() -> settings(environment(source("first", "fanfare.spring.pfad", "/live"))))
                .hasMessageContaining("fanfare.spring.pfad");
    }

    @Test
    void aSpringBootThatIsTooOldIsRefusedInWords() {
        for (String old : List.of("2.7.18", "3.0.0", "3.4.13")) {
            assertThatThrownBy(() -> BootVersion.require(old))
                    .isInstanceOf(ConfigFaults.class)
                    .hasMessageContaining("3.5 or newer")
                    .hasMessageContaining(old);
        }
        for (String good : List.of("3.5.0", "3.10.1", "4.0.7", "4.1.0-M1")) {
            assertThatCode(() -> BootVersion.require(good)).doesNotThrowAnyException();
        }
        assertThatCode(() -> BootVersion.require(null)).doesNotThrowAnyException();
    }
}
