package dev.fanfare.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A configuration as an operator makes it, without touching that of the JVM that tests run in. */
final class Configuration {
    private final List<CommandLineValue> commandLine = new ArrayList<>();
    private final Map<String, String> systemProperties = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final StringBuilder lines = new StringBuilder();
    private @Nullable Path file;

    static Configuration empty() {
        return new Configuration();
    }

    /** A configuration by a file with this line. */
    static Configuration with(String key, String value) {
        return empty().and(key, value);
    }

    Configuration and(String key, String value) {
        lines.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n');
        return this;
    }

    Configuration option(String option, String key, String value) {
        commandLine.add(new CommandLineValue(key, value, option));
        return this;
    }

    Configuration systemProperty(String key, String value) {
        systemProperties.put(key, value);
        return this;
    }

    Configuration variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Configuration file(Path path) {
        file = path;
        return this;
    }

    Settings settings() {
        Path written = null;
        try {
            if (file == null) {
                written = Files.writeString(Files.createTempFile("fanfare", ".properties"), lines);
            }
            return SettingsLoader.standalone(file != null ? file : written, commandLine, systemProperties, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(written);
        }
    }

    private static void delete(@Nullable Path path) {
        try {
            if (path != null) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> faults() {
        ConfigFaults faults = catchThrowableOfType(ConfigFaults.class, this::settings);
        return faults == null ? List.of() : faults.faults();
    }

    /** The only fault, with the name of the written file replaced. */
    String fault() {
        List<String> faults = faults();
        if (faults.size() != 1) {
            throw new AssertionError("one fault was expected: " + faults);
        }
        return faults.get(0).replaceAll("\\([^()]*\\.properties", "(FILE");
    }
}
