package dev.fanfare.status.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a {@link FileSource} looks.
 *
 * @param folder has to be there; nothing outside of it is ever read
 * @param file the name of a file from the folder on, with placeholders for parameters: {@code {job}.json}. If its extension ends
 *     with {@code json} it holds JSON, else text
 * @param maxBytes most bytes of a file; 1 to 64 MiB
 */
public record FileSourceSettings(Path folder, String file, int maxBytes) {
    /** 1 MiB. */
    public static final int DEFAULT_MAX_BYTES = 1 << 20;

    /** @throws IllegalArgumentException saying which value is wrong, and what would be right */
    public FileSourceSettings {
        requireFolder(folder);
        new FileTemplate(file);
        if (maxBytes < 1 || maxBytes > 64 << 20) {
            throw new IllegalArgumentException(
                    "the most bytes of a file are " + maxBytes + "; they must be from 1 to " + (64 << 20));
        }
    }

    /**
     * The folder, if it is one.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static Path requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    "there is no folder " + folder.toAbsolutePath() + "; make it, or name one that is there");
        }
        return folder;
    }

    /**
     * The names of the placeholders in the name of a file, in their order: the parameters of the source.
     *
     * @throws IllegalArgumentException if it can't be used, saying why
     */
    public static List<String> placeholders(String file) {
        return new FileTemplate(file).placeholders();
    }
}
