package dev.fanfare.auth;

import dev.fanfare.event.Selector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claims that count here. A claim that is null counts as absent; other claims are left alone.
 *
 * @param notBefore {@code nbf}
 * @param expiresAt {@code exp}
 * @param issuer {@code iss}
 * @param subject {@code sub}
 * @param publish {@code mercure.publish}
 * @param subscribe {@code mercure.subscribe}
 */
record Claims(
        @Nullable Instant notBefore,
        @Nullable Instant expiresAt,
        @Nullable String issuer,
        @Nullable String subject,
        List<Selector> publish,
        List<Selector> subscribe) {

    /** Most selectors in each of the two lists. */
    static final int MAX_SELECTORS = 256;

    private static final Instant END_OF_TIME = Instant.parse("2200-01-01T00:00:00Z");

    /**
     * Takes the claims out of the payload.
     *
     * @throws IllegalArgumentException saying what is wrong, without anything of the payload
     */
    static Claims of(byte[] payload) {
        Map<String, @Nullable Object> all;
        try {
            all = StrictJson.object(payload);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The token's payload " + e.getMessage(), e);
        }
        Map<?, ?> mercure = all.get("mercure") == null ? Map.of() : mercure(all.get("mercure"));
        return new Claims(
                moment(all.get("nbf"), "nbf"),
                moment(all.get("exp"), "exp"),
                text(all.get("iss"), "iss"),
                text(all.get("sub"), "sub"),
                selectors(mercure.get("publish"), "publish"),
                selectors(mercure.get("subscribe"), "subscribe"));
    }

    private static Map<?, ?> mercure(@Nullable Object claim) {
        if (claim instanceof Map<?, ?> object) {
            return object;
        }
        throw new IllegalArgumentException("The token's claim mercure has to be an object");
    }

    /** RFC 7519, 2, NumericDate: seconds since 1970, perhaps with a fraction. */
    private static @Nullable Instant moment(@Nullable Object claim, String name) {
        if (claim == null) {
            return null;
        }
        if (!(claim instanceof Double seconds) || seconds < 0) {
            throw new IllegalArgumentException(
                    "The token's claim " + name + " has to be a number of seconds since 1970");
        }
        return seconds < END_OF_TIME.getEpochSecond() ? Instant.ofEpochMilli((long) (seconds * 1000)) : END_OF_TIME;
    }

    private static @Nullable String text(@Nullable Object claim, String name) {
        if (claim == null || claim instanceof String) {
            return (String) claim;
        }
        throw new IllegalArgumentException("The token's claim " + name + " has to be a text");
    }

    private static List<Selector> selectors(@Nullable Object claim, String name) {
        if (claim == null) {
            return List.of();
        }
        if (!(claim instanceof List<?> texts)) {
            throw malformed(name);
        }
        if (texts.size() > MAX_SELECTORS) {
            throw new IllegalArgumentException(
                    "The token's claim mercure." + name + " has more than " + MAX_SELECTORS + " selectors");
        }
        List<Selector> selectors = new ArrayList<>();
        for (Object text : texts) {
            if (!(text instanceof String selector)) {
                throw malformed(name);
            }
            selectors.add(parse(selector, name));
        }
        return selectors;
    }

    private static IllegalArgumentException malformed(String name) {
        return new IllegalArgumentException("The token's claim mercure." + name + " has to be a list of texts");
    }

    /** What the parser says may quote the selector, so it is not told. */
    private static Selector parse(String selector, String name) {
        try {
            return Selector.parse(selector);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The token's claim mercure." + name
                            + " has a selector that is none: give topics, URI templates (RFC 6570) or *",
                    e);
        }
    }

    /** Claims are shown to nobody. */
    @Override
    public String toString() {
        return "Claims";
    }
}
