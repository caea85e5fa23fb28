package dev.fanfare.hub;

import dev.fanfare.event.Selector;
import java.util.List;

/**
 * A channel at one moment.
 *
 * @param selectors what its subscribers have asked for
 * @param subscribers how many they are
 * @param events how many events it has listed for them
 */
public record ChannelStats(List<Selector> selectors, int subscribers, long events) {}
