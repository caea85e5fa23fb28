package dev.fanfare.stream;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs a write that it is counted, beside two plain additions. A write to a socket takes some microseconds. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@State(Scope.Thread)
public class CountingBenchmark {
    private final StreamStats stats = new StreamStats();
    private StreamKind kind = StreamKind.TOPICS;
    private long events;
    private long bytes;

    /** What a writer loop does after each write. */
    @Benchmark
    public void counted() {
        stats.sent(kind, 1, 200);
    }

    /** Two plain additions. */
    @Benchmark
    public long plain() {
        events++;
        bytes += 200;
        return events + bytes;
    }
}
