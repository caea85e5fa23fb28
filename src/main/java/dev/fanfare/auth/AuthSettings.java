package dev.fanfare.auth;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what, and how tokens are checked.
 *
 * @param publisherKey checks the tokens of publishers; null where there is none, so that no token is good
 * @param subscriberKey checks the tokens of subscribers; null where there is none, so that no token is good
 * @param anonymousSubscribe whether public events may be read without a token
 * @param anonymousPublish whether everybody may publish everything without a token
 * @param cookie the name of the cookie that may hold a token
 * @param queryToken whether a token may stand in the query, where logs and histories keep it
 * @param limits how large a token may be
 * @param algorithm of a key for which nothing else is said, also where there is none yet
 */
public record AuthSettings(
        @Nullable TokenKey publisherKey,
        @Nullable TokenKey subscriberKey,
        boolean anonymousSubscribe,
        boolean anonymousPublish,
        String cookie,
        boolean queryToken,
        TokenLimits limits,
        TokenAlgorithm algorithm) {

    /** The cookie's name in Mercure. */
    public static final String DEFAULT_COOKIE = "mercureAuthorization";

    /** RFC 6265, 4.1.1: a token of RFC 9110. */
    private static final Pattern COOKIE_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");

    /** No keys: everybody reads what is public, nobody publishes over HTTP. */
    public static final AuthSettings DEFAULTS =
            new AuthSettings(null, null, true, false, DEFAULT_COOKIE, false, TokenLimits.DEFAULTS);

    /** With HS256 for keys for which nothing else is said. */
    public AuthSettings(
            @Nullable TokenKey publisherKey,
            @Nullable TokenKey subscriberKey,
            boolean anonymousSubscribe,
            boolean anonymousPublish,
            String cookie,
            boolean queryToken,
            TokenLimits limits) {
        this(
                publisherKey,
                subscriberKey,
                anonymousSubscribe,
                anonymousPublish,
                cookie,
                queryToken,
                limits,
                TokenAlgorithm.HS256);
    }

    /** @throws IllegalArgumentException if no cookie can have that name */
    public AuthSettings {
        requireCookieName(cookie);
    }

    /**
     * Returns {@code name} if a cookie can have it.
     *
     * @throws IllegalArgumentException saying that none can, as it follows the name
     */
    public static String requireCookieName(String name) {
        if (!COOKIE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "cannot be the name of a cookie, which has 1 to 128 letters, digits and characters such as - and _");
        }
        return name;
    }

    /** Whether anybody at all can publish over HTTP. */
    public boolean canPublish() {
        return anonymousPublish || publisherKey != null;
    }
}
