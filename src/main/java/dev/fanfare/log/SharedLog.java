package dev.fanfare.log;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A log on an engine that several nodes append to and follow; one object stands for one node. A port; implementations are
 * thread-safe, and no method blocks.
 *
 * <p>What every implementation promises:
 *
 * <ul>
 *   <li><b>One order.</b> Positions rise by one with each event, whichever node appends it, and every follower sees the events
 *       in that order, each once. No position is ever given to two events.
 *   <li><b>All or none.</b> The events of a publication lie side by side, or are not there.
 *   <li><b>Asked again, answered again.</b> An append under a sequence that was stored is not stored again.
 *   <li><b>No silent loss.</b> The log knows the highest position that this node has seen. An engine that has less (it was
 *       emptied, restored, or a replica took over that lacked the end) does not go on where it is: a new {@link Life} begins,
 *       at least {@value #JUMP} positions above whatever was known, and every follower gets the new {@link Stand} before any
 *       event of it.
 *   <li><b>Reconnecting</b> is the implementation's task: followers hear of it and have nothing to do.
 * </ul>
 */
public interface SharedLog extends AutoCloseable {
    /** By how much a new life begins above what was known: more than any node can have seen and not told. */
    long JUMP = 1L << 20;

    /** Most lives that are remembered; a cursor of an older one is unknown. */
    int MOST_LIVES = 16;

    /**
     * Where the log stands.
     *
     * @param lives all that are remembered, oldest first, one at least; the last one is the present one
     * @param keptAfter the position after which all events of the log are still kept
     * @param head the position of the newest event, or the one before {@link Life#from} while the present life has none
     */
    record Stand(List<Life> lives, long keptAfter, long head) {
        /** Copies the list. */
        public Stand {
            lives = List.copyOf(lives);
        }

        /** The present life. */
        public Life life() {
            return lives.get(lives.size() - 1);
        }
    }

    /**
     * A stretch of positions under one epoch.
     *
     * @param epoch letters and digits; no other life has it
     * @param from its first position
     * @param lostAfter positions above this one are not valid any more: those events are lost; {@link Long#MAX_VALUE} for the
     *     present life
     */
    record Life(String epoch, long from, long lostAfter) {}

    /**
     * What a node has of the log, from an earlier time.
     *
     * @param lives those that it knows, oldest first; empty for a node that knows nothing
     * @param head the highest position that it has
     */
    record Known(List<Life> lives, long head) {
        /** A node that comes with nothing. */
        public static final Known NOTHING = new Known(List.of(), 0);

        /** Copies the list. */
        public Known {
            lives = List.copyOf(lives);
        }
    }

    /**
     * What is appended together, all or none.
     *
     * @param records the events as bytes, side by side; none to keep a receipt alone
     * @param ids the ids that publishers gave these events, each once
     * @param seen up to which position the node has looked for these ids; {@link Long#MAX_VALUE} for whoever does not mind
     * @param key under which it may be appended once; null for none
     * @param content what is told to whoever comes with that key again; empty without a key
     */
    record Publication(
            List<byte[]> records,
            List<String> ids,
            long seen,
            @Nullable String key,
            String content) {
        /** Copies the lists. */
        public Publication {
            records = List.copyOf(records);
            ids = List.copyOf(ids);
        }

        /** Events without ids or a key. */
        public static Publication of(List<byte[]> records) {
            return new Publication(records, List.of(), Long.MAX_VALUE, null, "");
        }

        /** About what it takes up on its way. */
        public long bytes() {
            long bytes = (long) content.length() + (key == null ? 0 : key.length());
            for (byte[] each : records) {
                bytes += each.length;
            }
            for (String id : ids) {
                bytes += id.length();
            }
            return bytes;
        }
    }

    /** What became of a publication. */
    sealed interface Outcome {}

    /**
     * It is in the log.
     *
     * @param first the position of its first event; the head if it had none
     */
    record Appended(long first) implements Outcome {}

    /**
     * Its key was known; nothing was appended.
     *
     * @param first what the first append answered
     * @param content what the first append came with
     */
    record Remembered(long first, String content) implements Outcome {}

    /**
     * An event with one of its ids was appended behind {@link Publication#seen}; nothing was appended. Whoever has everything
     * up to {@code position} may look again.
     */
    record Overtaken(long position) implements Outcome {}

    /** It takes up more than one publication ever may, see {@link PublicationTooLarge}; nothing was appended. */
    record TooLarge(long bytes, long mostBytes) implements Outcome {}

    /**
     * An event as it lies in the log.
     *
     * @param position its position
     * @param storedMs when it was appended, by the engine's clock, in milliseconds since 1970
     * @param record its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
    record Stored(long position, long storedMs, byte[] record) {}

    /** Follows the log. Its methods are called one at a time, in order; while one runs, no more is read. */
    interface Follower {
        /**
         * The log goes on: events in order, each position above all before. A hole after the last one is either trimmed, and
         * then it ends at {@link Stand#keptAfter}, or lies between two lives; a {@link #stand} came before in both cases.
         */
        void events(List<Stored> events);

        /** Where the log stands: before the first event, after each time that the engine was away, and at each new life. */
        void stand(Stand stand);

        /** The engine can't be read. It comes once, until {@link #back}. */
        void away(String why);

        /** The engine can be read again. */
        void back();
    }

    /**
     * Events as they lie there.
     *
     * @param events in order
     * @param upTo what has been read up to: no event that is kept lies between it and those that are here
     */
    record Stretch(List<Stored> events, long upTo) {
        /** Copies the list. */
        public Stretch {
            events = List.copyOf(events);
        }
    }

    /**
     * Meets the engine; has to complete before anything else is asked of it. Makes a log where there is none. Where the engine
     * has less than this node knows, or another log in which the known positions may be given out again, a new life begins;
     * a node that knows nothing never makes one in a log that is there.
     *
     * @return completes with where the log stands; exceptionally with {@link HistoryUnavailable} if the engine can't be
     *     reached, or with what the implementation documents if it will not do
     */
    CompletionStage<Stand> attach(Known known);

    /**
     * Appends publications, in order, in one step of the engine. One call at a time: the next one after this one's answer.
     *
     * @param sequence counts the batches of this object, from 1. The same batch under the same sequence may be appended again
     *     until its outcomes are known; it is stored once
     * @param batch at least one
     * @return completes with the outcome of each, once all that was appended is as safe as the log is set to make it;
     *     exceptionally with {@link HistoryUnavailable} if nothing of it was stored by this call, or with {@link
     *     OutcomeUnknown} if nobody knows
     */
    CompletionStage<List<Outcome>> append(long sequence, List<Publication> batch);

    /**
     * Follows everything behind a position, until the result is closed; {@link Follower#stand} comes first. After a loss it goes
     * on with the next life, after trimming with what is kept. One follower at a time.
     *
     * @param after a position from {@link #attach}
     */
    AutoCloseable follow(long after, Follower follower);

    /**
     * Reads a stretch, for a node's first copy.
     *
     * @param after any position
     * @param mostEvents most events, 1 to 1,000
     * @param mostBytes the stretch ends once it has so many bytes; it has one event at least
     */
    CompletionStage<Stretch> read(long after, int mostEvents, long mostBytes);

    /** Where the log stood when this node heard of it last, about every second; empty before {@link #attach}. */
    Optional<Stand> stand();

    /** Why nothing can be appended at present, in words without addresses or secrets; empty while it can. */
    Optional<String> fault();

    /** Ends following, fails what is under way, and lets go of connections, within a second. */
    @Override
    void close();
}
