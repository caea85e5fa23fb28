package dev.fanfare.auth;

import com.nimbusds.jose.JWSObject;
import dev.fanfare.event.Selector;
import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a token, for the person who has it. Nothing is checked: an {@link Authority} says whether it is any good.
 *
 * @param algorithm {@code alg}
 * @param keyId {@code kid}
 * @param issuer {@code iss}
 * @param subject {@code sub}
 * @param notBefore {@code nbf}
 * @param expiresAt {@code exp}
 * @param publish the selectors of topics that it lets publish to
 * @param subscribe the selectors of topics whose private events it lets see
 */
public record TokenContents(
        String algorithm,
        @Nullable String keyId,
        @Nullable String issuer,
        @Nullable String subject,
        @Nullable Instant notBefore,
        @Nullable Instant expiresAt,
        List<String> publish,
        List<String> subscribe) {

    /** Copies the lists. */
    public TokenContents {
        publish = List.copyOf(publish);
        subscribe = List.copyOf(subscribe);
    }

    /**
     * Reads a token.
     *
     * @throws IllegalArgumentException saying what is wrong with it, without anything of it
     */
    public static TokenContents of(String token, TokenLimits limits) {
        JWSObject parsed;
        try {
            parsed = JWSObject.parse(token);
        } catch (ParseException e) {
            throw new IllegalArgumentException(
                    "This is no signed token: give three parts of base64url with dots between", e);
        }
        Claims claims = Claims.of(parsed.getPayload().toBytes(), limits.selectors());
        return new TokenContents(
                parsed.getHeader().getAlgorithm().getName(),
                parsed.getHeader().getKeyID(),
                claims.issuer(),
                claims.subject(),
                claims.notBefore(),
                claims.expiresAt(),
                claims.publish().stream().map(Selector::text).toList(),
                claims.subscribe().stream().map(Selector::text).toList());
    }

    /** Claims are shown where somebody asks for each. */
    @Override
    public String toString() {
        return "TokenContents";
    }
}
