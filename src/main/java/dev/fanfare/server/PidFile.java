package dev.fanfare.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

    private final Path file;
    private final FileChannel held;

    private PidFile(Path file, FileChannel held) {
        this.file = file;
        this.held = held;
    }

    /**
     * Writes the file of this process.
     *
     * @throws IOException if it can't be written, or another server that runs has it
     */
    static PidFile write(Path file) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        FileChannel channel = FileChannel.open(absolute, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (!isFree(channel, false)) {
                throw new IOException("another server that runs has it");
            }
            ProcessHandle self = ProcessHandle.current();
            String began = self.info().startInstant().map(Instant::toString).orElse("");
            ByteBuffer text = StandardCharsets.UTF_8.encode(self.pid() + "\n" + began + "\n");
            channel.truncate(0);
            while (text.hasRemaining()) {
                channel.write(text);
            }
            return new PidFile(absolute, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
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
        try (FileChannel channel = FileChannel.open(absolute, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            List<String> lines = StandardCharsets.UTF_8
                    .decode(bytes.flip())
                    .toString()
                    .lines()
                    .toList();
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
            throw new NotThere(file + " is not the file in which a server says which process it is");
        }
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

    /** Takes the file away. */
    @Override
    public void close() {
        try (held) {
            Files.deleteIfExists(file);
            Files.deleteIfExists(ReloadResult.file(file));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The file " + file + " can't be removed; it is stale from now on", e);
        }
    }
}
