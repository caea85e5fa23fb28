package dev.fanfare.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.app.Service;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.tracing.Tracing;
import dev.fanfare.tracing.otel.OpenTelemetryTracing;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.ApplicationContextAssertProvider;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** What an application of Spring Boot gets, or is told. */
class AutoConfigurationTest {
    private static final AutoConfigurations ALL = AutoConfigurations.of(
            FanfareAutoConfiguration.class,
            FanfareTracingAutoConfiguration.class,
            FanfareHttpAutoConfiguration.class,
            FanfareMvcAutoConfiguration.class,
            FanfareWebFluxAutoConfiguration.class);

    private final ApplicationContextRunner plain = new ApplicationContextRunner().withConfiguration(ALL);
    private final WebApplicationContextRunner servlet = new WebApplicationContextRunner().withConfiguration(ALL);
    private final ReactiveWebApplicationContextRunner reactive =
            new ReactiveWebApplicationContextRunner().withConfiguration(ALL);

    private static List<String> faults(ApplicationContextAssertProvider<?> context) {
        Throwable failure = context.getStartupFailure();
        assertThat(failure).as("the context started").isNotNull();
        return Stream.iterate(failure, e -> e != null, Throwable::getCause)
                .filter(ConfigFaults.class::isInstance)
                .findFirst()
                .map(e -> ((ConfigFaults) e).faults())
                .orElseThrow(() -> new AssertionError("no fault of the configuration", failure));
    }

    private static boolean tracesOf(ApplicationContext context) {
        return Parts.of(context.getBean(Fanfare.class)).tracing() instanceof OpenTelemetryTracing;
    }

    @Test
    void anApplicationHasAFanfareOfItsConfiguration() {
        plain.withPropertyValues("fanfare.status.jobs.push=true", "fanfare.status.jobs.params=id")
                .run(context -> {
                    assertThat(context).hasSingleBean(Fanfare.class).doesNotHaveBean(Service.class);
                    assertThat(Parts.of(context.getBean(Fanfare.class))
                                    .statuses()
                                    .names())
                            .containsExactly("jobs");
                });
    }

    /** In the same words as the standalone server, each. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fanfare.stream.heartbeat=often",
                "fanfare.stream.hartbeat=5s",
                "fanfare.history.max-events=0",
                "fanfare.history.store=disk",
                "fanfare.limits.event=1 apple",
                "fanfare.cors.allow-origins=news.example",
                "fanfare.auth.key=short",
                "fanfare.status.Jobs.url=http://localhost/",
                "fanfare.status.jobs.url=ftp://localhost/",
                "fanfare.tracing=on",
                "fanfare.publish.same-id=twice"
            })
    void whatIsWrongIsToldAsAtTheStartOfTheStandaloneServer(String setting) {
        Properties properties = new Properties();
        String[] keyAndValue = setting.split("=", 2);
        properties.put(keyAndValue[0], keyAndValue[1]);
        List<String> standalone = List.of();
        try {
            SettingsLoader.of(List.of(), properties);
        } catch (ConfigFaults e) {
            standalone = e.faults();
        }
        List<String> expected =
                standalone.stream().map(AutoConfigurationTest::withoutPlace).toList();
        assertThat(expected).hasSize(1);
        plain.withPropertyValues(setting)
                .run(context -> assertThat(faults(context))
                        .extracting(AutoConfigurationTest::withoutPlace)
                        .isEqualTo(expected));
    }

    /** Each tells where the value is from. */
    private static String withoutPlace(String fault) {
        return fault.replaceFirst(" \\([^)]*\\)", "");
    }

    @Test
    void allThatIsWrongIsToldAtOnceAndNotAsAStackTrace() {
        plain.withPropertyValues("fanfare.stream.heartbeat=often", "fanfare.history.store=disk", "fanfare.http.port=1")
                .run(context -> {
                    assertThat(faults(context)).hasSize(3);
                    FailureAnalysis analysis = new ConfigFaultsAnalyzer().analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription())
                            .contains("fanfare.stream.heartbeat", "fanfare.history.store", "fanfare.http.port");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.2.12", "3.4.9", "2.7.18"})
    void anOldBootIsRefusedInWords(String version) {
        assertThat(catchThrowableOfType(ConfigFaults.class, () -> BootVersion.require(version))
                        .faults())
                .containsExactly("Fanfare needs Spring Boot 3.5 or newer, and this application runs on " + version
                        + ": raise the version of spring-boot-starter-parent");
    }

    @Test
    void bothWebStacksOnOneClassPathAreOneApplicationOfTheKindThatBootChooses() {
        servlet.run(context -> assertThat(context)
                .hasBean("fanfareMvcConfigurer")
                .doesNotHaveBean(EventStreamResultHandler.class)
                .hasSingleBean(Fanfare.class));
        reactive.run(context -> assertThat(context)
                .hasSingleBean(EventStreamResultHandler.class)
                .doesNotHaveBean("fanfareMvcConfigurer")
                .hasSingleBean(Fanfare.class));
        plain.run(context -> assertThat(context)
                .doesNotHaveBean(EventStreamResultHandler.class)
                .doesNotHaveBean("fanfareMvcConfigurer")
                .hasSingleBean(Fanfare.class));
    }

    @Test
    void servletsWithoutSpringMvcHaveNoControllersAndStart() {
        servlet.withClassLoader(new FilteredClassLoader(WebMvcConfigurer.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Fanfare.class));
    }

    @Test
    void theHubsHttpOnWebFluxIsRefusedInWords() {
        reactive.withPropertyValues("fanfare.spring.path=/live")
                .run(context -> assertThat(faults(context))
                        .singleElement()
                        .asString()
                        .contains("fanfare.spring.path is set", "WebFlux", "spring-boot-starter-web"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.fanfare.spring.http|classifier http",
                "org.glassfish.jersey.servlet|spring-boot-starter-jersey",
                "org.glassfish.jersey.media.sse|jersey-media-sse",
                "com.nimbusds|nimbus-jose-jwt"
            })
    void whatTheHubsHttpLacksIsTold(String missingAndAdvice) {
        String[] parts = missingAndAdvice.split("\\|", -1);
        FilteredClassLoader without = new FilteredClassLoader(parts[0]);
        assertThat(FanfareHttpAutoConfiguration.Selector.missing(without)).contains(parts[1]);
        assertThat(FanfareHttpAutoConfiguration.Selector.missing(getClass().getClassLoader()))
                .isNull();
    }

    @Test
    void theHubsHttpWithoutAWebStackIsToldToo() {
        plain.withPropertyValues("fanfare.spring.path=/live")
                .run(context -> assertThat(faults(context))
                        .singleElement()
                        .asString()
                        .contains("fanfare.spring.path is set", "no web application"));
    }

    @Test
    void spansGoToTheOpenTelemetryOfTheApplication() {
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().build()) {
            ApplicationContextRunner with = plain.withBean(OpenTelemetry.class, () -> sdk);
            with.run(context -> assertThat(tracesOf(context)).isTrue());
            with.withPropertyValues("fanfare.tracing=off")
                    .run(context -> assertThat(
                                    Parts.of(context.getBean(Fanfare.class)).tracing())
                            .isSameAs(Tracing.NONE));
        }
        plain.run(context -> assertThat(tracesOf(context)).isFalse());
    }

    @Test
    void startsWithoutTheOpenTelemetryApi() {
        plain.withClassLoader(new FilteredClassLoader("io.opentelemetry"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(FanfareTracingAutoConfiguration.class)
                        .hasSingleBean(Fanfare.class));
    }
}
