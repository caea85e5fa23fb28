package dev.fanfare.spring;

import dev.fanfare.Fanfare;
import dev.fanfare.app.ConfiguredFanfare;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Whether Fanfare is well, for the actuator of Spring Boot 4, which has the types in another package. */
@AutoConfiguration(after = FanfareAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnProperty(name = "management.health.fanfare.enabled", matchIfMissing = true)
public class FanfareHealth4AutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(name = "fanfareHealthIndicator")
    HealthIndicator fanfareHealthIndicator(Fanfare fanfare) {
        return () -> {
            Health.Builder health = Health.up();
            ConfiguredFanfare.checks(fanfare)
                    .forEach((name, check) ->
                            check.get().ifPresent(fault -> health.down().withDetail(name, fault)));
            return health.build();
        };
    }
}
