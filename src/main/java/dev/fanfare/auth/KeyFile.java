package dev.fanfare.auth;

import dev.fanfare.file.SmallFile;
import dev.fanfare.file.UnfitFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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
     * @throws IllegalArgumentException if it can't be read, is no file, is longer than 64 KiB or no UTF-8; says so, and nothing of the text
     */
    public static String read(String file) {
        try {
            String text = SmallFile.text(Path.of(file), MAX_KIB);
            return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).strip();
        } catch (UnfitFile e) {
            throw new IllegalArgumentException("the file " + e.words(), e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the file is not text in UTF-8", e);
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException("the file does not exist or can't be read", e);
        }
    }
}
