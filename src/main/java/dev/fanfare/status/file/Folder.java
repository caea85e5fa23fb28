package dev.fanfare.status.file;

import dev.fanfare.status.SourceFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Links inside of the folder are followed, since they are how some programs replace many files at once (a mounted ConfigMap
 * of Kubernetes). So first all links are resolved, and the result has to be below the folder. Between that and the reading
 * somebody could put a link in the place of a file or a folder; so the file is opened by going down from the folder name by
 * name without following any link, where the system can do that (SecureDirectoryStream: openat(2)). Elsewhere only the last
 * name is held to that.
 */
/** Finds and reads files below one folder, and no others. Thread-safe; blocks. */
final class Folder {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final String UNREADABLE = "can't be read";

    private final Path folder;

    Folder(Path folder) {
        this.folder = folder;
    }

    /**
     * The file with all links resolved.
     *
     * @param names of folders and of the file, each just a name
     * @return null if there is none
     * @throws SourceFailure if the folder is not there, or a link leads out of it
     */
    @Nullable
    Path find(List<String> names) {
        Path root = root();
        Path wanted;
        try {
            wanted = root.resolve(String.join(root.getFileSystem().getSeparator(), names));
        } catch (InvalidPathException e) {
            // No file of this system can be called so.
            return null;
        }
        Path real;
        try {
            real = wanted.toRealPath();
        } catch (AccessDeniedException e) {
            throw failure("the folder or a file in it may not be read", e);
        } catch (FileSystemException e) {
            if (!Files.exists(wanted)) {
                return null;
            }
            throw failure("a file can't be found: " + e.getReason(), e);
        } catch (IOException e) {
            throw failure("a file can't be found: " + e.getMessage(), e);
        }
        if (!real.startsWith(root)) {
            throw failure("a link leads out of the folder; only files inside of it are read", null);
        }
        return real;
    }

    private Path root() {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new SourceFailure("can't be reached", "the folder is not there: " + e, Duration.ZERO, e);
        }
    }

    /**
     * The bytes of a file found, or the first of them.
     *
     * @return null if it is gone by now
     * @throws SourceFailure if it can't be read
     */
    byte @Nullable [] read(Path real, int mostBytes) {
        Path root = root();
        if (!real.startsWith(root)) {
            throw failure("the folder was replaced", null);
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root);
                SeekableByteChannel channel = stream instanceof SecureDirectoryStream<Path> secure
                        ? open(secure, root.relativize(real))
                        : Files.newByteChannel(real, READ)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(mostBytes, channel.size() + 1));
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                if (!buffer.hasRemaining() && buffer.capacity() < mostBytes) {
                    // It has grown meanwhile.
                    buffer = ByteBuffer.allocate(mostBytes).put(buffer.flip());
                }
            }
            byte[] bytes = new byte[buffer.position()];
            buffer.flip().get(bytes);
            return bytes;
        } catch (IOException e) {
            if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
                return null;
            }
            throw failure("a file can't be opened or read: " + e.getClass().getSimpleName(), e);
        }
    }

    private static SeekableByteChannel open(SecureDirectoryStream<Path> at, Path names) throws IOException {
        if (names.getNameCount() == 1) {
            return at.newByteChannel(names, READ);
        }
        try (SecureDirectoryStream<Path> below = at.newDirectoryStream(names.getName(0), LinkOption.NOFOLLOW_LINKS)) {
            return open(below, names.subpath(1, names.getNameCount()));
        }
    }

    private static SourceFailure failure(String message, @Nullable Exception cause) {
        return new SourceFailure(UNREADABLE, message, Duration.ZERO, cause);
    }
}
