package dev.fanfare.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files that hold little. Stateless. */
public final class SmallFile {
    private SmallFile() {}

    /**
     * All bytes of a file; a link is followed.
     *
     * @param mostKib how long it may be, in KiB
     * @throws UnfitFile if it is no regular file, such as a pipe, which would hold its reader until somebody writes to it, or is
     *     too long
     * @throws IOException if it does not exist, or can't be read
     */
    public static byte[] bytes(Path file, int mostKib) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UnfitFile("is a directory, a pipe or a device: give a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((mostKib << 10) + 1);
            if (bytes.length > mostKib << 10) {
                throw new UnfitFile("is longer than " + mostKib + " KiB");
            }
            return bytes;
        }
    }

    /**
     * The text of a file, as {@link #bytes}.
     *
     * @throws CharacterCodingException if it is no UTF-8
     */
    public static String text(Path file, int mostKib) throws IOException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes(file, mostKib)))
                .toString();
    }
}
