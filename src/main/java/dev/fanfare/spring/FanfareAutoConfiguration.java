package dev.fanfare.spring;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.app.ConfiguredFanfare;
import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.tracing.Tracing;
import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Makes a {@link Fanfare} of the keys {@code fanfare.…} in the application's configuration, unless the application has made one
 * itself, and ends its streams when the application stops. A wrong configuration keeps the application from starting, with all
 * faults in words.
 */
@AutoConfiguration(after = FanfareTracingAutoConfiguration.class)
public class FanfareAutoConfiguration {
    private static final String ASK_BOOT = "leave it out; Spring Boot's server.address and server.port decide";

    /** Keys of the standalone server that mean nothing here. */
    private static final Map<String, String> WITHOUT = Map.of(
            "fanfare.http.host",
            ASK_BOOT,
            "fanfare.http.port",
            ASK_BOOT,
            "fanfare.log.format",
            "leave it out; Spring Boot's logging decides (logging.structured.format.console)",
            "fanfare.metrics.enabled",
            "leave it out; the numbers are in the application's own meter registry",
            "fanfare.demo.enabled",
            "leave it out; the demonstration is in the standalone server only");

    /** What is made where the application has no Fanfare of its own. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(Fanfare.class)
    static class Configured {
        /** @throws dev.fanfare.config.ConfigFaults if anything is wrong; tells everything that is */
        @Bean
        Settings fanfareSettings(ConfigurableEnvironment environment) {
            BootVersion.require(SpringBootVersion.getVersion());
            return SettingsLoader.application(EnvironmentValues.of(environment), WITHOUT);
        }

        @Bean(destroyMethod = "close")
        ConfiguredFanfare configuredFanfare(Settings fanfareSettings, ObjectProvider<Tracing> tracing) {
            return ConfiguredFanfare.of(fanfareSettings, null, tracing.getIfAvailable());
        }

        @Bean(destroyMethod = "")
        Fanfare fanfare(ConfiguredFanfare configuredFanfare) {
            return configuredFanfare.fanfare();
        }
    }

    /** Ends the streams when the application stops, also those of a Fanfare that the application has made. */
    @Bean
    FanfareLifecycle fanfareLifecycle(Fanfare fanfare, ObjectProvider<Settings> settings) {
        Settings configured = settings.getIfAvailable();
        Duration over = configured == null ? Duration.ZERO : configured.http().drain();
        return new FanfareLifecycle(
                () -> {
                    if (!over.isZero()) {
                        Parts.of(fanfare).loops().drain(over);
                    }
                },
                fanfare::close);
    }
}
