package dev.fanfare.status;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Placeholders for parameters in a text, such as {@code {job}}: in URLs and in the names of files. Stateless. */
public final class Placeholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");

    private Placeholders() {}

    /**
     * The names of the placeholders, each once, in the order of the text.
     *
     * @throws IllegalArgumentException if what stands in braces is no name, or a brace has no counterpart
     */
    public static List<String> names(String text) {
        Set<String> names = new LinkedHashSet<>();
        Matcher matcher = PLACEHOLDER.matcher(text);
        while (matcher.find()) {
            if (!NAME.matcher(matcher.group(1)).matches()) {
                throw new IllegalArgumentException("'" + matcher.group() + "' is not a name in braces");
            }
            names.add(matcher.group(1));
        }
        String rest = fill(text, "");
        if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
            throw new IllegalArgumentException("it has an unmatched brace");
        }
        return List.copyOf(names);
    }

    /** Whether there is a placeholder in the text. */
    public static boolean isIn(String text) {
        return PLACEHOLDER.matcher(text).find();
    }

    /** The text with the same sample for each placeholder. */
    public static String fill(String text, String sample) {
        return PLACEHOLDER.matcher(text).replaceAll(Matcher.quoteReplacement(sample));
    }

    /**
     * The text with the values of its placeholders.
     *
     * @param form what becomes of a value
     * @throws IllegalArgumentException if there is no value for a placeholder
     */
    public static String fill(String text, Map<String, String> values, UnaryOperator<String> form) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> {
            String value = values.get(found.group(1));
            if (value == null) {
                throw new IllegalArgumentException("there is no value for the placeholder '" + found.group(1) + "'");
            }
            return Matcher.quoteReplacement(form.apply(value));
        });
    }
}
