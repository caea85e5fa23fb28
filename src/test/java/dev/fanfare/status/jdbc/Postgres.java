package dev.fanfare.status.jdbc;

import dev.fanfare.testing.FreePorts;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL server of a test, in a folder and on a port of its own. It does not run as root, so then it runs as postgres. */
final class Postgres implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path programs;
    private final Path folder;
    private final int port;
    private @Nullable Process process;

    private Postgres(Path programs, Path folder, int port) {
        this.programs = programs;
        this.folder = folder;
        this.port = port;
    }

    /** Where the programs of a PostgreSQL server are, if one is installed. */
    static Optional<Path> installed() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.list(versions)) {
            return found.map(version -> version.resolve("bin"))
                    .filter(bin ->
                            Files.isExecutable(bin.resolve("initdb")) && Files.isExecutable(bin.resolve("postgres")))
                    .max(Comparator.naturalOrder());
        }
    }

    static Postgres make(Path programs) throws Exception {
        Path folder = Files.createTempDirectory("fanfare-postgres");
        if (isRoot()) {
            run(List.of("chown", "postgres", folder.toString()));
        }
        int port = FreePorts.take();
        Postgres made = new Postgres(programs, folder, port);
        run(made.command(
                "initdb", "-D", folder.resolve("data").toString(), "-U", "fanfare", "-A", "trust", "--no-sync"));
        return made.start();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(
                    List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + " failed: " + output);
        }
    }

    Postgres start() throws IOException {
        process = new ProcessBuilder(command(
                        "postgres",
                        "-D",
                        folder.resolve("data").toString(),
                        "-p",
                        Integer.toString(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off"))
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
        Awaitility.await()
                .atMost(START)
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> {
                    connect().close();
                    return true;
                });
        return this;
    }

    /** As an operator stops it who does not wait for clients. */
    void stop() throws InterruptedException {
        Process running = process;
        if (running != null) {
            // The process is setpriv's, which became postgres: SIGINT is its fast shutdown, SIGTERM waits for clients.
            try {
                run(List.of("kill", "-INT", Long.toString(running.pid())));
            } catch (IOException e) {
                running.destroyForcibly();
            }
            if (!running.waitFor(60, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "fanfare", "");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stop();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
