package dev.fanfare.status.watch;

import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Ticker;
import java.util.function.DoubleSupplier;

/** A source that is asked, with what all its pollers share: the gate, the breaker, the counters. Thread-safe. */
final class PolledSource {
    private final CountedSource source;
    private final SourceSettings settings;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final PollGate gate;
    private final CircuitBreaker breaker;

    PolledSource(StatusSource source, SourceSettings settings, Ticker ticker, DoubleSupplier random) {
        this.source = new CountedSource(source, ticker);
        this.settings = settings;
        this.ticker = ticker;
        this.random = random;
        this.gate = new PollGate(settings.maxPolls());
        this.breaker = new CircuitBreaker(settings.every(), random);
    }

    Poller poller(StatusUrl url, Poller.Listener listener) {
        return new Poller(source, url.params(), settings, gate, breaker, ticker, random, listener);
    }

    SourceStats stats(int watches, int failing) {
        return source.stats(watches, failing);
    }

    /** The service is closed: threads of the source's own need not stay. */
    void letGo() {
        source.letGo();
    }
}
