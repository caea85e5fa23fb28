package dev.fanfare.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key of a status source, {@code fanfare.status.NAME.OPTION} or {@code fanfare.status.NAME.OPTION.OF}: the options are in
 * {@link #OPTIONS} and {@link #OPTIONS_OF}.
 *
 * @param source NAME, whether it is a good one or not
 * @param of the parameter of a pattern, the name of a header, else null
 */
record StatusKey(String source, String option, @Nullable String of) {
    static final String PREFIX = Key.PREFIX + "status.";

    /** What a source has once. */
    static final List<String> OPTIONS = List.of(
            "url",
            "accept-status",
            "type",
            "jdbc-url",
            "user",
            "password",
            "datasource",
            "sql",
            "rows",
            "folder",
            "file",
            "push",
            "params",
            "every",
            "timeout",
            "linger",
            "retry",
            "polls",
            "gone-after",
            "missing",
            "end",
            "ignore",
            "deadband",
            "min-interval",
            "debounce",
            "access");

    /** What a source has for each parameter or header. */
    static final List<String> OPTIONS_OF = List.of("pattern", "header");

    private static final Pattern KEY = Pattern.compile("fanfare\\.status\\.([^.]+)\\.(?:(" + String.join("|", OPTIONS)
            + ")|(" + String.join("|", OPTIONS_OF) + ")\\.(.+))");

    private static final Pattern VARIABLE = Pattern.compile(
            "FANFARE_STATUS_(.+?)_(?:(" + String.join("|", OPTIONS).replace('-', '_') + ")|("
                    + String.join("|", OPTIONS_OF) + ")_(.+))",
            Pattern.CASE_INSENSITIVE);

    /** The parts of a key, or null if it is none of a source. */
    static @Nullable StatusKey parse(String key) {
        return parts(KEY.matcher(key));
    }

    /**
     * The parts of an environment variable. What a variable can't say is taken as lower case, with {@code -} for {@code _};
     * a parameter is left as it is.
     */
    static @Nullable StatusKey parseVariable(String variable) {
        StatusKey parts = parts(VARIABLE.matcher(variable));
        if (parts == null) {
            return null;
        }
        String option = hyphenated(parts.option);
        String of = parts.of != null && option.equals("header") ? hyphenated(parts.of) : parts.of;
        return new StatusKey(hyphenated(parts.source), option, of);
    }

    private static @Nullable StatusKey parts(Matcher matcher) {
        if (!matcher.matches()) {
            return null;
        }
        String plain = matcher.group(2);
        return plain != null
                ? new StatusKey(matcher.group(1), plain, null)
                : new StatusKey(matcher.group(1), matcher.group(3), matcher.group(4));
    }

    private static String hyphenated(String text) {
        return text.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The key. */
    String name() {
        return PREFIX + source + "." + option + (of == null ? "" : "." + of);
    }

    /** Known keys that one about a source, which is not known, could mean. */
    static List<String> near(String unknown) {
        String[] parts = unknown.substring(PREFIX.length()).split("\\.", 3);
        List<String> names = new ArrayList<>();
        OPTIONS.forEach(option -> names.add(new StatusKey(parts[0], option, null).name()));
        if (parts.length == 3) {
            OPTIONS_OF.forEach(option -> names.add(new StatusKey(parts[0], option, parts[2]).name()));
        }
        return names;
    }
}
