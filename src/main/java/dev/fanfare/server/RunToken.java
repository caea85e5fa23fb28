package dev.fanfare.server;

import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.file.SecretFile;
import dev.fanfare.file.SmallFile;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The token of a server that has no key but that of its run. The token grants everything, which a journal or a container's log
 * must not keep: it is printed on a terminal only, and elsewhere waits in a file that its owner alone can read and that goes
 * with the run. Immutable.
 */
final class RunToken implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RunToken.class.getName());
    private static final List<String> EVERYTHING = List.of("*");
    /** The key of a run is forgotten with it; nobody runs a server without a key of its own for longer. */
    private static final Duration RUN = Duration.ofDays(30);

    private static final int MOST_KIB = 64;

    private final String text;
    private final @Nullable Path file;

    private RunToken(String text, @Nullable Path file) {
        this.text = text;
        this.file = file;
    }

    /** One to be printed. */
    static RunToken shown(TokenKey key) {
        return new RunToken(issued(key), null);
    }

    /**
     * One in a file, which is named after the port, since another server may run in the same directory.
     *
     * @throws IOException if the file can't be written
     */
    static RunToken inFile(TokenKey key, Path directory, int port) throws IOException {
        Path file =
                directory.resolve("fanfare-" + port + ".token").toAbsolutePath().normalize();
        String text = issued(key);
        SecretFile.replace(file, text + "\n"); // one of a run that was killed may be there
        return new RunToken(text, file);
    }

    /** Whether standard output is a terminal: what is printed there is read by a person, and kept by nobody. */
    @SuppressWarnings("SystemConsoleNull") // null before Java 22
    static boolean isOutputSeen() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // Java 22 and later have a console in any case, and a method that says what it is
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Console.isTerminal is public and throws nothing", e);
        }
    }

    private static String issued(TokenKey key) {
        return TokenIssuer.of(key).issue(EVERYTHING, EVERYTHING, Instant.now().plus(RUN), null);
    }

    /** The header with the token, as an argument for curl in a shell. */
    String header() {
        return file == null
                ? "'Authorization: Bearer " + text + "'"
                : "\"Authorization: Bearer $(cat '" + file.toString().replace("'", "'\\''") + "')\"";
    }

    /** Takes the file away, unless another server has put its own in that place. */
    @Override
    public void close() {
        if (file == null) {
            return;
        }
        try {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && SmallFile.text(file, MOST_KIB).strip().equals(text)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The file " + file + " can't be removed; its token is void by now", e);
        }
    }
}
