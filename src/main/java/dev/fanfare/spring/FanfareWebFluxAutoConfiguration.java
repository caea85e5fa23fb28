package dev.fanfare.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.DispatcherHandler;

/** Has controllers of WebFlux return an {@link EventStream}. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
public class FanfareWebFluxAutoConfiguration {
    @Bean
    EventStreamResultHandler fanfareResultHandler() {
        return new EventStreamResultHandler();
    }
}
