package dev.fanfare.log;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.Selector;
import dev.fanfare.event.Topic;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * The log: gives each event its position and keeps it for clients that were away. A port; implementations are thread-safe.
 *
 * <p>No method blocks its caller; an implementation that reads or writes a disk does so on threads of its own and completes
 * the stage there. Positions rise from 1, without holes but for where a log that nodes share has begun a new life. What {@link
 * #append} has completed is what readers find.
 */
public interface History extends AutoCloseable {
    /**
     * Names one life of this log: letters and digits only, another one whenever the events begin anew, so that a position
     * of one log is never taken for a position in another.
     */
    String epoch();

    /** The epoch in which a position is one of this log; the newest one where it is none. */
    default String epochAt(long position) {
        return epoch();
    }

    /** The position of the newest event, 0 if there was none yet. */
    long head();

    /**
     * Whether a position of an epoch is one of this log, so that a client goes on behind it. A history that hears of events from
     * elsewhere waits for them a while.
     *
     * @return completes with false where the position is of another log, was taken back, or does not come
     */
    default CompletionStage<Boolean> has(String epoch, long position) {
        return CompletableFuture.completedStage(epoch.equals(epoch()) && position <= head());
    }

    /** The position behind which about so many events are the newest ones; not below {@link #keptAfter}. */
    default long before(long newest) {
        return Math.max(keptAfter(), head() - newest);
    }

    /**
     * Has a follower hear of all that comes from now on, after those that follow already. To be called before the first event
     * is appended. A history of this process alone calls it before the stage of an append completes, in the thread that
     * completes it.
     */
    void follow(Follower follower);

    /**
     * Appends events, all or none, side by side.
     *
     * @param events at least one
     * @return completes with the position of the first, once all are as safe as this history makes them; completes
     *     exceptionally if none was appended, and no position is used up then: with {@link HistoryUnavailable} if the same
     *     events may be taken later, with {@link PublicationTooLarge} if they never will; or with {@link OutcomeUnknown} if
     *     nobody knows whether they were appended
     */
    CompletionStage<Long> append(List<Event> events);

    /**
     * Appends as {@link #append} does, unless another node has appended an event with one of the ids of these since this one
     * looked.
     *
     * @param seen up to which position this node has looked for these ids
     * @return as {@link #append}; exceptionally also with {@link AppendOvertaken}. A history of this process alone can't be
     *     overtaken
     */
    default CompletionStage<Long> appendOnce(List<Event> events, long seen) {
        return append(events);
    }

    /**
     * Completes once it is known where "from now on" is: at once, but for a history that has to catch up with others first. That
     * one is waited for a while; then it completes exceptionally with {@link HistoryUnavailable}.
     */
    default CompletionStage<Void> ready() {
        return CompletableFuture.completedStage(null);
    }

    /**
     * Reads the selected events after a position, oldest first.
     *
     * @param after a position from 0 to {@link #head}
     * @param selectors any of them selects an event
     * @param maxEvents most events to return, at least 1
     * @return a page that reaches beyond {@code after} unless nothing follows; its events may be fewer than asked for, and
     *     more may follow its end
     */
    CompletionStage<Page> read(long after, Set<Selector> selectors, int maxEvents);

    /** Most events with one id that {@link #find} looks at. */
    int MOST_OF_ONE_ID = 64;

    /**
     * Finds the event that a publisher gave an id to, among those that whoever asks may know of. Of several, the earliest one
     * still kept.
     *
     * @param known whether an event may be known of; others are as if they were not there. Of events with the id, the earliest
     *     {@value #MOST_OF_ONE_ID} are asked about
     * @return completes with its position, or empty if it is not kept
     */
    CompletionStage<OptionalLong> find(EventId id, Predicate<Event> known);

    /** Completes with the newest event of a topic, or empty if none is kept. */
    CompletionStage<Optional<LogEntry>> last(Topic topic);

    /**
     * Completes with the newest event of a topic at a position or before it, or empty if none is kept. What keeps no more than
     * the newest of a topic has none before that.
     */
    default CompletionStage<Optional<LogEntry>> last(Topic topic, long upTo) {
        return last(topic).thenApply(found -> found.filter(entry -> entry.position() <= upTo));
    }

    /** The position after which all events are still kept. */
    long keptAfter();

    /** Whether other nodes append to this log too; what they append is heard of by {@link #follow} alone. */
    default boolean isShared() {
        return false;
    }

    /** Why events can't be kept at present, in words that give away no file name; empty while they can. */
    default Optional<String> fault() {
        return Optional.empty();
    }

    /** Why this history will not work again by itself, in words that give away no file name; empty while it does or may. */
    default Optional<String> broken() {
        return Optional.empty();
    }

    /** What it holds and has done, for metrics. */
    default HistoryStats stats() {
        return HistoryStats.NONE;
    }

    /** Lets go of what is held, within a second whatever hangs. Appending afterwards fails. */
    @Override
    void close();
}
