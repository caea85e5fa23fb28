package dev.fanfare.auth;

import com.nimbusds.jose.JWSObject;
import dev.fanfare.auth.TokenRefused.Kind;
import dev.fanfare.auth.VerificationKeys.Verdict;
import dev.fanfare.stream.Ticker;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * In the order of cost: length, what is remembered, form, header, signature, claims, time. Good and bad tokens are
 * remembered apart, so that any amount of garbage leaves the good ones where they are. Time is never remembered.
 */
/** Checks tokens against one key or key set, each token once. Thread-safe. */
final class TokenCheck implements AutoCloseable {
    /** For clocks that differ: how much earlier than its {@code nbf} a token is taken. */
    static final Duration LEEWAY = Duration.ofSeconds(5);

    /** How long a refusal holds where keys come and go. */
    static final Duration CHANGING = Duration.ofMinutes(5);

    private static final int MOST_GOOD = 10_000;
    private static final long MOST_GOOD_CHARS = 4L << 20;
    private static final int MOST_BAD = 1000;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final Base64.Decoder BASE64 = Base64.getUrlDecoder();
    private static final Base64.Encoder CANONICAL = Base64.getUrlEncoder().withoutPadding();

    private final TokenAlgorithm algorithm;
    private final VerificationKeys keys;
    private final BiPredicate<TokenAlgorithm, Object> stillGood;
    private final TokenLimits limits;
    private final Grants grants;
    private final Ticker ticker;
    private final DigestCache<Verified> good = new DigestCache<>(MOST_GOOD, MOST_GOOD_CHARS);
    private final DigestCache<Refused> bad = new DigestCache<>(MOST_BAD, MOST_BAD);

    /** @param key what the token is signed by */
    private record Verified(Grant grant, @Nullable Instant notBefore, Object key) {}

    /** @param untilNanos how long it holds, on the ticker's scale; counts only where keys change */
    private record Refused(TokenRefused reason, long untilNanos) {}

    TokenCheck(TokenAlgorithm algorithm, VerificationKeys keys, TokenLimits limits, Grants grants, Ticker ticker) {
        this(algorithm, keys, limits, grants, ticker, (signedWith, key) -> keys.holds(key));
    }

    /**
     * @param stillGood whether a stream may go on whose token was signed with an algorithm and by a key: other keys may have been
     *     configured since
     */
    TokenCheck(
            TokenAlgorithm algorithm,
            VerificationKeys keys,
            TokenLimits limits,
            Grants grants,
            Ticker ticker,
            BiPredicate<TokenAlgorithm, Object> stillGood) {
        this.algorithm = algorithm;
        this.keys = keys;
        this.stillGood = stillGood;
        this.limits = limits;
        this.grants = grants;
        this.ticker = ticker;
    }

    /** @throws TokenRefused if it is no good, or not at this time */
    Grant check(String token) {
        if (token.length() > limits.chars()) {
            throw TokenRefused.invalid(
                    "The token has more than " + limits.chars() + " characters (fanfare.limits.token)");
        }
        TokenDigest digest = TokenDigest.of(token);
        Verified verified = good.get(digest);
        if (verified == null || !keys.holds(verified.key())) {
            verified = verified(token, digest);
        }
        return inTime(verified);
    }

    private boolean isOver(long untilNanos) {
        return keys.change() && ticker.nanos() - untilNanos >= 0;
    }

    private Grant inTime(Verified verified) {
        Instant now = ticker.now();
        if (isExpired(verified.grant().expiresAt(), now)) {
            throw TokenRefused.forNow(Kind.EXPIRED, "The token has expired: get a new one");
        }
        Instant notBefore = verified.notBefore();
        if (notBefore != null && now.plus(LEEWAY).isBefore(notBefore)) {
            throw TokenRefused.forNow(Kind.NOT_YET, "The token is not valid yet");
        }
        return verified.grant();
    }

    private static boolean isExpired(@Nullable Instant expiresAt, Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    /** What a grant asks again while a stream is open: a key may go, and the clock may jump. Keeps nothing that is remembered here. */
    private static BooleanSupplier holds(
            BiPredicate<TokenAlgorithm, Object> stillGood,
            TokenAlgorithm algorithm,
            Object key,
            @Nullable Instant expiresAt,
            Ticker ticker) {
        return () -> stillGood.test(algorithm, key) && !isExpired(expiresAt, ticker.now());
    }

    private Verified verified(String token, TokenDigest digest) {
        Refused refused = bad.get(digest);
        if (refused != null && !isOver(refused.untilNanos())) {
            throw refused.reason();
        }
        good.remove(digest);
        try {
            Verified verified = verify(token);
            good.put(digest, verified, token.length());
            return verified;
        } catch (TokenRefused e) {
            if (e.lasting()) {
                bad.put(digest, new Refused(e, ticker.nanos() + CHANGING.toNanos()), 1);
            }
            throw e;
        }
    }

    private Verified verify(String token) {
        requireForm(token);
        JWSObject parsed = parse(token);
        Object key = requireSignature(parsed);
        try {
            Claims claims = Claims.of(parsed.getPayload().toBytes(), limits.selectors());
            Grant grant = grants.of(claims, holds(stillGood, algorithm, key, claims.expiresAt(), ticker));
            return new Verified(grant, claims.notBefore(), key);
        } catch (IllegalArgumentException e) {
            throw TokenRefused.invalid(String.valueOf(e.getMessage()));
        }
    }

    /** The library would pass over signs that are no base64url, so that one token could be written in many ways. */
    private static void requireForm(String token) {
        if (!FORM.matcher(token).matches() || !isCanonical(token.substring(token.lastIndexOf('.') + 1))) {
            throw TokenRefused.invalid("The token is not a JSON Web Token in three parts of base64url");
        }
    }

    private static boolean isCanonical(String base64) {
        try {
            return CANONICAL.encodeToString(BASE64.decode(base64)).equals(base64);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The header is the sender's until the signature is checked: only its algorithm and the name of a key are heeded. */
    private JWSObject parse(String token) {
        try {
            Map<String, @Nullable Object> header =
                    StrictJson.object(BASE64.decode(token.substring(0, token.indexOf('.'))));
            if (!algorithm.toString().equals(header.get("alg"))) {
                throw TokenRefused.invalid("The token must be signed with " + algorithm + ", the configured algorithm");
            }
            if (header.containsKey("crit") || header.containsKey("b64")) {
                throw TokenRefused.invalid(
                        "The header of the token asks for extensions (crit, b64), which are not supported");
            }
            return JWSObject.parse(token);
        } catch (IllegalArgumentException | ParseException e) {
            throw TokenRefused.invalid("The header of the token is malformed");
        }
    }

    /** Gives the key that the token is signed by. */
    private Object requireSignature(JWSObject token) {
        Verdict verdict = keys.verify(token);
        return switch (verdict.outcome()) {
            case GOOD -> Objects.requireNonNull(verdict.key());
            case BAD -> throw TokenRefused.invalid("The signature of the token is wrong");
            case UNKNOWN_KEY ->
                throw TokenRefused.forNow(Kind.INVALID, "The token is signed by a key that is not in the key set");
            case NO_KEYS ->
                throw TokenRefused.forNow(
                        Kind.UNVERIFIABLE, "The keys for checking tokens are not available now: try again later");
        };
    }

    /** Whether a token that is signed so would be good by its signature. */
    boolean takes(TokenAlgorithm signedWith, Object key) {
        return signedWith == algorithm && keys.holds(key);
    }

    VerificationKeys keys() {
        return keys;
    }

    /** How many tokens are remembered, good and bad ones. */
    int remembered() {
        return good.size() + bad.size();
    }

    @Override
    public void close() {
        keys.close();
    }
}
