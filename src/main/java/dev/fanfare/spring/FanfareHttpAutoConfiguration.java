package dev.fanfare.spring;

import dev.fanfare.config.ConfigFaults;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * Puts the hub's and the statuses' HTTP below {@code fanfare.spring.path}. The classes that answer it are in a jar of their own,
 * since a servlet container would find them in the library and run them in any application.
 */
@AutoConfiguration(after = FanfareAutoConfiguration.class)
@ConditionalOnProperty(EnvironmentValues.PATH)
public class FanfareHttpAutoConfiguration {
    private static final String REFUSED = EnvironmentValues.PATH + " is set, and ";

    /** With a servlet container there may be all that it takes. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @Import(Selector.class)
    static class OnServlets {}

    /** WebFlux has no place for a Jakarta REST application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class OnWebFlux {
        OnWebFlux() {
            throw new ConfigFaults(
                    List.of(
                            REFUSED + "this application runs on WebFlux, where no servlets are: return an"
                                    + " EventStream from a controller and leave the key out, or use a servlet web stack"
                                    + " (spring-boot-starter-web) and, where both are there, spring.main.web-application-type=servlet"));
        }
    }

    /** Nobody would reach the hub, and nobody would be told. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnNotWebApplication
    static class OnNothing {
        OnNothing() {
            throw new ConfigFaults(
                    List.of(REFUSED + "this is no web application (spring.main.web-application-type may say"
                            + " so): add spring-boot-starter-web, or leave the key out"));
        }
    }

    /** Where a class is missing, an application without the key must start all the same. */
    static final class Selector implements ImportSelector {
        private static final String HTTP = "dev.fanfare.spring.http.HttpConfiguration";

        @Override
        public String[] selectImports(AnnotationMetadata importing) {
            String missing = missing(Selector.class.getClassLoader());
            if (missing != null) {
                throw new ConfigFaults(List.of(REFUSED + missing));
            }
            return new String[] {HTTP};
        }

        static @Nullable String missing(@Nullable ClassLoader loader) {
            if (!isPresent(HTTP, loader)) {
                return "the classes that answer HTTP are not in the application: add the dependency dev.fanfare:fanfare"
                        + " a second time, with the classifier http";
            }
            if (!isPresent("org.glassfish.jersey.servlet.ServletContainer", loader)
                    || !isPresent("org.glassfish.jersey.media.sse.SseFeature", loader)) {
                return "Jersey is not in the application: add org.springframework.boot:spring-boot-starter-jersey and"
                        + " org.glassfish.jersey.media:jersey-media-sse";
            }
            if (!isPresent("com.nimbusds.jwt.JWT", loader)) {
                return "what checks tokens is not in the application: add com.nimbusds:nimbus-jose-jwt";
            }
            return null;
        }

        private static boolean isPresent(String name, @Nullable ClassLoader loader) {
            return ClassUtils.isPresent(name, loader);
        }
    }
}
