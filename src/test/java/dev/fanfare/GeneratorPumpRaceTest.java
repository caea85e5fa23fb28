package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class GeneratorPumpRaceTest {
    private static final int EVENTS = 1_000;
    private static final StreamSettings DEFAULTS = StreamSettings.DEFAULTS;

    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(
            new StreamSettings(
                    Duration.ofMillis(100),
                    DEFAULTS.retry(),
                    DEFAULTS.tailEvents(),
                    DEFAULTS.tailBytes(),
                    DEFAULTS.pinnedBytes(),
                    DEFAULTS.sendBufferBytes(),
                    DEFAULTS.writeTimeout(),
                    DEFAULTS.maxDuration()),
            ticker);
    private final ExecutorService pool = Executors.newFixedThreadPool(4);

    @AfterEach
    void close() {
        loops.close();
        pool.shutdownNow();
    }

    /** After each heartbeat a client could take more, also while an event is just being offered to it. */
    @Test
    void heartbeatsNeverHaveTheGeneratorAskedTwiceAtATimeOrOutOfTurn() {
        RecordingOutlet outlet = new RecordingOutlet();
        AtomicBoolean ended = new AtomicBoolean();
        pool.execute(() -> {
            while (!ended.get()) {
                ticker.advance(Duration.ofMillis(100));
            }
        });
        Iterator<Event> events =
                IntStream.range(0, EVENTS).mapToObj(i -> Event.of("" + i)).iterator();
        GeneratorPump.start(loops, outlet, Reader.UNKNOWN, EventGenerator.of(events), pool);
        outlet.awaitEnd();
        ended.set(true);
        assertThat(outlet.data())
                .isEqualTo(IntStream.range(0, EVENTS).mapToObj(String::valueOf).toList());
    }
}
