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
 */
public record HubLimits(int eventBytes, int topics, int selectors, int members, int templates) {
    /** The range of {@code eventBytes}. */
    public static final int LEAST_EVENT_BYTES = 1 << 10;

    /** The range of {@code eventBytes}. */
    public static final int MOST_EVENT_BYTES = 64 << 20;

    /** 1 MiB, 1000 topics, 1000 selectors, 1000 members, 10000 templates. */
    public static final HubLimits DEFAULTS =
            new HubLimits(1 << 20, 1000, 1000, 1000, HubSettings.DEFAULT_MAX_TEMPLATES);

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public HubLimits {
        Ranges.requireBetween("event", eventBytes, LEAST_EVENT_BYTES, MOST_EVENT_BYTES);
        Ranges.requireAtLeast("topics", topics, 1);
        Ranges.requireAtLeast("selectors", selectors, 1);
        Ranges.requireAtLeast("members", members, 1);
        Ranges.requireAtLeast("templates", templates, 0);
    }
}
