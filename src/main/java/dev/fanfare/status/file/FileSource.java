package dev.fanfare.status.file;

import dev.fanfare.status.BlockingSource;
import dev.fanfare.status.JsonText;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusSource;
import dev.fanfare.stream.Ticker;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A source that reads files. Thread-safe; blocks, so {@link StatusSource#blocking} makes a status source of it.
 *
 * <ul>
 *   <li>A file is the status: JSON, or a JSON string of its text without the last line end.
 *   <li>It is read when it has changed: another file, another size, another time of change.
 *   <li>No such file: there is no such status. A value that is no name of a file ({@code ..}, with a slash) names none.
 *   <li>A file that is no valid JSON and was changed just now is being written: the status stays as it was, for {@link
 *       #WRITING} at most. Then it is a failure, as is one that is too large, no plain file, or reached by a link that leads
 *       out of the folder.
 * </ul>
 */
public final class FileSource implements BlockingSource {
    /** How long a file may be half-written. */
    public static final Duration WRITING = Duration.ofSeconds(10);

    private final Folder folder;
    private final FileTemplate template;
    private final int maxBytes;
    private final Ticker ticker;

    /** @param ticker whose time of day is about that of the file system */
    public FileSource(FileSourceSettings settings, Ticker ticker) {
        this.folder = new Folder(settings.folder());
        this.template = new FileTemplate(settings.file());
        this.maxBytes = settings.maxBytes();
        this.ticker = ticker;
    }

    @Override
    public Reading read(Map<String, String> params) throws IOException {
        return read(params, null);
    }

    @Override
    public Reading read(Map<String, String> params, @Nullable String validator) throws IOException {
        List<String> names = template.fill(params);
        if (names == null) {
            return new Reading.Gone(); // no file can have this name
        }
        Path file = folder.find(names);
        if (file == null) {
            return new Reading.Missing();
        }
        Instant now = ticker.now();
        FileStamp stamp;
        try {
            stamp = FileStamp.of(file);
        } catch (NoSuchFileException e) {
            return new Reading.Missing();
        }
        if (stamp.isThatOf(validator)) {
            return new Reading.Unchanged(Duration.ZERO);
        }
        if (!stamp.isRegular()) {
            throw refused("is not a regular file");
        }
        if (stamp.bytes() > maxBytes) {
            throw tooLarge();
        }
        byte[] bytes = folder.read(file, maxBytes + 1);
        if (bytes == null) {
            return new Reading.Missing();
        }
        if (bytes.length > maxBytes) {
            throw tooLarge();
        }
        try {
            return new Reading.Value(value(bytes), stamp.validator(now), Duration.ZERO);
        } catch (SourceFailure e) {
            if (validator != null && stamp.isYoungerThan(WRITING, now)) {
                return new Reading.Unchanged(Duration.ZERO);
            }
            throw e;
        }
    }

    private SourceFailure tooLarge() {
        return refused("is larger than " + maxBytes + " bytes");
    }

    private static SourceFailure refused(String what) {
        return new SourceFailure("has a status that " + what, "a file " + what, Duration.ZERO, null);
    }

    private JsonValue value(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SourceFailure("has bytes that are not text", "a file is not UTF-8", Duration.ZERO, e);
        }
        if (!template.isJson()) {
            return JsonText.ofPlain(text);
        }
        return JsonText.parse(text.startsWith("\uFEFF") ? text.substring(1) : text);
    }
}
