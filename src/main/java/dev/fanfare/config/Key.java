package dev.fanfare.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A key.
 *
 * @param name such as {@code fanfare.http.port}
 * @param form how its values are written
 * @param shownDefault what holds without it, as the reference shows it
 * @param defaultValue what holds without it, or null where that depends on other things or is nothing
 */
record Key<T>(
        String name,
        ValueFormat<T> form,
        String shownDefault,
        @Nullable T defaultValue) {

    /** All keys begin with it. */
    static final String PREFIX = "fanfare.";

    /** A key with a default, written like any value of it. */
    static <T> Key<T> of(String name, ValueFormat<T> form, String defaultText) {
        return new Key<>(
                PREFIX + name, form, "`" + defaultText + "`", form.parser().apply(defaultText));
    }

    /** A key whose default is described. */
    static <T> Key<T> without(String name, ValueFormat<T> form, String shownDefault) {
        return new Key<>(PREFIX + name, form, shownDefault, null);
    }

    /** This key for a status source. */
    Key<T> of(String source) {
        return new Key<>(name.replace(".NAME.", "." + source + "."), form, shownDefault, defaultValue);
    }

    /** What stands for a key in the environment: see MicroProfile Config 3.1, "Environment Variables Mapping Rules". */
    static String variable(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
