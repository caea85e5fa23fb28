package dev.fanfare.auth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Files that hold one key, as secrets are handed to containers. Stateless. */
public final class KeyFile {
    private static final int MAX_KIB = 64;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private KeyFile() {}

    /**
     * The text of a file, without a byte order mark, and without blanks at its ends.
     *
     * @throws IllegalArgumentException if it can't be read, is longer than 64 KiB or no UTF-8; says so, and nothing of the text
     */
    public static String read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            byte[] bytes = in.readNBytes((MAX_KIB << 10) + 1);
            if (bytes.length > MAX_KIB << 10) {
                throw new IllegalArgumentException("the file is longer than " + MAX_KIB + " KiB");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).strip();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the file is not text in UTF-8", e);
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException("the file does not exist or can't be read", e);
        }
    }
}
