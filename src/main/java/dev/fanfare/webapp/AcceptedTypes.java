package dev.fanfare.webapp;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong with an {@code Accept} header. See <a href="https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1">RFC
 * 9110, 12.5.1</a>; a lone {@code *} is taken as well, which Java's own {@code HttpURLConnection} sends. Some servers' Jakarta
 * REST fails on such a header before any filter of it runs.
 */
final class AcceptedTypes {
    private static final Pattern RANGE = Pattern.compile("\\*|[^\\s/;,]+/[^\\s/;,]+");
    private static final Pattern QUALITY = Pattern.compile("0?\\.[0-9]+|0\\.?|1(?:\\.0*)?");

    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");

    private AcceptedTypes() {}

    /**
     * What is wrong, as the detail of a 400, or null for a header that can be read.
     *
     * @param accept the value of one header line
     */
    static @Nullable String faultIn(String accept) {
        for (String element : QUOTED.matcher(accept).replaceAll("text").split(",", -1)) {
            String[] parts = element.split(";", -1);
            String range = parts[0].strip();
            if (!range.isEmpty() && !RANGE.matcher(range).matches()) {
                return "The header 'Accept' holds something that is not a media type: send type/subtype, with * for any.";
            }
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].strip();
                if (parameter.startsWith("q=")
                        && !QUALITY.matcher(parameter.substring(2).strip()).matches()) {
                    return "The header 'Accept' has a q that is not a number from 0 to 1.";
                }
            }
        }
        return null;
    }
}
