package dev.fanfare.wire;

import dev.fanfare.event.Event;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to encode an event, which is done once for all its clients. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class EncoderBenchmark {
    /** Characters of data. */
    @Param({"200", "1024", "16384"})
    int length;

    /** In how many lines. */
    @Param({"1", "10"})
    int lines;

    private Event event = Event.of("");

    @Setup
    public void prepare() {
        String line = "x".repeat(length / lines - 1) + "\n";
        event = Event.builder()
                .id("#3q2imsya2yejt.29")
                .type("update")
                .data(line.repeat(lines))
                .build();
    }

    /** An event with id, type and data. */
    @Benchmark
    public Frame encode() {
        return EventEncoder.encode(event);
    }
}
