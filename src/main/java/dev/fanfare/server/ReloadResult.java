package dev.fanfare.server;

import dev.fanfare.file.SecretFile;
import dev.fanfare.file.SmallFile;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a server fared that read its configuration again. It leaves that in a file beside the one that names its process, where the
 * command finds it. Immutable.
 *
 * @param began when it began to read
 * @param status the exit status of the command: 0 if the configuration holds now, 2 if it can't be used, 1 for what may pass
 * @param words what is to be told, a line each
 */
record ReloadResult(Instant began, int status, List<String> words) {
    static final int FINE = 0;
    static final int MAY_PASS = 1;
    static final int WRONG = 2;

    private static final int MOST_LINES = 100;
    private static final int MOST_CHARS = 1500;
    private static final int MOST_KIB = 1024;

    ReloadResult {
        words = (words.size() > MOST_LINES ? withoutRest(words) : words)
                .stream().map(ReloadResult::shortened).toList();
    }

    /** A fault may quote a value, however long that is. */
    private static String shortened(String line) {
        return line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS) + "…";
    }

    private static List<String> withoutRest(List<String> words) {
        List<String> first = new ArrayList<>(words.subList(0, MOST_LINES - 1));
        first.add("and " + (words.size() - first.size()) + " more");
        return List.copyOf(first);
    }

    /** Where a server leaves its result. */
    static Path file(Path pidFile) {
        return pidFile.resolveSibling(pidFile.getFileName() + ".reload");
    }

    /** Leaves it for the command; whole, or not at all. */
    void write(Path pidFile) throws IOException {
        JsonArrayBuilder lines = Json.createArrayBuilder();
        words.forEach(lines::add);
        Path file = file(pidFile);
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        SecretFile.replace(
                unfinished,
                Json.createObjectBuilder()
                        .add("began", began.toString())
                        .add("status", status)
                        .add("words", lines)
                        .build()
                        .toString());
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * The last one that a server left; empty if there is none.
     *
     * @throws IOException if something else is there, which is no such file or can't be read
     */
    static Optional<ReloadResult> read(Path pidFile) throws IOException {
        try {
            return Optional.ofNullable(parsed(SmallFile.text(file(pidFile), MOST_KIB)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static @Nullable ReloadResult parsed(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            JsonObject object = reader.readObject();
            int status = object.getInt("status");
            return status < FINE || status > WRONG
                    ? null
                    : new ReloadResult(
                            Instant.parse(object.getString("began")),
                            status,
                            object.getJsonArray("words").getValuesAs(value -> ((JsonString) value).getString()));
        } catch (JsonException | DateTimeException | NullPointerException | ClassCastException e) {
            return null; // of another version
        }
    }
}
