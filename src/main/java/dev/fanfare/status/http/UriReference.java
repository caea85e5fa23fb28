package dev.fanfare.status.http;

import dev.fanfare.event.UriCharacters;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a redirect names, resolved as <a href="https://www.rfc-editor.org/rfc/rfc3986#section-5.2">RFC 3986, 5.2</a> has it.
 * {@link URI#resolve} follows the RFC before it: to it {@code ?page=2} is in the folder, and {@code ..} above the root stays.
 * Stateless.
 */
final class UriReference {
    /** RFC 3986, appendix B; its groups are scheme, authority, path and query. */
    private static final Pattern PARTS = Pattern.compile(
            "(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#.*)?", Pattern.DOTALL);

    private UriReference() {}

    /**
     * The URL without its fragment, which no server gets to see.
     *
     * @param location as it stands in the header, a char for each byte; what no URL has there is percent-encoded, as browsers
     *     do: blanks, what is not ASCII, and brackets outside of the host
     * @throws IllegalArgumentException if it is no URL
     */
    static URI resolve(URI base, String location) {
        Matcher given = PARTS.matcher(location.strip());
        if (!given.matches()) {
            throw new IllegalArgumentException("no URI reference");
        }
        String scheme = given.group(1);
        String authority = given.group(2);
        String path = encoded(given.group(3));
        String query = given.group(4) == null ? null : encoded(given.group(4));
        if (scheme == null) {
            scheme = base.getScheme();
            if (authority == null) {
                authority = base.getRawAuthority();
                if (path.isEmpty()) {
                    path = base.getRawPath();
                    query = query == null ? base.getRawQuery() : query;
                } else if (!path.startsWith("/")) {
                    path = base.getRawPath().replaceFirst("[^/]*$", "") + path;
                }
            }
        }
        String prefix = scheme + ":" + (authority == null ? "" : "//" + authority);
        String absolute = path.isEmpty() && authority != null ? "/" : withoutDotSegments(path);
        return URI.create(prefix + absolute + (query == null ? "" : "?" + query));
    }

    private static String encoded(String location) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < location.length(); i++) {
            char c = location.charAt(i);
            if (UriCharacters.mayStand(c) && !isBracket(c) && (c != '%' || UriCharacters.isEncodedByte(location, i))) {
                out.append(c);
            } else {
                UriCharacters.appendEncoded(out, c);
            }
        }
        return out.toString();
    }

    /** They are for IPv6 addresses. RFC 3986, 3.2.2. */
    private static boolean isBracket(char c) {
        return c == '[' || c == ']';
    }

    /** RFC 3986, 5.2.4. */
    private static String withoutDotSegments(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean isLast = i == segments.length - 1;
            if (segments[i].equals("..")) {
                // The first one is the empty text before the root.
                if (kept.size() > 1) {
                    kept.removeLast();
                }
            } else if (!segments[i].equals(".")) {
                kept.addLast(segments[i]);
                continue;
            }
            if (isLast) {
                kept.addLast("");
            }
        }
        String joined = String.join("/", kept);
        return joined.startsWith("/") ? joined : "/" + joined;
    }
}
