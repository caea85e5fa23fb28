package dev.fanfare.log;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Values that one node at a time looks after for all nodes, on an engine. A port; implementations are thread-safe, and no method
 * blocks.
 *
 * <p>What every implementation promises:
 *
 * <ul>
 *   <li><b>A node lives</b> as long as it says so at least once in the lease. Only the engine's clock counts.
 *   <li><b>A value has one owner.</b> It is claimed by compare and set: a node gets it if nobody owns it, or if its owner does not
 *       live any more. With each owner comes a generation, which no other claim of any value ever gets, and which rises from
 *       one owner of a value to the next.
 *   <li><b>Late is refused.</b> What is told under another generation than the present one changes nothing and reaches nobody.
 *   <li><b>All hear the same</b>, in the order in which the engine took it. A node that could not follow in time hears {@link
 *       Follower#missed}, and claims again to find out.
 * </ul>
 *
 * Stages complete exceptionally with {@link HistoryUnavailable} if the engine can't be reached; it may have done what it was
 * asked for nevertheless. A caller asks for one thing at a time, so that all happens in the order in which it was asked for.
 */
public interface SharedStates extends AutoCloseable {
    /** Most keys in one call. */
    int MOST_KEYS = 256;

    /** Most bytes of a value. */
    int MOST_BYTES = 8 << 20;

    /**
     * A value, what was noted beside it, and its owner.
     *
     * @param owner the node that looks after it; null if nobody does
     * @param generation the one of that owner; 0 if nobody does
     * @param told the value; null if none was told
     * @param note what was noted since the value was told or said to hold; null if nothing was
     */
    record State(
            @Nullable String owner,
            long generation,
            @Nullable Told told,
            @Nullable Note note) {}

    /**
     * A value that was told.
     *
     * @param stamp who told it
     * @param value its bytes; to be left as they are
     * @param age how long ago it was last said to hold
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
    record Told(Stamp stamp, byte[] value, Duration age) {}

    /**
     * What was noted beside a value.
     *
     * @param stamp who noted it
     * @param note its bytes; to be left as they are
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Note(Stamp stamp, byte[] note) {}

    /**
     * Orders the messages about one value.
     *
     * @param owner the node that told it
     * @param generation under which it told it
     * @param number rises with what is told under one generation
     */
    record Stamp(String owner, long generation, long number) {
        /** Whether this comes after another one. */
        public boolean isAfter(Stamp other) {
            return generation != other.generation ? generation > other.generation : number > other.number;
        }
    }

    /**
     * Something to be told.
     *
     * @param stamp of the node that owns the value
     * @param bytes at most {@value #MOST_BYTES}; to be left as they are
     * @param isNote whether it is noted beside the value, and does not take its place
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Telling(String key, Stamp stamp, byte[] bytes, boolean isNote) {}

    /**
     * Word that a value holds, whatever was noted beside it.
     *
     * @param stamp of the node that owns the value
     * @param age how long ago that was found out
     */
    record Fresh(String key, Stamp stamp, Duration age) {}

    /**
     * What a node hears when it says that it lives.
     *
     * @param lives false if it did not live any more, and so may own nothing
     * @param gone those of the nodes asked about that do not live
     */
    record Pulse(boolean lives, Set<String> gone) {
        /** Copies the set. */
        public Pulse {
            gone = Set.copyOf(gone);
        }
    }

    /** Hears what all nodes tell, this one too; one call at a time. */
    interface Follower {
        /** Whether it wants to hear what is told and noted of a value; of others it may hear nothing. */
        boolean follows(String key);

        /** A value was told. */
        void told(String key, Told told);

        /** Something was noted beside a value. */
        void noted(String key, Note note);

        /** The value that was told under this generation holds. */
        void fresh(long generation, long number, Duration age);

        /** Nobody looks after these values any more. */
        void free(List<String> keys);

        /** Something may have been told that this node did not hear. */
        void missed();
    }

    /**
     * Says that a node lives, for one lease more.
     *
     * @param begins whether this is the first time under this name; a name that did not live any more is not taken up again
     * @param others nodes to ask about, at most {@value #MOST_KEYS}
     */
    CompletionStage<Pulse> beat(String node, boolean begins, Set<String> others);

    /**
     * Claims values that nobody looks after.
     *
     * @param keys at most {@value #MOST_KEYS}
     * @param known the highest generation that the node has heard of; those it gets are higher
     * @return completes with the state of each, whoever owns it now
     */
    CompletionStage<List<State>> claim(String node, List<String> keys, long known);

    /**
     * Tells values and notes.
     *
     * @param tellings at most {@value #MOST_KEYS}
     * @return completes with the keys of those that were refused, since they are owned under another generation
     */
    CompletionStage<Set<String>> tell(List<Telling> tellings);

    /** Says that values still hold; otherwise as {@link #tell}. */
    CompletionStage<Set<String>> fresh(List<Fresh> fresh);

    /** Gives up values that a node owns; those that it does not own stay as they are. */
    CompletionStage<Void> free(String node, List<String> keys);

    /** Says that a node lives no more. */
    CompletionStage<Void> leave(String node);

    /** Follows what is told from now on, until this is closed; once only. */
    void follow(Follower follower);

    /** Ends following, fails what is under way, and lets go of connections, within a second. */
    @Override
    void close();
}
