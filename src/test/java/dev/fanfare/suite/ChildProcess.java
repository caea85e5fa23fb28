package dev.fanfare.suite;

import dev.fanfare.testing.FreePorts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A JVM started by a test. It has a directory of its own below {@code target/hosts}, where its output goes to {@code
 * output.txt}, and it ends with the JVM of the test at the latest.
 */
final class ChildProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(300);
    private static final Duration UNDRAINED = Duration.ofSeconds(3);
    private static final Duration STOP = Duration.ofSeconds(60);
    private static final String OUTPUT = "output.txt";
    private static final ProcessBuilder.Redirect NOTHING = ProcessBuilder.Redirect.from(new File("/dev/null"));

    private final Process process;
    private final Path directory;
    private final Thread atExit;

    private ChildProcess(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
        this.atExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** An empty directory for the process of a test; what an earlier run left in it is gone. */
    static Path directory(String name) {
        Path directory = Path.of("target", "hosts", name).toAbsolutePath();
        delete(directory);
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes away a directory with all that is in it, if it is there. */
    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the JVM that runs this test with these arguments, in {@code directory}. */
    static ChildProcess java(Path directory, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.addAll(arguments);
        return start(directory, command, Map.of());
    }

    /** Starts a command in {@code directory}, with more in its environment and nothing of ours in it but that. */
    static ChildProcess start(Path directory, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(NOTHING)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(OUTPUT).toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(builder.start(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The settings as system properties of a JVM. */
    static List<String> systemProperties(Map<String, String> settings) {
        List<String> arguments = new ArrayList<>();
        settings.forEach((key, value) -> arguments.add("-D" + key + "=" + value));
        return arguments;
    }

    /** A port of this machine that nobody listens on. */
    static int freePort() {
        return FreePorts.take();
    }

    /** So many different ports. */
    static List<Integer> freePorts(int count) {
        return IntStream.range(0, count).mapToObj(i -> FreePorts.take()).toList();
    }

    /** Waits until the service says that it is ready; ends the process and shows its output if it does not. */
    ChildProcess awaitReady(URI base) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready = HttpRequest.newBuilder(base.resolve("health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return this;
                }
                exited(Duration.ofMillis(50));
            } catch (IOException notYet) {
                exited(Duration.ofMillis(50));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        String how = process.isAlive() ? "is not ready" : "exited with " + process.exitValue();
        close();
        throw new AssertionError(base + " " + how + "; its output:\n" + output());
    }

    /** All that it has written, to both outputs. */
    String output() {
        try {
            return Files.readString(directory.resolve(OUTPUT));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Process process() {
        return process;
    }

    /** Whether it ends by itself within this time. */
    boolean exited(Duration within) {
        try {
            return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Ends it as an operator would, by SIGTERM, and if that does not do, for good. */
    @Override
    public void close() {
        process.destroy();
        if (!exited(UNDRAINED)) {
            process.destroy(); // a second signal ends the drain of a server that has one
        }
        if (!exited(STOP)) {
            process.destroyForcibly();
            exited(STOP);
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
