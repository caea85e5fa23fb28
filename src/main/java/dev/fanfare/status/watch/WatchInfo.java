package dev.fanfare.status.watch;

import dev.fanfare.status.StatusUrl;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a watch is doing.
 *
 * @param clients how many streams it has
 * @param ruleSets how many different rule sets they have
 * @param lastPoll when the source was asked last, or was heard of last if another node asks; null if never, or if statuses are
 *     pushed
 * @param nextPoll when this node will ask it next; null while it is asked, or if it will not be
 * @param asOf when the source last gave a good answer, or the status was set; null if never
 * @param failures how many polls have failed since
 * @param reason why, in words that clients may see; null if none has
 * @param owner the node that asks for all nodes; null if there are no others, if nobody asks, or if statuses are pushed
 */
public record WatchInfo(
        StatusUrl url,
        State state,
        int clients,
        int ruleSets,
        @Nullable Instant lastPoll,
        @Nullable Instant nextPoll,
        @Nullable Instant asOf,
        int failures,
        @Nullable String reason,
        @Nullable String owner) {

    /** What is known of the status. */
    public enum State {
        /** Nothing yet. */
        UNKNOWN,
        /** The newest status. */
        FRESH,
        /** None, or an old one: the source fails. */
        STALE,
        /** The final one. */
        ENDED
    }
}
