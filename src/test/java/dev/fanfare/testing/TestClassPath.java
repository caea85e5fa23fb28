package dev.fanfare.testing;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The class path of the tests, for a JVM that they start. */
public final class TestClassPath {
    /** Comes with the driver of browsers. OpenTelemetry writes a line about it where it stands on a class path, unused. */
    private static final String OF_THE_BROWSERS_DRIVER = "opentelemetry-sdk-extension-autoconfigure-1";

    private TestClassPath() {}

    /** Absolute: relative entries would mean something else in the folder of the child. */
    public static String absolute() {
        return Arrays.stream(System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator)))
                .filter(entry -> !entry.contains(OF_THE_BROWSERS_DRIVER))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
