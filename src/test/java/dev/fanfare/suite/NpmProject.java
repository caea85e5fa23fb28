package dev.fanfare.suite;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder below {@code target/hosts} in which npm works. What it fetches is not fetched by a plain build: a test that needs it is
 * skipped there, and runs with FETCH_FROM_NPM=true.
 */
final class NpmProject {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Path directory;

    private NpmProject(Path directory) {
        this.directory = directory;
    }

    /** A copy of a folder of the project. */
    static NpmProject copyOf(String folder, String name) {
        Tools.requireNode();
        requireFetching(folder);
        Path directory = ChildProcess.directory(name);
        Path from = Path.of(folder);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path inside = from.relativize(file);
                if (inside.startsWith("node_modules")
                        || inside.startsWith("dist")
                        || inside.toString().isEmpty()) {
                    continue;
                }
                Files.copy(file, directory.resolve(inside.toString()));
            }
            return new NpmProject(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the test where nothing is to be fetched. */
    static void requireFetching(String what) {
        if (!Boolean.parseBoolean(System.getenv("FETCH_FROM_NPM"))) {
            abort("nothing is fetched from npm, as " + what + " needs, without FETCH_FROM_NPM=true");
        }
    }

    /** An empty folder, for a test to fill. */
    static NpmProject empty(String name) {
        Tools.requireNode();
        return new NpmProject(ChildProcess.directory(name));
    }

    Path directory() {
        return directory;
    }

    /** Runs npm; what it prints, if it ends with status 0. */
    String npm(Map<String, String> environment, String... arguments) {
        Path npm = Tools.find("npm");
        if (npm == null) {
            throw new AssertionError("There is a node, but no npm on the PATH (Debian: apt install npm)");
        }
        List<String> command =
                Stream.concat(Stream.of(npm.toString()), Stream.of(arguments)).toList();
        try (ChildProcess process = ChildProcess.start(directory, command, environment)) {
            if (!process.exited(LONG) || process.process().exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed:\n" + process.output());
            }
            return process.output();
        }
    }
}
