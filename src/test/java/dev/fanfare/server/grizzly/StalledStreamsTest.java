package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Fanfare;
import dev.fanfare.FanfareBuilder;
import dev.fanfare.Parts;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.Loops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.StreamClient;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of the standalone server's outlet that do not read, among those that do. */
@Timeout(240)
class StalledStreamsTest {
    private static final int SEND_BUFFER_BYTES = 16 * 1024;
    private static final StreamSettings DEFAULTS = StreamSettings.DEFAULTS;

    private final GrizzlyOutlets outlets = new GrizzlyOutlets(SEND_BUFFER_BYTES);
    private Fanfare fanfare = Fanfare.create();
    private final OwnApplication application =
            new OwnApplication((sink, lastEventId) -> fanfare.subscribe(sink, lastEventId, "a"), outlets);

    @AfterEach
    void close() {
        fanfare.close();
        application.close();
    }

    private WriterLoops start(FanfareBuilder builder) {
        fanfare = builder.outlets(outlets).build();
        return Parts.of(fanfare).loops();
    }

    @Test
    void aClientThatStallsIsClosedAfterTheWriteTimeout() {
        ManualTicker ticker = new ManualTicker();
        WriterLoops loops = start(Fanfare.builder().ticker(ticker));
        StreamClient client = application.client();
        await().until(() -> loops.openStreams() == 1);
        for (int i = 0; i < 1000; i++) {
            fanfare.publish("a", "x".repeat(4096));
        }
        long timeout = DEFAULTS.writeTimeout().toSeconds();
        long seconds = 0;
        while (loops.openStreams() > 0 && seconds < 4 * timeout) {
            ticker.advance(Duration.ofSeconds(1));
            Loops.settle(loops);
            seconds++;
        }
        // As long as the sockets still take something it begins anew.
        assertThat(seconds).isBetween(timeout, 3 * timeout);
        assertThat(loops.pinnedBytes()).isZero();
        assertThat(client.read().awaitEnd()).isEqualTo(StreamClient.End.CUT_OFF);
        assertThat(client.events()).isNotEmpty().hasSizeLessThan(1000);
        assertThat(outlets.streamsFrom("127.0.0.1")).isZero();
    }

    /** By Grizzly's own output, as over TLS, where clients do not share the bytes that wait for them: sixty times an event, without a bound. */
    @Test
    void largeEventsToManyThatReadNothingHoldNoMoreThanTheBoundAndAFewWritesOfEachLoop() {
        int event = 1 << 20;
        long bound = 8L << 20;
        GrizzlyOutlets throughGrizzly = new GrizzlyOutlets(SEND_BUFFER_BYTES, false);
        fanfare = Fanfare.builder()
                .outlets(throughGrizzly)
                .streams(new StreamSettings(
                        DEFAULTS.heartbeat(),
                        DEFAULTS.retry(),
                        DEFAULTS.tailEvents(),
                        DEFAULTS.tailBytes(),
                        bound,
                        SEND_BUFFER_BYTES,
                        DEFAULTS.writeTimeout(),
                        DEFAULTS.maxDuration()))
                .build();
        WriterLoops loops = Parts.of(fanfare).loops();
        try (OwnApplication own =
                new OwnApplication((sink, lastEventId) -> fanfare.subscribe(sink, lastEventId, "a"), throughGrizzly)) {
            for (int i = 0; i < 60; i++) {
                own.client();
            }
            await().until(() -> loops.openStreams() == 60);
            AtomicLong most = new AtomicLong();
            AtomicBoolean ended = new AtomicBoolean();
            Thread watch = new Thread(() -> {
                while (!ended.get()) {
                    most.accumulateAndGet(loops.pinnedBytes(), Math::max);
                    Thread.onSpinWait();
                }
            });
            watch.start();
            for (int i = 0; i < 4; i++) {
                fanfare.publish("a", "x".repeat(event));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> loops.openStreams() <= 20);
            ended.set(true);
            most.accumulateAndGet(loops.pinnedBytes(), Math::max); // the watch may not have had its turn
            assertThat(most.get()).isBetween(bound / 2, bound + loops.count() * 4L * (event + 128L * 1024));
        }
    }

    @Test
    void fiftyThatStallAreNothingToTheOtherNineHundredAndFifty() {
        int events = 120;
        ManualTicker ticker = new ManualTicker(); // those who read have all the time that they need
        WriterLoops loops = start(Fanfare.builder()
                .ticker(ticker)
                .streams(new StreamSettings(
                        DEFAULTS.heartbeat(),
                        DEFAULTS.retry(),
                        DEFAULTS.tailEvents(),
                        DEFAULTS.tailBytes(),
                        DEFAULTS.pinnedBytes(),
                        SEND_BUFFER_BYTES,
                        Duration.ofSeconds(4),
                        DEFAULTS.maxDuration())));
        try (Crowd crowd = new Crowd(application.port(), 1000)) {
            await().until(() -> loops.openStreams() == 1000);
            crowd.readBut(50);
            String text = "x".repeat(2048) + Crowd.MARK;
            for (int i = 0; i < events; i++) {
                fanfare.publish("a", text);
            }
            await().atMost(Duration.ofSeconds(100)).until(() -> crowd.withMarks(events) == 950);
            // What the sockets of those who stall have refused is theirs, and little: one write each on top of the
            // queue.
            await().until(() -> loops.pinnedBytes() <= 50L * 128 * 1024);
            await().until(() -> {
                ticker.advance(Duration.ofSeconds(1));
                Loops.settle(loops);
                return loops.openStreams() == 950;
            });
            fanfare.publish("a", text);
            await().until(() -> crowd.withMarks(events + 1) == 950);
        }
        await().until(() -> loops.openStreams() == 0);
        assertThat(outlets.streamsFrom("127.0.0.1")).isZero();
    }

    @Test
    void anEventOfTheLargestSizeIsInMemoryOnceHoweverManyHaveNotTakenIt() {
        int clients = 300;
        int bytes = 1 << 20;
        ManualTicker ticker = new ManualTicker(); // the clients have all the time that they need
        WriterLoops loops = start(Fanfare.builder().ticker(ticker));
        try (Crowd crowd = new Crowd(application.port(), clients)) {
            await().until(() -> loops.openStreams() == clients);
            fanfare.publish("a", "x".repeat(bytes) + Crowd.MARK);
            await().until(() -> loops.pinnedBytes() > 0);
            await().during(Duration.ofMillis(500))
                    .until(() -> loops.pinnedBytes() <= Runtime.getRuntime().availableProcessors() * (bytes + 1024L));
            crowd.readBut(0);
            await().atMost(Duration.ofSeconds(100)).until(() -> crowd.withMarks(1) == clients);
            ticker.advance(Duration.ofSeconds(1));
            await().until(() -> loops.pinnedBytes() == 0);
        }
    }
}
