package dev.fanfare.auth;

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

    /** 16 Ki characters, 1000 selectors. */
    public static final TokenLimits DEFAULTS = new TokenLimits(16 << 10, 1000);

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public TokenLimits {
        if (chars < LEAST_CHARS || chars > MOST_CHARS) {
            throw new IllegalArgumentException("token is " + chars + " characters; it must be from 1KiB to 1MiB");
        }
        if (selectors < 1 || selectors > MOST_SELECTORS) {
            throw new IllegalArgumentException(
                    "token-selectors is " + selectors + "; it must be from 1 to " + MOST_SELECTORS);
        }
    }
}
