package dev.fanfare.rest;

import dev.fanfare.hub.HubSettings;

/**
 * What requests to the hub may ask for.
 *
 * @param eventBytes most bytes of the body of a publish, 1 KiB to 64 MiB
 * @param topics most topics of an event, at least 1
 * @param selectors most selectors of a subscription, at least 1
 * @param templates most different URI templates that all clients together subscribe to, 0 or more
 */
public record HubLimits(int eventBytes, int topics, int selectors, int templates) {
    /** The range of {@code eventBytes}. */
    public static final int LEAST_EVENT_BYTES = 1 << 10;

    /** The range of {@code eventBytes}. */
    public static final int MOST_EVENT_BYTES = 64 << 20;

    /** 1 MiB, 1000 topics, 1000 selectors, 10000 templates. */
    public static final HubLimits DEFAULTS = new HubLimits(1 << 20, 1000, 1000, HubSettings.DEFAULT_MAX_TEMPLATES);

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public HubLimits {
        if (eventBytes < LEAST_EVENT_BYTES || eventBytes > MOST_EVENT_BYTES) {
            throw new IllegalArgumentException("event is " + eventBytes + " bytes; it must be from 1KiB to 64MiB");
        }
        requirePositive("topics", topics);
        requirePositive("selectors", selectors);
        if (templates < 0) {
            throw new IllegalArgumentException("templates is " + templates + "; it must be at least 0");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least 1");
        }
    }
}
