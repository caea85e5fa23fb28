package dev.fanfare.status.poll;

import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** A source that is asked, with what all its pollers share: the gate, the breaker, the counters. Thread-safe. */
public final class PolledSource {
    /** So many different watches have to find the source gone before one asks for all. */
    public static final int MOST_FAILING = CircuitBreaker.MOST_FAILING;

    private final String name;
    private final CountedSource source;
    private final Tracing tracing;
    private final SourceSettings settings;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final PollGate gate;
    private final CircuitBreaker breaker;

    /**
     * A source that nobody has asked yet.
     *
     * @param name what its spans are named by
     * @param random numbers from 0 to 1 that spread the polls
     * @param tracing where the spans of polls go
     */
    public PolledSource(
            String name,
            StatusSource source,
            SourceSettings settings,
            Ticker ticker,
            DoubleSupplier random,
            Tracing tracing) {
        this.name = name;
        this.source = new CountedSource(source, ticker);
        this.tracing = tracing;
        this.settings = settings;
        this.ticker = ticker;
        this.random = random;
        this.gate = new PollGate(settings.maxPolls());
        this.breaker = new CircuitBreaker(settings.every(), random);
    }

    /** Asks for one status, once it is started. */
    public Poller poller(StatusUrl url, PollListener listener) {
        return poller(url, listener, () -> Duration.ZERO);
    }

    /**
     * Asks for one status, once it is started, and not while it is held back.
     *
     * @param heldBack for how long a poll that is due has to wait, and to ask again then; zero if it may go on
     */
    public Poller poller(StatusUrl url, PollListener listener, Supplier<Duration> heldBack) {
        return new Poller(traced(url), url.params(), settings, gate, breaker, ticker, random, listener, heldBack);
    }

    private StatusSource traced(StatusUrl url) {
        return tracing == Tracing.NONE ? source : new TracedSource(source, tracing, name, url);
    }

    /** How it is asked. */
    public SourceSettings settings() {
        return settings;
    }

    /**
     * What the source has said so far.
     *
     * @param watches how many of its statuses are watched
     * @param failing how many of them can't be told
     */
    public SourceStats stats(int watches, int failing) {
        return source.stats(watches, failing);
    }

    /** The service is closed: threads of the source's own need not stay. */
    public void letGo() {
        source.letGo();
    }
}
