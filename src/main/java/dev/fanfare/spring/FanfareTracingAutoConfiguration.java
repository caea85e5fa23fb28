package dev.fanfare.spring;

import dev.fanfare.tracing.Tracing;
import dev.fanfare.tracing.otel.OpenTelemetryTracing;
import io.opentelemetry.api.OpenTelemetry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Has spans recorded by the application's {@link OpenTelemetry}, where it has one as a bean. */
@AutoConfiguration
@ConditionalOnClass(OpenTelemetry.class)
public class FanfareTracingAutoConfiguration {
    /** None where there is no bean; the global one is found without it. */
    @Bean
    @ConditionalOnMissingBean
    @Nullable
    Tracing fanfareTracing(ObjectProvider<OpenTelemetry> openTelemetry) {
        OpenTelemetry found = openTelemetry.getIfUnique();
        return found == null ? null : OpenTelemetryTracing.of(found);
    }
}
