package dev.fanfare.history.sqlite;

import dev.fanfare.history.HistoryRefused;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;

/*
 * The driver unpacks its native library into a temporary directory when it is first used, and leaves it to an orderly exit of
 * the JVM to delete it. The standalone server halts, and others are killed, so each start would leave a megabyte there. A
 * library that is loaded does without its name, but for Windows, which does not let go of it. So it is unpacked into a
 * directory of its own, which is deleted at once.
 */
/** Loads the native library of the SQLite driver so that no file of it stays. Thread-safe. */
final class SqliteLibrary {
    /** Where the driver unpacks to; an operator that sets it has chosen. */
    private static final String DIRECTORY = "org.sqlite.tmpdir";

    /** Where it finds a library that somebody else has unpacked. */
    private static final String UNPACKED = "org.sqlite.lib.path";

    private static boolean loaded;

    private SqliteLibrary() {}

    /**
     * Loads it, once.
     *
     * @throws HistoryRefused if it can't be unpacked or loaded
     */
    static void load(Driver driver) {
        // A lock of the whole process, as the property is: other web applications have classes of their own.
        synchronized (Runtime.getRuntime()) {
            boolean chosen = System.getProperty(DIRECTORY) != null || System.getProperty(UNPACKED) != null;
            if (!loaded && !chosen && !System.getProperty("os.name", "").startsWith("Windows")) {
                loadFrom(directory(), driver);
                loaded = true;
            }
        }
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("fanfare-sqlite");
        } catch (IOException e) {
            throw new HistoryRefused(
                    "No directory can be made in " + System.getProperty("java.io.tmpdir")
                            + " to unpack the library of the SQLite driver: name another place with -Djava.io.tmpdir=DIR",
                    e);
        }
    }

    private static void loadFrom(Path directory, Driver driver) {
        System.setProperty(DIRECTORY, directory.toString());
        try (Connection connection = driver.connect("jdbc:sqlite::memory:", new Properties())) {
            if (connection == null) {
                throw new SQLException("the driver does not know its own URL");
            }
        } catch (SQLException | LinkageError e) {
            throw new HistoryRefused(
                    "The library of the SQLite driver can't be loaded from " + directory.getParent()
                            + ": name a directory that programs may be run from with -Djava.io.tmpdir=DIR",
                    e);
        } finally {
            System.clearProperty(DIRECTORY);
            delete(directory);
        }
    }

    private static void delete(Path directory) {
        try {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        } catch (IOException e) {
            System.getLogger(SqliteLibrary.class.getName())
                    .log(System.Logger.Level.WARNING, "The directory " + directory + " can't be deleted", e);
        }
    }
}
