package dev.fanfare.status.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What changes of a status look like in a stream. */
public enum UpdateForm {
    /** Each change is the whole status. */
    WHOLE,
    /** Changes are JSON Merge Patches, <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>. */
    MERGE_PATCH,
    /** Changes are JSON Patches, <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902</a>. */
    JSON_PATCH;

    /** As it is written in a query. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static UpdateForm of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    public static List<String> texts() {
        return Arrays.stream(values()).map(UpdateForm::text).toList();
    }
}
