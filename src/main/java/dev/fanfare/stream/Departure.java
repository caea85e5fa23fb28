package dev.fanfare.stream;

import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Has the streams of one loop leave one after the other. Those that end by themselves meanwhile leave a pause, so that the
 * others keep their times. Confined to the loop's thread.
 */
final class Departure implements Runnable {
    /** Streams whose times are closer than this leave together. */
    private static final long LEAST_PAUSE_NANOS = 5_000_000;

    private final Executor loop;
    private final Ticker ticker;
    private final List<Consumer<Frame>> streams;
    private final EvenSpread spread;
    private final long beganNanos;
    private int gone;

    /** @param streams what has each stream leave behind a last frame, in their order */
    Departure(Executor loop, Ticker ticker, List<Consumer<Frame>> streams, EvenSpread spread) {
        this.loop = loop;
        this.ticker = ticker;
        this.streams = streams;
        this.spread = spread;
        this.beganNanos = ticker.nanos();
    }

    @Override
    public void run() {
        long elapsedNanos = ticker.nanos() - beganNanos;
        for (int due = spread.due(elapsedNanos); gone < due; gone++) {
            streams.get(gone).accept(EventEncoder.opening(spread.retry(gone)));
        }
        if (gone < streams.size()) {
            long pauseNanos = Math.max(LEAST_PAUSE_NANOS, spread.leavesAtNanos(gone) - elapsedNanos);
            ticker.schedule(Duration.ofNanos(pauseNanos), () -> loop.execute(this));
        }
    }
}
