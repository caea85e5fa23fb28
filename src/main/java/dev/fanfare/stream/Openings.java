package dev.fanfare.stream;

import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * What streams begin with. The reconnection delay differs from client to client, from one to two times what is configured,
 * so that clients whose connections end together do not all reconnect together. Immutable.
 */
public final class Openings {
    private static final int VARIANTS = 16;

    private final List<Frame> frames;

    /** @param retry the shortest delay */
    public Openings(Duration retry) {
        long ms = retry.toMillis();
        frames = IntStream.range(0, VARIANTS)
                .mapToObj(i -> EventEncoder.opening(Duration.ofMillis(ms + ms * i / (VARIANTS - 1))))
                .toList();
    }

    /** The opening for the next client. */
    public Frame next() {
        return frames.get(ThreadLocalRandom.current().nextInt(VARIANTS));
    }
}
