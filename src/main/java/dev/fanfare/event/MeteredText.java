package dev.fanfare.event;

import java.util.regex.Pattern;

/**
 * A client's text with a budget of reads. It stops an operator's regular expression that would take too long to match. For one
 * match by one thread.
 */
public final class MeteredText implements CharSequence {
    private final String text;
    private int readsLeft;

    private MeteredText(String text, int reads) {
        this.text = text;
        this.readsLeft = reads;
    }

    /** The pattern has used up its reads. */
    public static final class UsedUp extends RuntimeException {
        private static final long serialVersionUID = 1;

        private UsedUp() {
            super(null, null, false, false);
        }
    }

    /**
     * Whether the pattern matches the whole text.
     *
     * @param reads how many times it may read a character; a million takes a few milliseconds
     * @throws UsedUp if that is not enough to decide
     */
    public static boolean matches(Pattern pattern, String text, int reads) {
        return pattern.matcher(new MeteredText(text, reads)).matches();
    }

    @Override
    public char charAt(int index) {
        if (--readsLeft < 0) {
            throw new UsedUp();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    /** The whole text. */
    @Override
    public String toString() {
        return text;
    }
}
