package dev.fanfare.spring;

import dev.fanfare.config.ConfigFaults;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells what is wrong with the configuration in words, in place of a stack trace. Stateless. */
public final class ConfigFaultsAnalyzer extends AbstractFailureAnalyzer<ConfigFaults> {
    /** Spring Boot makes one; see {@code META-INF/spring.factories}. */
    public ConfigFaultsAnalyzer() {}

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigFaults cause) {
        return new FailureAnalysis(
                "The configuration of Fanfare can't be used:\n\n    "
                        + String.join("\n    ", cause.faults()).replace("\n", System.lineSeparator()),
                "Set right what is named; docs/reference/configuration.md lists the keys.",
                cause);
    }
}
