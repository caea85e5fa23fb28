package dev.fanfare.auth;

import dev.fanfare.event.Ranges;

/**
 * How large a token may be. Both are spent on whoever sends one, before and after its signature is checked.
 *
 * @param chars most characters; 1024 to 1 Mi
 * @param selectors most selectors in each of its two lists; 1 to 10,000
 */
public record TokenLimits(int chars, int selectors) {
    /** The range of {@code chars}. */
    public static final int LEAST_CHARS = 1 << 10;

    /** The range of {@code chars}. */
    public static final int MOST_CHARS = 1 << 20;

    /** The range of {@code selectors}. */
    public static final int MOST_SELECTORS = 10_000;

    /** 64 Ki characters, which is what the head of a request may have, and 1000 selectors. */
    public static final TokenLimits DEFAULTS = new TokenLimits(64 << 10, 1000);

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public TokenLimits {
        Ranges.requireBetween("token", chars, LEAST_CHARS, MOST_CHARS);
        Ranges.requireBetween("token-selectors", selectors, 1, MOST_SELECTORS);
    }
}
