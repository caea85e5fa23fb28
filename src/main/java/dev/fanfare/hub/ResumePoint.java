package dev.fanfare.hub;

import org.jspecify.annotations.Nullable;

/**
 * Where a subscription begins to read.
 *
 * @param after the position that precedes the first event wanted; {@link #AT_HEAD} for what is published from now on
 * @param unknownId the id that the client named though nobody here knows it, so that a {@code gap} event tells it; else null
 * @param answer what to answer as {@code Last-Event-ID}, see {@link #answer()}; null if the client named no id
 */
public record ResumePoint(
        long after, @Nullable String unknownId, @Nullable String answer) {
    /** Asked for: everything that is kept. Answered: no event precedes the first one that is sent. */
    public static final String EARLIEST = "earliest";

    private static final long AT_HEAD = -1;

    /** Begins with what is published from now on. */
    public static final ResumePoint NOW = new ResumePoint(AT_HEAD, null, null);

    /** Begins with what follows a position. */
    public static ResumePoint after(long position) {
        return new ResumePoint(position, null, null);
    }

    /**
     * What to answer as {@code Last-Event-ID} to a client that named an id: the id of the event that precedes the first one
     * sent. It is the id that the client named if the stream goes on right after it; {@value #EARLIEST} if no event that is
     * kept precedes the first one; else the hub's own id of the place. An id that a publisher made is answered to a client
     * that named it only, so nobody learns one from here.
     */
    @Override
    public @Nullable String answer() {
        return answer;
    }

    boolean isNow() {
        return after == AT_HEAD;
    }
}
