package dev.fanfare.status.http;

import dev.fanfare.event.UriCharacters;
import dev.fanfare.status.Placeholders;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A URL with placeholders for parameters, {@code {name}}, in its path and query only. Immutable. */
final class UrlTemplate {
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#]+", Pattern.CASE_INSENSITIVE);

    private final String text;
    private final String origin;
    private final List<String> placeholders;

    /** @throws IllegalArgumentException saying what is wrong with the URL */
    UrlTemplate(String text) {
        this.text = text;
        Matcher matcher = ORIGIN.matcher(text);
        if (!matcher.lookingAt()) {
            throw wrong("it is no http or https URL with a host");
        }
        origin = matcher.group();
        if (origin.contains("{") || origin.contains("}")) {
            throw wrong("scheme, host and port can't hold a placeholder, only path and query can");
        }
        if (origin.contains("@")) {
            throw wrong("it holds a user or a password; use a header for credentials");
        }
        if (text.contains("#")) {
            throw wrong("it has a fragment, which no server gets to see");
        }
        placeholders = findPlaceholders();
        URI sample = fill("x");
        if (sample.getHost() == null) {
            throw wrong(
                    origin.contains("_")
                            ? "its host has a '_', which Java takes for no host name; give the host another name without it, or"
                                    + " write its IP address"
                            : "its host is no host name");
        }
    }

    private IllegalArgumentException wrong(String fault) {
        return new IllegalArgumentException("the URL '" + text + "' can't be used: " + fault
                + "; write it like 'http://localhost:9090/jobs/{job}?verbose={verbose}'");
    }

    private List<String> findPlaceholders() {
        try {
            return Placeholders.names(text);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage()
                    + "; a brace that belongs to the URL itself, as in a query of PromQL, is written %7B or" + " %7D");
        }
    }

    /** The names of the placeholders, each once, in the order of the URL. */
    List<String> placeholders() {
        return placeholders;
    }

    private URI fill(String sample) {
        try {
            return new URI(Placeholders.fill(text, sample));
        } catch (URISyntaxException e) {
            throw wrong("it is no URL, see index " + e.getIndex());
        }
    }

    /**
     * The URL with every placeholder filled, percent-encoded as RFC 6570 does it in a simple expansion.
     *
     * @return null if a segment of the path would not name a thing in its folder: an empty one, {@code .} or {@code ..}.
     *     Servers resolve those, also when they are percent-encoded, so that another resource would be asked
     */
    @Nullable
    URI fill(Map<String, String> values) {
        int query = text.indexOf('?');
        String path = query < 0 ? text : text.substring(0, query);
        StringBuilder filled = new StringBuilder(origin);
        for (String segment : segments(path.substring(origin.length()))) {
            if (Placeholders.isIn(segment) && climbs(Placeholders.fill(segment, values, UnaryOperator.identity()))) {
                return null;
            }
            filled.append(Placeholders.fill(segment, values, UriCharacters::encode));
        }
        if (query >= 0) {
            filled.append(Placeholders.fill(text.substring(query), values, UriCharacters::encode));
        }
        return URI.create(filled.toString());
    }

    /** Cuts before each slash. */
    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                segments.add(path.substring(start, i));
                start = i;
            }
        }
        return segments;
    }

    private static boolean climbs(String segment) {
        for (String part : segment.substring(1).split("[/\\\\]", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return text;
    }
}
