package dev.fanfare.hub;

import dev.fanfare.event.Event;
import dev.fanfare.event.Selector;
import dev.fanfare.history.NoHistory;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.WriterLoops;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an event costs from its publishing to the outlet of its one client, beside channels that it does not concern. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Benchmark)
public class ChannelsBenchmark {
    private static final int BURST = 64;

    /** How many channels with a client each. */
    @Param({"1", "1000", "100000"})
    int channels;

    private final AtomicLong written = new AtomicLong();
    private final SystemTicker ticker = new SystemTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final Hub hub = new Hub(new NoHistory(), loops, HubSettings.of(LogMode.LIVE, 65_536, 64L << 20));
    private Event[] events = new Event[0];

    /** An outlet in memory that takes everything. */
    private final class Counting implements Outlet {
        @Override
        public void open(Listener listener, java.nio.channels.Selector selector) {}

        @Override
        public int write(Batch batch, int from) {
            int taken = batch.size() - from;
            written.addAndGet(taken);
            return taken;
        }

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public long acceptedBytes() {
            return 0;
        }

        @Override
        public void finish() {}

        @Override
        public void abort() {}
    }

    /** Has the clients join; the events are for clients that lie far apart. */
    @Setup(Level.Trial)
    public void join() {
        for (int i = 0; i < channels; i++) {
            List<Selector> selectors = List.of(Selector.parse("https://example.com/books/" + i));
            hub.subscribe(Counting::new, JoinRequest.to(selectors).with(Rights.ALL), reason -> {});
        }
        events = new Event[BURST];
        for (int i = 0; i < BURST; i++) {
            String topic = "https://example.com/books/" + (long) i * channels / BURST;
            events[i] = Event.builder().topic(topic).data("x".repeat(200)).build();
        }
    }

    /** Ends the loops. */
    @TearDown(Level.Trial)
    public void close() {
        loops.close();
        ticker.close();
    }

    /** A burst of events, until all of them have been written. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void publishedAndWritten() {
        long all = written.get() + BURST;
        for (Event event : events) {
            hub.publish(event);
        }
        while (written.get() < all) {
            Thread.yield(); // the loops may need this core
        }
    }
}
