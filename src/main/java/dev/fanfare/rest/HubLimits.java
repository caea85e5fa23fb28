package dev.fanfare.rest;

import dev.fanfare.event.Ranges;
import dev.fanfare.hub.HubSettings;

/**
 * What requests to the hub may ask for.
 *
 * @param eventBytes most bytes of the body of a publish, 1 KiB to 64 MiB
 * @param topics most topics of an event, at least 1
 * @param selectors most selectors of a subscription, at least 1
 * @param members most topics and statuses of a stream that has several, at least 1
 * @param templates most different URI templates that all clients together subscribe to, 0 or more
 * @param anonymousPasses how many times a topic is read at most to compare it with those of clients without a token, 0 or more
 */
public record HubLimits(int eventBytes, int topics, int selectors, int members, int templates, int anonymousPasses) {
    /** The range of {@code eventBytes}. */
    public static final int LEAST_EVENT_BYTES = 1 << 10;

    /** The range of {@code eventBytes}. */
    public static final int MOST_EVENT_BYTES = 64 << 20;

    /** 1 MiB, 1000 topics, 1000 selectors, 1000 members, 10000 templates, 3000 passes. */
    public static final HubLimits DEFAULTS = new HubLimits(
            1 << 20, 1000, 1000, 1000, HubSettings.DEFAULT_MAX_TEMPLATES, HubSettings.DEFAULT_ANONYMOUS_PASSES);

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public HubLimits {
        Ranges.requireBetween("event", eventBytes, LEAST_EVENT_BYTES, MOST_EVENT_BYTES);
        Ranges.requireAtLeast("topics", topics, 1);
        Ranges.requireAtLeast("selectors", selectors, 1);
        Ranges.requireAtLeast("members", members, 1);
        Ranges.requireAtLeast("templates", templates, 0);
        Ranges.requireAtLeast("anonymousPasses", anonymousPasses, 0);
    }
}
