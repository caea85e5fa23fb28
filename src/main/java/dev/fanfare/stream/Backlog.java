package dev.fanfare.stream;

import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import org.jspecify.annotations.Nullable;

/**
 * What one client has yet to get. A port: a {@link ClientStream} asks it for batches, writes them, and reports what the outlet
 * took. A backlog never writes itself. All methods run in the thread of the stream's loop, and none blocks.
 *
 * <p>In a turn of writing a stream calls {@link #next} and {@link #taken} in alternation, then {@link #paused} once.
 */
public interface Backlog {
    /** What the stream is counted by; always the same. */
    StreamKind kind();

    /** The loop owns the stream now. Called once, before anything else. */
    default void joined() {}

    /** What follows in the stream, at most a batch of it; null if there is nothing now. */
    @Nullable
    Batch next();

    /** The outlet has taken the first {@code count} frames of the batch that {@link #next} gave last. */
    void taken(Batch batch, int count);

    /** Whether the stream is over once {@link #next} gives nothing. */
    boolean isComplete();

    /**
     * A turn of writing is over: nothing more was there, or the outlet refused.
     *
     * @param blocked whether the outlet takes nothing for now
     */
    default void paused(boolean blocked) {}

    /** The client takes nothing, and has not for a while: what can be had again should not be held for it. */
    default void stalled() {}

    /** What keeps the connection alive while there are no events; written before what {@link #next} gives then. */
    default Frame heartbeat() {
        return EventEncoder.HEARTBEAT;
    }

    /** By how many positions of its log the client is behind. */
    default long lag() {
        return 0;
    }

    /** The position of its log up to which the client has all that concerns it. */
    default long position() {
        return 0;
    }

    /** Whether it reads what is not in memory any more. */
    default boolean isCatchingUp() {
        return false;
    }

    /** The stream is over: lets go of what it holds. Called once. */
    void released();
}
