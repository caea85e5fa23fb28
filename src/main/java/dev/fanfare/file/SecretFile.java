package dev.fanfare.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Makes files and folders that their owner alone may read. Stateless. */
public final class SecretFile {
    private static final String OWNER_ONLY = "rw-------";
    private static final String FOLDER_OWNER_ONLY = "rwx------";

    private SecretFile() {}

    /**
     * Makes a file with a text, in place of what has its name; a link is replaced, not followed, and a folder is left. Nothing is left if that fails.
     *
     * @throws IOException if the file can't be made or written
     */
    public static void replace(Path file, String text) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(file.toString(), null, "it is a folder; a file of that name is to be made");
        }
        Files.deleteIfExists(file);
        // Written by the channel that made it: under its name another file may stand by then.
        try (SeekableByteChannel made = Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly(file, OWNER_ONLY))) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                made.write(bytes);
            }
        } catch (FileAlreadyExistsException e) {
            throw e; // somebody else's
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /**
     * Makes a folder.
     *
     * @throws IOException if it can't be made, or there is something of that name
     */
    public static void makeFolder(Path folder) throws IOException {
        Files.createDirectory(folder, ownerOnly(folder, FOLDER_OWNER_ONLY));
    }

    private static FileAttribute<?>[] ownerOnly(Path file, String permissions) {
        boolean isPosix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return isPosix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
