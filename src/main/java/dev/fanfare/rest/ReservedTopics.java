package dev.fanfare.rest;

import dev.fanfare.event.UriCharacters;
import dev.fanfare.rest.problem.ErrorDetail;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The topics that no publisher may use: {@code *}, and what resolves to the hub's own path or to one below it, on whatever
 * host, since the hub may speak of itself there. Compared after removing dot segments and decoding unreserved characters
 * (<a href="https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2">RFC 3986, 6.2.2</a>), so that no spelling gets by.
 * Immutable.
 */
final class ReservedTopics {

    private static final String LAST_SEGMENT = "mercure";

    private final List<String> hubPaths;
    private final Predicate<String> pushed;

    /** @param hubPaths absolute paths that end with {@code /mercure} */
    ReservedTopics(List<String> hubPaths) {
        this(hubPaths, topic -> false);
    }

    /** @param pushed whether a topic is the URL of a status that is set by {@code PUT} */
    ReservedTopics(List<String> hubPaths, Predicate<String> pushed) {
        this.hubPaths = List.copyOf(hubPaths);
        this.pushed = pushed;
    }

    /** Why the topic is refused, or null. */
    @Nullable
    String faultIn(String topic) {
        if (topic.equals("*")) {
            return "The topic '*' stands for all topics in a subscription; publish an event to a topic by its name.";
        }
        if (pushed.test(topic)) {
            return "The topic '" + ErrorDetail.quote(topic)
                    + "' belongs to a pushed status, which a restart restores from its"
                    + " last event; set it by PUT at that URL.";
        }
        // Most topics are done here: whatever the spelling, the path's last segment is in it.
        if (topic.indexOf('%') < 0 && !topic.contains(LAST_SEGMENT)) {
            return null;
        }
        String path = pathOf(topic);
        if (path.isEmpty()) {
            return null;
        }
        String normal = withoutDotSegments(unreservedDecoded(path));
        for (String hub : hubPaths) {
            if (normal.equals(hub) || normal.startsWith(hub + "/")) {
                return "The topic '" + ErrorDetail.quote(topic) + "' is reserved for the hub, as is all below " + hub
                        + "; choose another topic.";
            }
        }
        return null;
    }

    /** The path, resolved against the hub's URL where the topic is relative; empty where it has none, as in a URN. */
    private String pathOf(String topic) {
        int end = topic.length();
        for (char delimiter : new char[] {'?', '#'}) {
            int at = topic.indexOf(delimiter);
            end = at >= 0 && at < end ? at : end;
        }
        String rest = topic.substring(0, end).replace('\\', '/');
        String scheme = schemeOf(rest);
        rest = rest.substring(scheme.length());
        if (rest.startsWith("//")) {
            int slash = rest.indexOf('/', 2);
            return slash < 0 ? "" : rest.substring(slash);
        }
        if (rest.startsWith("/")) {
            return rest;
        }
        if (!scheme.isEmpty()) {
            // To a browser, http:a/b is relative as well.
            return isHttp(scheme) ? "/" + rest : "";
        }
        String hub = hubPaths.get(0);
        return rest.isEmpty() ? "" : hub.substring(0, hub.lastIndexOf('/') + 1) + rest;
    }

    private static boolean isHttp(String scheme) {
        String lower = scheme.toLowerCase(Locale.ROOT);
        return lower.equals("http:") || lower.equals("https:");
    }

    /** With its colon; empty where there is none. */
    private static String schemeOf(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = isLetter(c);
            if (c == ':' && i > 0) {
                return text.substring(0, i + 1);
            }
            if (!letter && (i == 0 || "0123456789+-.".indexOf(c) < 0)) {
                return "";
            }
        }
        return "";
    }

    private static String unreservedDecoded(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        StringBuilder decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            int value = UriCharacters.isEncodedByte(path, i) ? UriCharacters.byteAt(path, i) : -1;
            if (value > 0 && UriCharacters.isUnreserved((char) value)) {
                decoded.append((char) value);
                i += 2;
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static String withoutDotSegments(String path) {
        Deque<String> kept = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.equals(".") && !segment.isEmpty()) {
                kept.addLast(segment);
            }
        }
        return "/" + String.join("/", kept);
    }
}
