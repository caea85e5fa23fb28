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
 * @param publish {@code publish} of {@code mercure}
 * @param subscribe {@code subscribe} of {@code mercure}
 */
record Claims(
        @Nullable Instant notBefore,
        @Nullable Instant expiresAt,
        @Nullable String issuer,
        @Nullable String subject,
        List<Selector> publish,
        List<Selector> subscribe) {

    private static final String MERCURE = "mercure";

    /** The same claim for issuers that take only names of this form. Where both are present this one counts, as in Mercure. */
    private static final String NAMESPACED = "https://mercure.rocks/";

    private static final Instant END_OF_TIME = Instant.parse("2200-01-01T00:00:00Z");

    /**
     * Takes the claims out of the payload.
     *
     * @param mostSelectors in each of the two lists
     * @throws IllegalArgumentException saying what is wrong, without anything of the payload
     */
    static Claims of(byte[] payload, int mostSelectors) {
        Map<String, @Nullable Object> all;
        try {
            all = StrictJson.object(payload);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The payload of the token " + e.getMessage(), e);
        }
        String name = all.get(NAMESPACED) == null ? MERCURE : NAMESPACED;
        Map<?, ?> mercure = all.get(name) == null ? Map.of() : mercure(all.get(name), name);
        return new Claims(
                moment(all.get("nbf"), "nbf"),
                moment(all.get("exp"), "exp"),
                text(all.get("iss"), "iss"),
                text(all.get("sub"), "sub"),
                selectors(mercure.get("publish"), name + ".publish", mostSelectors),
                selectors(mercure.get("subscribe"), name + ".subscribe", mostSelectors));
    }

    private static Map<?, ?> mercure(@Nullable Object claim, String name) {
        if (claim instanceof Map<?, ?> object) {
            return object;
        }
        throw new IllegalArgumentException("The claim " + name + " of the token must be an object");
    }

    /** RFC 7519, 2, NumericDate: seconds since 1970, perhaps with a fraction. */
    private static @Nullable Instant moment(@Nullable Object claim, String name) {
        if (claim == null) {
            return null;
        }
        if (!(claim instanceof Double seconds) || seconds < 0) {
            throw new IllegalArgumentException(
                    "The claim " + name + " of the token must be a number of seconds since 1970");
        }
        return seconds < END_OF_TIME.getEpochSecond() ? Instant.ofEpochMilli((long) (seconds * 1000)) : END_OF_TIME;
    }

    private static @Nullable String text(@Nullable Object claim, String name) {
        if (claim == null || claim instanceof String) {
            return (String) claim;
        }
        throw new IllegalArgumentException("The claim " + name + " of the token must be a string");
    }

    private static List<Selector> selectors(@Nullable Object claim, String name, int most) {
        if (claim == null) {
            return List.of();
        }
        if (!(claim instanceof List<?> texts)) {
            throw malformed(name);
        }
        if (texts.size() > most) {
            throw new IllegalArgumentException("The claim " + name + " of the token has more than " + most
                    + " selectors (fanfare.limits.token-selectors)");
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
        return new IllegalArgumentException("The claim " + name + " of the token must be a list of strings");
    }

    /** What the parser says may quote the selector, so it is not told. */
    private static Selector parse(String selector, String name) {
        try {
            return Selector.parse(selector);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The claim " + name
                            + " of the token has an invalid selector: give topics, URI templates (RFC 6570) or *",
                    e);
        }
    }

    /** Claims are shown to nobody. */
    @Override
    public String toString() {
        return "Claims";
    }
}
