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

/** A MariaDB server of a test, in a folder and on a port of its own. */
final class MariaDb implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final int port;
    private @Nullable Process process;

    private MariaDb(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** The program of a MariaDB server, if one is installed. */
    static Optional<Path> installed() {
        return Optional.of(Path.of("/usr/sbin/mariadbd"))
                .filter(Files::isExecutable)
                .filter(program -> Files.isExecutable(Path.of("/usr/bin/mariadb-install-db")));
    }

    static MariaDb make(Path program) throws Exception {
        Path folder = Files.createTempDirectory("fanfare-mariadb");
        int port = FreePorts.take();
        Process made = new ProcessBuilder(withUser(
                        "/usr/bin/mariadb-install-db",
                        "--no-defaults",
                        "--auth-root-authentication-method=normal",
                        "--datadir=" + folder))
                .redirectErrorStream(true)
                .start();
        String output = new String(made.getInputStream().readAllBytes());
        if (made.waitFor() != 0) {
            throw new IllegalStateException("mariadb-install-db failed: " + output);
        }
        return new MariaDb(folder, port).start(program);
    }

    private static List<String> withUser(String... arguments) {
        List<String> command = new ArrayList<>(List.of(arguments));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
        return command;
    }

    private MariaDb start(Path program) throws IOException {
        process = new ProcessBuilder(withUser(
                        program.toString(),
                        "--no-defaults",
                        "--datadir=" + folder,
                        "--port=" + port,
                        "--bind-address=127.0.0.1",
                        "--default-time-zone=+00:00",
                        "--innodb-flush-log-at-trx-commit=0",
                        "--socket=" + folder.resolve("socket"),
                        "--pid-file=" + folder.resolve("pid")))
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

    String url(String kind) {
        return "jdbc:" + kind + "://127.0.0.1:" + port + "/test";
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url("mariadb"), "root", "");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroy();
            if (!running.waitFor(60, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
