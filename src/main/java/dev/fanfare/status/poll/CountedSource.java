package dev.fanfare.status.poll;

import dev.fanfare.status.BlockingReads;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what a source says. A read counts when its stage completes; one that took too long is cancelled, and failed. */
final class CountedSource implements StatusSource {
    private final StatusSource source;
    private final Ticker ticker;
    private final LongAdder told = new LongAdder();
    private final LongAdder unchanged = new LongAdder();
    private final LongAdder gone = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    CountedSource(StatusSource source, Ticker ticker) {
        this.source = source;
        this.ticker = ticker;
    }

    @Override
    public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
        long start = ticker.nanos();
        CompletionStage<Reading> stage;
        try {
            stage = source.read(params, validator);
        } catch (RuntimeException | Error e) {
            count(start, null);
            throw e;
        }
        stage.whenComplete((reading, error) -> count(start, reading));
        return stage; // and not the one that depends on it: to cancel that would leave the read open
    }

    /** The service is closed: threads of the source's own need not stay. */
    void letGo() {
        if (source instanceof BlockingReads blocking) {
            blocking.letGo();
        }
    }

    private void count(long start, @Nullable Reading reading) {
        nanos.add(ticker.nanos() - start);
        if (reading instanceof Reading.Value) {
            told.increment();
        } else if (reading instanceof Reading.Unchanged) {
            unchanged.increment();
        } else if (reading instanceof Reading.Gone || reading instanceof Reading.Missing) {
            gone.increment();
        } else {
            failed.increment();
        }
    }

    SourceStats stats(int watches, int failing) {
        return new SourceStats(
                watches, failing, told.sum(), unchanged.sum(), gone.sum(), failed.sum(), Duration.ofNanos(nanos.sum()));
    }
}
