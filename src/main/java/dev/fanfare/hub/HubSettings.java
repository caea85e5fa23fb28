package dev.fanfare.hub;

import dev.fanfare.log.LogMode;

/**
 * How a hub behaves.
 *
 * @param mode what becomes of ids, and of a client that fell behind what is kept
 * @param tailEvents most events in the tail
 * @param tailBytes most bytes of frames in the tail
 * @param replayMax most events to replay to a client whose id is unknown; 0 or more
 * @param maxTemplates most different URI templates that may be subscribed to at a time; 0 or more
 * @param anonymousPasses how many times a topic may be read to compare it with the templates of clients that nobody vouches
 *     for; 0 or more
 */
public record HubSettings(
        LogMode mode, int tailEvents, long tailBytes, int replayMax, int maxTemplates, int anonymousPasses) {
    /** How many different templates may be subscribed to unless something else is set. */
    public static final int DEFAULT_MAX_TEMPLATES = 10_000;

    /** A thousand ordinary templates, such as {@code https://example.com/jobs/{id}}, that select among the same topics. */
    public static final int DEFAULT_ANONYMOUS_PASSES = 3_000;

    /** A hub that replays nothing to a client whose id is unknown, with the default bounds on templates. */
    public static HubSettings of(LogMode mode, int tailEvents, long tailBytes) {
        return new HubSettings(mode, tailEvents, tailBytes, 0, DEFAULT_MAX_TEMPLATES, DEFAULT_ANONYMOUS_PASSES);
    }

    /** The same with another number of events to replay. */
    public HubSettings replayMax(int newReplayMax) {
        return new HubSettings(mode, tailEvents, tailBytes, newReplayMax, maxTemplates, anonymousPasses);
    }

    /** The same with another number of templates. */
    public HubSettings maxTemplates(int newMaxTemplates) {
        return new HubSettings(mode, tailEvents, tailBytes, replayMax, newMaxTemplates, anonymousPasses);
    }

    /** The same with another bound on what templates of clients that nobody vouches for may cost. */
    public HubSettings anonymousPasses(int newAnonymousPasses) {
        return new HubSettings(mode, tailEvents, tailBytes, replayMax, maxTemplates, newAnonymousPasses);
    }
}
