package dev.fanfare.hub;

/**
 * What a hub holds and has done, at one moment. Counters begin with the hub and only grow.
 *
 * @param replays how often a client began to read history, because it came with an older id or fell behind the tail
 * @param gaps how often a client was told of events that are gone, or of an id that nobody knows
 * @param channels channels with subscribers
 * @param events events published
 * @param bytes their bytes, encoded
 * @param tailEvents events in the tail
 * @param tailBytes bytes of frames in it, with their overhead
 */
public record HubStats(
        long replays, long gaps, int channels, long events, long bytes, long tailEvents, long tailBytes) {}
