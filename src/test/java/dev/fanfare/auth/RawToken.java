package dev.fanfare.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens as nobody should write them, signed with HMAC. */
final class RawToken {
    static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    static final String PAYLOAD = "{\"mercure\":{\"publish\":[\"*\"],\"subscribe\":[\"*\"]}}";

    private RawToken() {}

    static String with(String header, String payload) {
        return with(header.getBytes(UTF_8), payload.getBytes(UTF_8));
    }

    static String with(byte[] header, byte[] payload) {
        return signed(base64(header) + "." + base64(payload), KeyPairs.SECRET.getBytes(UTF_8));
    }

    static String payload(String payload) {
        return with(HEADER, payload);
    }

    /** {@code claims} is what {@code mercure} is. */
    static String mercure(String claims) {
        return payload("{\"mercure\":" + claims + "}");
    }

    static String signed(String content, byte[] secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return content + "." + base64(mac.doFinal(content.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String base64(String text) {
        return base64(text.getBytes(UTF_8));
    }
}
