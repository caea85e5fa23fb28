package dev.fanfare.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A kind of server that deploys the WARs which are put into a directory, under their names, and undeploys those taken out. */
public interface AppServer {
    /**
     * One of them, set up and not started.
     *
     * @param command starts it in the foreground, bound to this machine only
     * @param deployments where WARs are put
     */
    record Installation(List<String> command, Map<String, String> environment, Path deployments) {}

    /** A short name for directories. */
    String name();

    /** What is different here from all others. */
    default Set<Host.Peculiarity> peculiarities() {
        return Set.of();
    }

    /**
     * Sets one up.
     *
     * @param directory an empty one that is its own
     * @param port where it is to listen
     * @param jvm more arguments for its JVM, the configuration among them
     */
    Installation install(Path directory, int port, List<String> jvm) throws IOException;

    /** The server as it was unpacked; nobody writes there. */
    static Path unpacked(String directory) {
        Path home = Path.of(System.getProperty("servers.directory"), directory).toAbsolutePath();
        if (!Files.isDirectory(home)) {
            throw new AssertionError(
                    "There is no " + home + ": mvn verify fetches it, for all but Tomcat and Jetty with -Pservers");
        }
        return home;
    }

    /** The java command of the JVM that runs this test. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * The java command of a JVM that is at least so new: this one, or that of {@code -Dnewer.jdk}.
     *
     * @param feature the Java release
     */
    static Path java(int feature) {
        String newer = System.getProperty("newer.jdk", "");
        if (Runtime.version().feature() >= feature) {
            return Path.of(java());
        }
        if (newer.isEmpty()) {
            throw new AssertionError(
                    "This server needs Java " + feature + ": build with it, or with -Dnewer.jdk=ITS_HOME");
        }
        return Path.of(newer, "bin", "java");
    }

    static List<String> command(String first, List<?>... more) {
        List<String> command = new ArrayList<>(List.of(first));
        Stream.of(more).flatMap(List::stream).map(String::valueOf).forEach(command::add);
        return command;
    }

    /** Copies a directory with all that is in it. */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** Changes a file's text; each text must be in it. */
    static void edit(Path file, Map<String, String> replacements) throws IOException {
        String text = Files.readString(file);
        for (var replacement : replacements.entrySet()) {
            if (!text.contains(replacement.getKey())) {
                throw new AssertionError(file + " has no " + replacement.getKey());
            }
            text = text.replace(replacement.getKey(), replacement.getValue());
        }
        Files.writeString(file, text);
    }
}
