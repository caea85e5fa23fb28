package dev.fanfare.event;

import java.util.regex.Pattern;

/**
 * A text of a client that can be read only so many times: where a regular expression of an operator ends that would try for
 * ages to match it. For one match by one thread.
 */
public final class MeteredText implements CharSequence {
    private final String text;
    private int readsLeft;

    private MeteredText(String text, int reads) {
        this.text = text;
        this.readsLeft = reads;
    }

    /** The pattern reads the text again and again. */
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
     * @throws UsedUp if that is not enough to tell
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
