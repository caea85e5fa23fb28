package dev.fanfare.status;

import java.util.regex.Pattern;

/** What status sources may be called: part of their URL, and of the names of environment variables. Stateless. */
public final class SourceName {
    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]*");

    private SourceName() {}

    /** Whether a source may have the name; {@code stream} stands for another resource. */
    public static boolean isValid(String name) {
        return !name.equals("stream") && FORM.matcher(name).matches();
    }
}
