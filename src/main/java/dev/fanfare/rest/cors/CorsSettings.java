package dev.fanfare.rest.cors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may use this server: the options of Starlette's {@code CORSMiddleware}, with their meaning.
 *
 * <p>Different from there: {@code *} together with credentials is refused instead of answering every origin by name, and with
 * {@code *} the answers say so to everyone, also where the request has no {@code Origin}, as
 * <a href="https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches">WHATWG Fetch, 3.3.5</a> asks for the sake of caches.
 *
 * @param allowOrigins origins as browsers write them ({@code https://example.org:8443}, lower case, without a path and
 *     without a default port), {@code null} for pages that have none, or {@code *} for all
 * @param allowOriginRegex allows an origin that it matches as a whole, beside those listed
 * @param allowMethods methods that a preflight may ask for; {@code *} stands for the seven that resources know
 * @param allowHeaders request headers beside the four that are always allowed (Accept, Accept-Language, Content-Language,
 *     Content-Type); {@code *} for any. Upper and lower case are the same
 * @param allowCredentials whether cookies and the like may come along
 * @param exposeHeaders response headers that a page may read beside the safelisted ones
 * @param maxAge how long a browser may keep a preflight's answer; zero for not at all
 */
public record CorsSettings(
        List<String> allowOrigins,
        @Nullable String allowOriginRegex,
        List<String> allowMethods,
        List<String> allowHeaders,
        boolean allowCredentials,
        List<String> exposeHeaders,
        Duration maxAge) {

    static final String ANY = "*";

    private static final String LOCALHOST = "https?://(?:localhost|127\\.0\\.0\\.1|\\[::1])(?::[0-9]{1,5})?";

    /** RFC 6454, 6.2, in the only form that browsers send: lower case. */
    private static final Pattern ORIGIN =
            Pattern.compile("null|[a-z][a-z0-9+.-]*://(?:[a-z0-9._~-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?");

    private static final Pattern DEFAULT_PORT = Pattern.compile("http://.*[^:]:80|https://.*[^:]:443");

    /** RFC 9110, 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /**
     * Checks all of it.
     *
     * @throws IllegalArgumentException naming every fault at once, each by its option
     */
    public CorsSettings {
        allowOrigins = List.copyOf(allowOrigins);
        allowMethods =
                allowMethods.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
        allowHeaders = List.copyOf(allowHeaders);
        exposeHeaders = List.copyOf(exposeHeaders);
        List<String> faults = new ArrayList<>();
        checkOrigins(allowOrigins, faults);
        checkRegex(allowOriginRegex, faults);
        checkTokens("allow-methods", allowMethods, faults);
        checkTokens("allow-headers", allowHeaders, faults);
        checkTokens("expose-headers", exposeHeaders, faults);
        if (allowOrigins.contains(ANY) && allowCredentials) {
            faults.add("allow-origins has '*' and allow-credentials is true: browsers refuse that pair,"
                    + " so list the origins, or use allow-origin-regex, or leave credentials off");
        }
        if (exposeHeaders.contains(ANY)) {
            faults.add("expose-headers must not be '*': list the headers");
        }
        if (maxAge.isNegative()) {
            faults.add("max-age is " + maxAge + ": it must not be negative");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    /** No other origin may do anything: the defaults of {@code fanfare.cors.*}. */
    public static CorsSettings none() {
        return new CorsSettings(List.of(), null, List.of("GET"), List.of(), false, List.of(), Duration.ofMinutes(10));
    }

    /** For developing: pages from any port of this machine, without credentials. */
    public static CorsSettings development() {
        return new CorsSettings(
                List.of(),
                LOCALHOST,
                List.of("GET", "POST", "PUT", "DELETE"),
                List.of("Authorization", "Cache-Control", "Last-Event-ID"),
                false,
                List.of(),
                Duration.ofMinutes(10));
    }

    /** Whether the text is one origin as a browser writes it; a list of origins is none. */
    static boolean isOrigin(String text) {
        return ORIGIN.matcher(text).matches();
    }

    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    private static void checkOrigins(List<String> origins, List<String> faults) {
        for (String origin : origins) {
            if (!origin.equals(ANY) && !isOrigin(origin)) {
                faults.add("allow-origins has '" + origin + "': an origin is like https://example.org or"
                        + " http://localhost:8080, in lower case, without a path or a slash at the end");
            } else if (DEFAULT_PORT.matcher(origin).matches()) {
                faults.add("allow-origins has '" + origin + "': browsers leave the default port out, so write '"
                        + origin.substring(0, origin.lastIndexOf(':')) + "'");
            }
        }
    }

    private static void checkRegex(@Nullable String regex, List<String> faults) {
        if (regex == null) {
            return;
        }
        try {
            Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            faults.add("allow-origin-regex is not a regular expression: " + e.getDescription() + " near index "
                    + e.getIndex() + " of '" + regex + "'");
        }
    }

    private static void checkTokens(String option, List<String> names, List<String> faults) {
        for (String name : names) {
            if (!isToken(name)) {
                faults.add(option + " has '" + name + "': a name has letters, digits and hyphens, no blanks");
            }
        }
    }
}
