package dev.fanfare.rest;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.Authority;
import dev.fanfare.auth.Grant;
import dev.fanfare.auth.TokenRefused;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.stream.Permit;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the token of a request and has it checked: in the {@code Authorization} header, else, where that is switched on, in
 * the query parameter {@code authorization}, else in a cookie. Answers what does not hold as <a
 * href="https://www.rfc-editor.org/rfc/rfc6750#section-3">RFC 6750, 3</a> says. No token ever gets into an answer or a log.
 * Thread-safe.
 */
public final class Credentials {

    private static final String QUERY_PARAM = "authorization";
    private static final String ORIGIN = "Origin";

    /** {@code b64token} of RFC 6750, 2.1. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final Pattern DEFAULT_PORT = Pattern.compile("(?<=^http:.{1,300}):80$|(?<=^https:.{1,300}):443$");

    private static final Duration UNVERIFIABLE_FOR = Duration.ofSeconds(5);

    private enum Place {
        HEADER,
        QUERY,
        COOKIE,
        NOWHERE
    }

    private record Presented(Place place, @Nullable String token) {}

    private final Authority authority;
    private final String cookie;
    private final boolean inQuery;
    private final AllowedOrigins origins;

    /**
     * Asks an authority.
     *
     * @param settings those of the authority: the name of the cookie, and whether the query may hold a token
     * @param cors whose pages may publish by cookie
     */
    public Credentials(Authority authority, AuthSettings settings, CorsSettings cors) {
        this.authority = authority;
        this.cookie = settings.cookie();
        this.inQuery = settings.queryToken();
        this.origins = new AllowedOrigins(cors);
    }

    /**
     * What the request may subscribe to.
     *
     * @throws ProblemException 400 for a malformed or ambiguous token, 401 for one that is needed or does not hold, 503 where
     *     it can't be checked now
     * @throws WebApplicationException instead of that 503, for an {@code EventSource}, which is to come again
     */
    public Grant subscriber(HttpHeaders headers, UriInfo uri) {
        Presented presented = presented(headers, uri);
        try {
            return authority.subscriber(presented.token());
        } catch (TokenRefused e) {
            if (e.kind() == TokenRefused.Kind.UNVERIFIABLE && StreamGate.acceptsEventStream(headers)) {
                throw new WebApplicationException(StreamGate.refusal("keys", true));
            }
            throw problem(presented, e);
        }
    }

    /**
     * What the request may publish to.
     *
     * @throws ProblemException as {@link #subscriber}; and 403 if the token comes by cookie from a page that may not
     */
    public Grant publisher(HttpHeaders headers, UriInfo uri) {
        Presented presented = presented(headers, uri);
        if (presented.place() == Place.COOKIE) {
            requireKnownOrigin(headers.getRequestHeader(ORIGIN), uri.getBaseUri());
        }
        try {
            return authority.publisher(presented.token());
        } catch (TokenRefused e) {
            throw problem(presented, e);
        }
    }

    /** How long a stream may last that is opened with a grant now; null for one without a token. */
    static @Nullable Permit permit(Grant grant, Instant now) {
        Instant end = grant.expiresAt();
        return grant.anonymous() ? null : new Permit(end == null ? null : Duration.between(now, end), grant::holds);
    }

    /** A 403 that says with {@code insufficient_scope} that another token might do. */
    public static ProblemException insufficient(String detail) {
        return ProblemException.forbidden(detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"");
    }

    private static ProblemException problem(Presented presented, TokenRefused refused) {
        String reason = String.valueOf(refused.getMessage());
        if (refused.kind() == TokenRefused.Kind.UNVERIFIABLE) {
            return ProblemException.unavailable(reason + ".", UNVERIFIABLE_FOR);
        }
        ProblemException problem = ProblemException.unauthorized(reason + ".");
        // RFC 6750, 3.1: who brought no token is told no error.
        return presented.token() == null
                ? problem
                : problem.withHeader(HttpHeaders.WWW_AUTHENTICATE, challenge("invalid_token", reason));
    }

    private Presented presented(HttpHeaders headers, UriInfo uri) {
        List<String> authorization = headers.getRequestHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && !authorization.isEmpty()) {
            return new Presented(Place.HEADER, bearer(authorization));
        }
        List<String> query = uri.getQueryParameters().getOrDefault(QUERY_PARAM, List.of());
        if (!query.isEmpty()) {
            return new Presented(Place.QUERY, queryToken(query));
        }
        String found = cookieToken(headers.getRequestHeader(HttpHeaders.COOKIE));
        return new Presented(found == null ? Place.NOWHERE : Place.COOKIE, found);
    }

    private static String bearer(List<String> lines) {
        if (lines.size() > 1) {
            throw malformed("There is more than one Authorization header; send one.");
        }
        String line = lines.get(0).strip();
        int space = line.indexOf(' ');
        String scheme = space < 0 ? line : line.substring(0, space);
        if (!scheme.equalsIgnoreCase("Bearer")) {
            throw ProblemException.unauthorized(
                    "The Authorization header has a scheme that is not known here; it must be 'Bearer TOKEN'.");
        }
        return token(space < 0 ? "" : line.substring(space).strip(), "Authorization header");
    }

    private String queryToken(List<String> values) {
        if (!inQuery) {
            throw malformed("A token in the query is not taken here, since URLs get into logs: send it as"
                    + " 'Authorization: Bearer TOKEN', or in the cookie '" + cookie + "'.");
        }
        if (values.size() > 1) {
            throw malformed("The query has more than one '" + QUERY_PARAM + "'; give one.");
        }
        return token(values.get(0), "query");
    }

    /** Read from the header itself, since a parsed one does not tell of a second cookie of the name. */
    private @Nullable String cookieToken(@Nullable List<String> lines) {
        String found = null;
        for (String line : lines == null ? List.<String>of() : lines) {
            for (String pair : line.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals < 0 || !pair.substring(0, equals).strip().equals(cookie)) {
                    continue;
                }
                String value = unquoted(pair.substring(equals + 1).strip());
                if (found != null && !found.equals(value)) {
                    throw malformed(
                            "There are several cookies named '" + cookie + "' with different values; send one.");
                }
                found = value;
            }
        }
        // A cookie that was emptied is how some clients delete one.
        return found == null || found.isEmpty() ? null : token(found, "cookie '" + cookie + "'");
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static String token(String text, String where) {
        if (!TOKEN.matcher(text).matches()) {
            throw malformed("The " + where + " holds no token: letters, digits and -._~+/ only, as RFC 6750 has it.");
        }
        return text;
    }

    private static ProblemException malformed(String detail) {
        return ProblemException.badRequest(detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_request\"");
    }

    private static String challenge(String error, String description) {
        // RFC 6750, 3: no quotes, no backslashes, ASCII only.
        String plain = description.replaceAll("[^ -~]|[\"\\\\]", "'");
        return "Bearer error=\"" + error + "\", error_description=\"" + plain + "\"";
    }

    /** A browser sends cookies along for any page; its Origin tells whose page it was. */
    private void requireKnownOrigin(@Nullable List<String> origin, URI base) {
        boolean own = origin != null && origin.size() == 1 && origin.get(0).equals(originOf(base));
        if (!own && !origins.allowByName(origin)) {
            throw ProblemException.forbidden(
                    "A token in a cookie publishes only for pages of this server's own origin or"
                            + " of fanfare.cors.allow-origins, named by the Origin header; others send the token as"
                            + " 'Authorization: Bearer TOKEN'.");
        }
    }

    private static String originOf(URI base) {
        String origin = base.getScheme() + "://" + base.getRawAuthority();
        return DEFAULT_PORT.matcher(origin).replaceFirst("");
    }
}
