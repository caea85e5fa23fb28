package dev.fanfare.stream;

import dev.fanfare.event.Ranges;
import java.time.Duration;

/**
 * How streams behave, for all of them.
 *
 * @param heartbeat a comment is sent after this long without an event; 100 ms to 1 h
 * @param retry the reconnection delay told to clients on opening; 0 to 1 d
 * @param tailEvents most events in the tail; 16 to {@value #MOST_TAIL_EVENTS}
 * @param tailBytes most bytes of frames in the tail; at least 64 KiB
 * @param pinnedBytes most bytes of half-written frames, all clients together; at least 64 KiB
 * @param sendBufferBytes SO_SNDBUF of each client's socket where it can be set; at least 4 KiB
 * @param writeTimeout how long a client may take nothing, or less than 1 KiB/s; 100 ms to 1 h
 * @param maxDuration how long hub and status streams last before the client has to reconnect, up to 10% less by chance; at least 1 s
 * @param positions which clients get blocks that hold an id and no data
 */
public record StreamSettings(
        Duration heartbeat,
        Duration retry,
        int tailEvents,
        long tailBytes,
        long pinnedBytes,
        int sendBufferBytes,
        Duration writeTimeout,
        Duration maxDuration,
        Positions positions) {

    /** The tail's places are there from the start, so a slip of the pen would take all memory. */
    public static final int MOST_TAIL_EVENTS = 1 << 22;

    /** The defaults of {@code docs/reference/configuration.md}. */
    public static final StreamSettings DEFAULTS = new StreamSettings(
            Duration.ofSeconds(15),
            Duration.ofSeconds(3),
            65_536,
            Math.max(4L << 20, HeapShare.of(8, 64L << 20)),
            HeapShare.of(8, 256L << 20),
            128 << 10,
            Duration.ofSeconds(30),
            Duration.ofHours(1));

    /** Settings by which browsers get positions. */
    public StreamSettings(
            Duration heartbeat,
            Duration retry,
            int tailEvents,
            long tailBytes,
            long pinnedBytes,
            int sendBufferBytes,
            Duration writeTimeout,
            Duration maxDuration) {
        this(
                heartbeat,
                retry,
                tailEvents,
                tailBytes,
                pinnedBytes,
                sendBufferBytes,
                writeTimeout,
                maxDuration,
                Positions.BROWSERS);
    }

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public StreamSettings {
        Ranges.requireBetween("heartbeat", heartbeat, Duration.ofMillis(100), Duration.ofHours(1));
        Ranges.requireBetween("retry", retry, Duration.ZERO, Duration.ofDays(1));
        Ranges.requireBetween("tail-events", tailEvents, 16, MOST_TAIL_EVENTS);
        Ranges.requireAtLeast("tail-bytes", tailBytes, 64 << 10);
        Ranges.requireAtLeast("pinned-bytes", pinnedBytes, 64 << 10);
        Ranges.requireAtLeast("send-buffer", sendBufferBytes, 4 << 10);
        Ranges.requireBetween("write-timeout", writeTimeout, Duration.ofMillis(100), Duration.ofHours(1));
        Ranges.requireBetween("max-duration", maxDuration, Duration.ofSeconds(1), Duration.ofDays(365));
    }
}
