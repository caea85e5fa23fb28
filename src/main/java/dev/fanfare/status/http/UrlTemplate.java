package dev.fanfare.status.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A URL with places for parameters, {@code {name}}, in its path and query only. Immutable. */
final class UrlTemplate {
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#]+", Pattern.CASE_INSENSITIVE);
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    private final String text;
    private final String origin;
    private final List<String> places;

    /** @throws IllegalArgumentException saying what is wrong with the URL */
    UrlTemplate(String text) {
        this.text = text;
        Matcher matcher = ORIGIN.matcher(text);
        if (!matcher.lookingAt()) {
            throw wrong("it is no http or https URL with a host");
        }
        origin = matcher.group();
        if (origin.contains("{") || origin.contains("}")) {
            throw wrong("scheme, host and port can't hold a place, only path and query can");
        }
        if (origin.contains("@")) {
            throw wrong("it holds a user or a password; use a header for credentials");
        }
        if (text.contains("#")) {
            throw wrong("it has a fragment, which no server gets to see");
        }
        places = findPlaces();
        URI sample = fill("x");
        if (sample.getHost() == null) {
            throw wrong("its host is no host name");
        }
    }

    private IllegalArgumentException wrong(String fault) {
        return new IllegalArgumentException("the URL '" + text + "' can't be used: " + fault
                + "; write it like 'http://localhost:9090/jobs/{job}?verbose={verbose}'");
    }

    private List<String> findPlaces() {
        LinkedHashSet<String> found = new LinkedHashSet<>();
        Matcher matcher = PLACE.matcher(text);
        while (matcher.find()) {
            if (!NAME.matcher(matcher.group(1)).matches()) {
                throw wrong("'" + matcher.group() + "' is no name in braces");
            }
            found.add(matcher.group(1));
        }
        if (PLACE.matcher(text).replaceAll("").matches(".*[{}].*")) {
            throw wrong("it has a brace without its counterpart");
        }
        return List.copyOf(found);
    }

    /** The names of the places, each once, in the order of the URL. */
    List<String> places() {
        return places;
    }

    private URI fill(String sample) {
        try {
            return new URI(PLACE.matcher(text).replaceAll(sample));
        } catch (URISyntaxException e) {
            throw wrong("it is no URL, see index " + e.getIndex());
        }
    }

    /**
     * The URL with every place filled, percent-encoded as RFC 6570 does it in a simple expansion.
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
            if (PLACE.matcher(segment).find() && climbs(fillPlain(segment, values))) {
                return null;
            }
            filled.append(fillEncoded(segment, values));
        }
        if (query >= 0) {
            filled.append(fillEncoded(text.substring(query), values));
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

    private static String fillPlain(String part, Map<String, String> values) {
        return PLACE.matcher(part).replaceAll(place -> Matcher.quoteReplacement(value(place.group(1), values)));
    }

    private static String fillEncoded(String part, Map<String, String> values) {
        return PLACE.matcher(part).replaceAll(place -> encode(value(place.group(1), values)));
    }

    private static String value(String name, Map<String, String> values) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no value for the place '" + name + "'");
        }
        return value;
    }

    private static String encode(String value) {
        StringBuilder out = new StringBuilder();
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if (UNRESERVED.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append(String.format("%%%02X", (int) c));
            }
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
