package dev.fanfare.history;

import java.security.SecureRandom;

/** Names for the lives of logs. */
public final class Epoch {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Epoch() {}

    /** A name that no other log has: 13 letters and digits, 64 random bits. */
    public static String create() {
        String digits = Long.toUnsignedString(RANDOM.nextLong(), 36);
        return "0".repeat(13 - digits.length()) + digits;
    }
}
