package dev.fanfare.rest;

import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.Authority;
import dev.fanfare.auth.Grant;
import dev.fanfare.auth.TokenRefused;
import dev.fanfare.rest.cors.AllowedOrigins;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.stream.Permit;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

    /** RFC 9110, 11.1: a scheme has no case. */
    private static final Pattern BEARER = Pattern.compile("bearer(?: |$)", Pattern.CASE_INSENSITIVE);

    private static final Duration UNVERIFIABLE_FOR = Duration.ofSeconds(5);

    /** A client may send many cookies, and each costs a check of a signature. */
    private static final int MOST_COOKIES = 4;

    private enum TokenSource {
        HEADER,
        QUERY,
        COOKIE,
        NOWHERE
    }

    /** @param tokens several only where several cookies have the name */
    private record SentTokens(TokenSource source, List<String> tokens) {}

    private final Authority authority;
    private final @Nullable LocalNames local;
    private volatile Places places;

    /**
     * Where tokens may be, and whose pages may publish by cookie.
     *
     * @param inQuery whether the query may hold a token
     */
    private record Places(String cookie, boolean inQuery, OwnOrigin origin) {}

    /**
     * Asks an authority.
     *
     * @param settings those of the authority: the name of the cookie, and whether the query may hold a token
     * @param cors whose pages may publish by cookie, or without a token where everybody may
     * @param local the names of this machine, where only this machine reaches the server; else null
     */
    public Credentials(Authority authority, AuthSettings settings, CorsSettings cors, @Nullable LocalNames local) {
        this.authority = authority;
        this.local = local;
        this.places = places(settings, cors, local);
    }

    private static Places places(AuthSettings settings, CorsSettings cors, @Nullable LocalNames local) {
        return new Places(settings.cookie(), settings.queryToken(), new OwnOrigin(new AllowedOrigins(cors), local));
    }

    /** Goes by other settings from now on, as its authority does. */
    public void take(AuthSettings settings, CorsSettings cors) {
        places = places(settings, cors, local);
    }

    /**
     * What the request may subscribe to.
     *
     * @throws ProblemException 400 for a malformed or ambiguous token, 401 for one that is needed or does not hold, 503 where
     *     it can't be checked now
     * @throws WebApplicationException instead of that 503, for an {@code EventSource}, which shall reconnect
     */
    public Grant subscriber(HttpHeaders headers, UriInfo uri) {
        SentTokens sent = sent(headers, uri);
        try {
            return firstThatHolds(sent.tokens(), authority::subscriber);
        } catch (TokenRefused e) {
            if (e.kind() == TokenRefused.Kind.UNVERIFIABLE && EventStreamClient.sent(headers)) {
                throw new WebApplicationException(StreamGate.refusal("keys", true));
            }
            throw problem(sent, e);
        }
    }

    /**
     * What the request may publish to.
     *
     * @throws ProblemException as {@link #subscriber}; and 403 if the request comes from a page that may not publish, by
     *     cookie or where nobody needs a token
     */
    public Grant publisher(HttpHeaders headers, UriInfo uri) {
        SentTokens sent = sent(headers, uri);
        OwnOrigin origin = places.origin();
        List<String> sender = headers.getRequestHeader(ORIGIN);
        if (sent.source() == TokenSource.COOKIE && !origin.mayChange(sender, uri.getBaseUri())) {
            throw ProblemException.forbidden(
                    "A token in a cookie publishes only from pages whose 'Origin' is this server's or is listed in"
                            + " fanfare.cors.allow-origins; other clients send the token as"
                            + " 'Authorization: Bearer TOKEN'.");
        }
        Grant grant;
        try {
            grant = firstThatHolds(sent.tokens(), authority::publisher);
        } catch (TokenRefused e) {
            throw problem(sent, e);
        }
        if (grant.anonymous() && sender != null && !origin.mayChange(sender, uri.getBaseUri())) {
            throw ProblemException.forbidden("Without a token, pages of other origins may not publish here: list the"
                    + " origin in fanfare.cors.allow-origins, or send a token as 'Authorization: Bearer TOKEN'.");
        }
        return grant;
    }

    /** Of several tokens, one that can't be checked now may be good later, so that is what is reported. */
    private static Grant firstThatHolds(List<String> tokens, Function<@Nullable String, Grant> check) {
        TokenRefused reported = null;
        for (String token : tokens) {
            try {
                return check.apply(token);
            } catch (TokenRefused e) {
                if (reported == null || e.kind() == TokenRefused.Kind.UNVERIFIABLE) {
                    reported = e;
                }
            }
        }
        if (reported != null) {
            throw reported;
        }
        return check.apply(null);
    }

    /**
     * Whether the request brings a token, good or not.
     *
     * @throws ProblemException 400 for a malformed or ambiguous one
     */
    public boolean areSent(HttpHeaders headers, UriInfo uri) {
        return !sent(headers, uri).tokens().isEmpty();
    }

    /** How long a stream may last that is opened with a grant now. */
    public static Permit permit(Grant grant, Instant now) {
        Instant end = grant.expiresAt();
        return end == null
                ? grant.permit()
                : new Permit(Duration.between(now, end), grant.permit().holds());
    }

    /** A 403 that says with {@code insufficient_scope} that another token might do. */
    public static ProblemException insufficient(String detail) {
        return ProblemException.forbidden(detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"");
    }

    private static ProblemException problem(SentTokens sent, TokenRefused refused) {
        String reason = String.valueOf(refused.getMessage());
        if (refused.kind() == TokenRefused.Kind.UNVERIFIABLE) {
            return ProblemException.unavailable(reason + ".", UNVERIFIABLE_FOR);
        }
        ProblemException problem = ProblemException.unauthorized(reason + ".");
        // RFC 6750, 3.1: a request without a token gets no error code.
        return sent.tokens().isEmpty()
                ? problem
                : problem.withHeader(HttpHeaders.WWW_AUTHENTICATE, challenge("invalid_token", reason));
    }

    private SentTokens sent(HttpHeaders headers, UriInfo uri) {
        Places now = places;
        String bearer = bearer(headers.getRequestHeader(HttpHeaders.AUTHORIZATION));
        if (bearer != null) {
            return new SentTokens(TokenSource.HEADER, List.of(bearer));
        }
        List<String> query = uri.getQueryParameters().getOrDefault(QUERY_PARAM, List.of());
        if (!query.isEmpty()) {
            return new SentTokens(TokenSource.QUERY, List.of(queryToken(query, now)));
        }
        List<String> cookies = cookieTokens(headers.getRequestHeader(HttpHeaders.COOKIE), now.cookie());
        return new SentTokens(cookies.isEmpty() ? TokenSource.NOWHERE : TokenSource.COOKIE, cookies);
    }

    /** Another scheme is for somebody else, such as a proxy that asks for a password. */
    private static @Nullable String bearer(@Nullable List<String> lines) {
        List<String> bearers = lines == null
                ? List.of()
                : lines.stream()
                        .map(String::strip)
                        .filter(line -> BEARER.matcher(line).lookingAt())
                        .toList();
        if (bearers.size() > 1) {
            throw malformed("There is more than one Authorization header with a token; send one.");
        }
        return bearers.isEmpty()
                ? null
                : token(bearers.get(0).substring("Bearer".length()).strip(), "Authorization header");
    }

    private static String queryToken(List<String> values, Places places) {
        if (!places.inQuery()) {
            throw malformed(
                    "A token in the query is not accepted (fanfare.auth.query-token), since URLs get into logs: send it as"
                            + " 'Authorization: Bearer TOKEN', or in the cookie '" + places.cookie() + "'.");
        }
        if (values.size() > 1) {
            throw malformed("The query has more than one '" + QUERY_PARAM + "'; give one.");
        }
        return token(values.get(0), "query");
    }

    /**
     * Read from the header itself, since a parsed one keeps one cookie of a name. Several come from paths and domains of
     * different length; an empty one is how some clients delete it.
     */
    private static List<String> cookieTokens(@Nullable List<String> lines, String cookie) {
        List<String> found = (lines == null ? Stream.<String>empty() : lines.stream())
                .flatMap(line -> Stream.of(line.split(";", -1)))
                .filter(pair -> pair.indexOf('=') >= 0
                        && pair.substring(0, pair.indexOf('=')).strip().equals(cookie))
                .map(pair -> unquoted(pair.substring(pair.indexOf('=') + 1).strip()))
                .filter(value -> !value.isEmpty())
                .distinct()
                .toList();
        List<String> tokens = found.stream()
                .filter(value -> TOKEN.matcher(value).matches())
                .limit(MOST_COOKIES)
                .toList();
        return tokens.isEmpty() && !found.isEmpty() ? List.of(token(found.get(0), "cookie '" + cookie + "'")) : tokens;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static String token(String text, String where) {
        if (!TOKEN.matcher(text).matches()) {
            throw malformed(
                    "The " + where + " holds no token: a token has only letters, digits and -._~+/ (RFC 6750).");
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
}
