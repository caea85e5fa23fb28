package dev.fanfare.hub;

import org.jspecify.annotations.Nullable;

/**
 * Where a subscription begins to read.
 *
 * @param after the position that precedes the first event wanted; {@link #AT_HEAD} for what is published from now on
 * @param unknownId the id that the client named though nobody here knows it, so that a {@code gap} event tells it; else null
 */
public record Start(long after, @Nullable String unknownId) {
    private static final long AT_HEAD = -1;

    /** Begins with what is published from now on. */
    public static final Start NOW = new Start(AT_HEAD, null);

    /** Begins with what follows a position. */
    public static Start after(long position) {
        return new Start(position, null);
    }

    boolean isNow() {
        return after == AT_HEAD;
    }
}
