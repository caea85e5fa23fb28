package dev.fanfare.hub;

/**
 * How clients have resumed, at one moment. Counters begin with the hub and only grow.
 *
 * @param replays how often a client began to read history, because it came with an older id or fell behind the tail
 * @param gaps how often a client was told of events that are gone, or of an id that nobody knows
 */
public record HubStats(long replays, long gaps) {}
