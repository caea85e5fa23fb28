package dev.fanfare.cli;

import java.util.regex.Pattern;

/** What a server says, fit to be read at a terminal. Stateless. */
public final class Printable {
    /** Signs that a terminal obeys instead of showing them, and those that turn or hide what stands beside them. */
    private static final Pattern UNSHOWN = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\n\\r\\t]]");

    private Printable() {}

    /** The text with a replacement character for each sign that would not be shown. Line ends and tabs stay. */
    public static String of(String text) {
        return UNSHOWN.matcher(text).replaceAll("\uFFFD");
    }
}
