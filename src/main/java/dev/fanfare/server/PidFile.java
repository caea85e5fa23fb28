package dev.fanfare.server;

import dev.fanfare.file.SmallFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * line 1    the process's id
 * line 2    when it began, as the operating system says
 *
 * The server holds a lock on the file, which the operating system takes away when the process ends, however it does: a file without a
 * lock is stale. The time is for a file that processes of several containers see, each of which counts its processes by itself.
 */
/** Says which process the server is, for as long as it runs. Thread-safe. */
final class PidFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PidFile.class.getName());
    private static final int MOST_BYTES = 256;

    /** What systems say of one process differs by the rounding of their clocks. */
    private static final Duration SAME = Duration.ofSeconds(2);

    /** What a server has written; of older ones, and of other programs, the second line may be missing. */
    private static final Pattern FORM = Pattern.compile("[0-9]+\\R?([0-9TZ:.-]*\\R)?");

    private final Path file;
    private final FileChannel held;
    private final String text;

    private PidFile(Path file, FileChannel held, String text) {
        this.file = file;
        this.held = held;
        this.text = text;
    }

    /**
     * Writes the file of this process. Neither follows a link nor writes over a file that holds something else.
     *
     * @throws IOException if it can't be written, another server that runs has it, or something else is there
     */
    static PidFile write(Path file) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("it is a link, a folder, a pipe or a device: give the name of a file");
        }
        FileChannel channel = FileChannel.open(
                absolute,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            if (!isFree(channel, false)) {
                throw new IOException("another server that runs has it");
            }
            String before = text(channel);
            if (!before.isEmpty() && !FORM.matcher(before).matches()) {
                throw new IOException("it holds something else than a process's id: give another name, or delete it");
            }
            ProcessHandle self = ProcessHandle.current();
            String began = self.info().startInstant().map(Instant::toString).orElse("");
            String text = self.pid() + "\n" + began + "\n";
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            channel.truncate(0);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return new PidFile(absolute, channel, text);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The beginning of a file, which is all of one that a server has written. */
    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }

    /** Whether nobody holds the lock; it is held by the channel then. */
    private static boolean isFree(FileChannel channel, boolean shared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) { // held in this very JVM
            return false;
        }
    }

    /** The file. */
    Path file() {
        return file;
    }

    /**
     * The server that runs and has written a file.
     *
     * @throws NotThere if there is none; says why
     */
    static ProcessHandle server(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
            throw notOurs(absolute); // a pipe would hold its reader
        }
        try (FileChannel channel = FileChannel.open(absolute, StandardOpenOption.READ)) {
            List<String> lines = text(channel).lines().toList();
            if (isFree(channel, true)) {
                throw new NotThere("The server that wrote " + absolute + " has ended, and no other one has that file");
            }
            return process(absolute, lines);
        } catch (NoSuchFileException e) {
            throw new NotThere(
                    "No server has written " + absolute
                            + ": it is not running, has another configuration or working directory, or can't be told to reload");
        } catch (IOException e) {
            throw new NotThere("The file " + absolute + " can't be read: " + e);
        }
    }

    private static ProcessHandle process(Path file, List<String> lines) {
        try {
            long pid = Long.parseLong(lines.isEmpty() ? "" : lines.get(0));
            Instant began = lines.size() < 2 || lines.get(1).isEmpty() ? null : Instant.parse(lines.get(1));
            Optional<ProcessHandle> found = ProcessHandle.of(pid);
            if (found.isEmpty() || !isSame(found.get(), began)) {
                throw new NotThere("The process " + pid + ", which " + file
                        + " names, is not that server here: give the command where the server runs, in its container");
            }
            return found.get();
        } catch (NumberFormatException | DateTimeException e) {
            throw notOurs(file);
        }
    }

    private static NotThere notOurs(Path file) {
        return new NotThere(file + " is not the file in which a server says which process it is");
    }

    private static boolean isSame(ProcessHandle process, @Nullable Instant began) {
        Instant really = process.info().startInstant().orElse(null);
        return began == null
                || really == null
                || Duration.between(began, really).abs().compareTo(SAME) <= 0;
    }

    /** There is no server to be told. */
    static final class NotThere extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotThere(String message) {
            super(message);
        }
    }

    /** Takes the file away, unless another server has put its own in that place. */
    @Override
    public void close() {
        try (held) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && SmallFile.text(file, 1).equals(text)) {
                Files.deleteIfExists(file);
                Files.deleteIfExists(ReloadResult.file(file));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The file " + file + " can't be removed; it is stale from now on", e);
        }
    }
}
