package dev.fanfare.status.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * By what a changed file is told from one that is the same: which file it is, its size, and when it was changed. On Unix the
 * time of the last change of its attributes counts as well, which nobody can set back.
 *
 * @param text equal as long as the file is
 * @param changed when it was changed last
 */
record FileStamp(String text, Instant changed, long bytes, boolean isRegular) {
    /** In this time after a change another one may leave the stamp as it is: clocks of file systems are coarse. */
    static final Duration COARSE = Duration.ofSeconds(2);

    /** What stands before the stamp of a file that was changed just before it was read. */
    private static final String UNSETTLED = "unsettled ";

    /** Of the file itself, not of what a link points to. */
    static FileStamp of(Path file) throws IOException {
        boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
        String wanted = "lastModifiedTime,size,fileKey,isRegularFile";
        Map<String, Object> found =
                Files.readAttributes(file, unix ? "unix:" + wanted + ",ctime" : wanted, LinkOption.NOFOLLOW_LINKS);
        Instant modified = instant(found.get("lastModifiedTime"));
        Instant touched = instant(found.get("ctime"));
        long bytes = found.get("size") instanceof Long size ? size : 0;
        return new FileStamp(
                modified + " " + touched + " " + bytes + " " + found.get("fileKey"),
                touched.isAfter(modified) ? touched : modified,
                bytes,
                Boolean.TRUE.equals(found.get("isRegularFile")));
    }

    private static Instant instant(@Nullable Object time) {
        return time instanceof FileTime known ? known.toInstant() : Instant.MIN;
    }

    /** Whether it was changed less than this ago, or in the future. */
    boolean isYoungerThan(Duration age, Instant now) {
        return changed.isAfter(now.minus(age));
    }

    /**
     * What to keep of a file that was read.
     *
     * @param now before it was read
     */
    String validator(Instant now) {
        return isYoungerThan(COARSE, now) ? UNSETTLED + text : text;
    }

    /** Whether what was read then is what is there now. */
    boolean isThatOf(@Nullable String validator) {
        return text.equals(validator);
    }
}
