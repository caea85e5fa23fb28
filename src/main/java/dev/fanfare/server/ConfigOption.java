package dev.fanfare.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the file of the configuration; the server and the commands that read it have it in common. */
final class ConfigOption {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A properties file, read instead of fanfare.properties in the working directory.")
    @Nullable
    Path file;
}
