package dev.fanfare.spring;

import dev.fanfare.Fanfare;
import dev.fanfare.metrics.FanfareMetrics;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Gives the numbers to the application's meter registry, which binds every binder that is a bean. */
@AutoConfiguration(after = FanfareAutoConfiguration.class)
@ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
public class FanfareMetricsAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    FanfareMetrics fanfareMetrics(Fanfare fanfare) {
        return new FanfareMetrics(fanfare);
    }
}
