package dev.fanfare.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens as any publisher's library would make them, and such as none would. */
public final class Tokens {
    /** The secret that services under test are given. */
    public static final String SECRET = "a secret of a test, of more than 32 bytes";

    private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

    private Tokens() {}

    /** May publish to these selectors. */
    public static String publisher(String... selectors) {
        return of("{\"mercure\":{\"publish\":" + array(selectors) + "}}");
    }

    /** May see private events of these selectors. */
    public static String subscriber(String... selectors) {
        return of("{\"mercure\":{\"subscribe\":" + array(selectors) + "}}");
    }

    /** May see private events of these selectors until a time, in seconds since 1970. */
    public static String subscriberUntil(long exp, String... selectors) {
        return of("{\"exp\":" + exp + ",\"mercure\":{\"subscribe\":" + array(selectors) + "}}");
    }

    /** A token with these claims. */
    public static String of(String claims) {
        return of(HEADER, claims, SECRET);
    }

    /** A token of any header and claims, signed with HMAC-SHA-256. */
    public static String of(String header, String claims, String secret) {
        String content = base64(header) + "." + base64(claims);
        return content + "." + sign(content, secret);
    }

    /** The header of a request that brings a token. */
    public static String header(String token) {
        return "Authorization: Bearer " + token;
    }

    private static String array(String... texts) {
        return Stream.of(texts).map(text -> '"' + text + '"').collect(Collectors.joining(",", "[", "]"));
    }

    /** Base64url without padding. */
    public static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sign(String content, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
