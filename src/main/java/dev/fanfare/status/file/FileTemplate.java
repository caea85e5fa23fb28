package dev.fanfare.status.file;

import dev.fanfare.status.Placeholders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name of a file below a folder with placeholders for parameters: {@code {branch}/{job}.json}. Immutable. */
final class FileTemplate {
    /** What separates names, or says where a file is rather than what it is called, on any system. */
    private static final Pattern NO_NAME = Pattern.compile("[/\\\\:\\x00-\\x1f\\x7f]");

    private static final int MAX_NAME_BYTES = 255;

    private final String text;
    private final List<String> segments;
    private final List<String> placeholders;

    /** @throws IllegalArgumentException saying what is wrong with it */
    FileTemplate(String text) {
        this.text = text;
        segments = List.of(text.split("/", -1));
        try {
            placeholders = Placeholders.names(text);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
        for (String segment : segments) {
            requireName(segment);
        }
    }

    private void requireName(String segment) {
        if (!isName(Placeholders.fill(segment, "x"))) {
            throw wrong(segment.isEmpty() ? "a name in it is empty" : "'" + segment + "' is not a file name");
        }
    }

    private IllegalArgumentException wrong(String fault) {
        return new IllegalArgumentException("the file '" + text + "' can't be used: " + fault
                + "; write it like '{job}.json' or 'jobs/{job}.json', from the folder on");
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && !text.equals(".")
                && !text.equals("..")
                && !NO_NAME.matcher(text).find()
                && text.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES;
    }

    /** The names of the placeholders, in their order. */
    List<String> placeholders() {
        return placeholders;
    }

    /** Whether the file holds JSON: its extension ends with {@code json}. */
    boolean isJson() {
        String last = segments.get(segments.size() - 1);
        return last.substring(last.lastIndexOf('.') + 1)
                .toLowerCase(Locale.ROOT)
                .endsWith("json");
    }

    /**
     * The names of the folders and of the file.
     *
     * @return null if a value makes of a name what is none: a path, {@code .} or {@code ..}, more than 255 bytes
     */
    @Nullable
    List<String> fill(Map<String, String> values) {
        List<String> names = new ArrayList<>();
        for (String segment : segments) {
            String name = Placeholders.fill(segment, values, UnaryOperator.identity());
            if (!isName(name)) {
                return null;
            }
            names.add(name);
        }
        return names;
    }

    @Override
    public String toString() {
        return text;
    }
}
