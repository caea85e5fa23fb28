package dev.fanfare.status.watch;

import dev.fanfare.status.ParamsReader;
import dev.fanfare.status.ParamsRefused;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.SourceStats;
import dev.fanfare.status.StatusSource;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Ticker;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** A source under its name, with its watches. Thread-safe. */
final class RegisteredSource {
    private static final System.Logger LOG = System.getLogger(RegisteredSource.class.getName());

    private static final int LONGEST_QUOTE = 300;

    private final String name;
    private final @Nullable CountedSource source;
    private final SourceSettings settings;
    private final ParamsReader params;
    private final Pushes pushes;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Frame opening;
    private final PollGate gate;
    private final CircuitBreaker breaker;
    private final AtomicInteger failing = new AtomicInteger();

    private final WatchRegistry places;

    /** @param source null if statuses are pushed */
    RegisteredSource(
            String name,
            @Nullable StatusSource source,
            SourceSettings settings,
            StatusLog log,
            Pushes pushes,
            Ticker ticker,
            DoubleSupplier random) {
        this.name = name;
        this.source = source == null ? null : new CountedSource(source, ticker);
        this.settings = settings;
        this.params = new ParamsReader(name, settings);
        this.pushes = pushes;
        this.ticker = ticker;
        this.random = random;
        this.opening = EventEncoder.opening(settings.retry());
        this.gate = new PollGate(settings.maxPolls());
        this.breaker = new CircuitBreaker(settings.every(), random);
        this.places = new WatchRegistry(name, settings.maxWatches(), url -> new Watch(this, url, log, ticker));
    }

    SourceSettings settings() {
        return settings;
    }

    /** @throws ParamsRefused as {@link Statuses#url} */
    StatusUrl url(Map<String, List<String>> query) {
        return params.url(query);
    }

    SourceStats stats() {
        int failingNow = Math.max(0, failing.get());
        return source == null
                ? new SourceStats(watches(), failingNow, 0, 0, 0, 0, Duration.ZERO)
                : source.stats(watches(), failingNow);
    }

    boolean isPushed() {
        return source == null;
    }

    /** What was pushed last, as far as it was kept. */
    CompletionStage<Pushes.Last> lastPushed(StatusUrl url) {
        return pushes.last(url, settings);
    }

    boolean isClosed() {
        return places.isClosed();
    }

    /** What every stream of this source begins with. */
    Frame opening() {
        return opening;
    }

    @Nullable
    Poller poller(StatusUrl url, Poller.Listener listener) {
        return source == null
                ? null
                : new Poller(source, url.params(), settings, gate, breaker, ticker, random, listener);
    }

    /** The watch of a status, if there is one. */
    @Nullable
    Watch find(StatusUrl url) {
        return places.find(url);
    }

    /**
     * The watch of a status, made if there is none.
     *
     * @throws TooManyWatches if there are as many as there may be
     * @throws IllegalStateException if the service is closed
     */
    Watch watch(StatusUrl url) {
        return places.watch(url);
    }

    /** Forgets a watch that is gone. */
    void remove(StatusUrl url, Watch gone) {
        places.remove(url, gone);
    }

    /**
     * Sets a pushed status: it is kept, then clients get it. A status that has ended begins anew.
     *
     * @return completes when both are done; exceptionally if it could not be kept, and then nobody gets it
     * @throws TooManyWatches if there is no place for it; then it is not kept
     * @throws IllegalStateException if the service is closed
     */
    CompletionStage<Void> set(StatusUrl url, Newest next) {
        places.take(url);
        CompletionStage<Void> set =
                pushes.inTurn(url, () -> pushes.keep(url, next.json(), false).thenAccept(kept -> adopt(url, next)));
        return set.whenComplete((done, error) -> places.leave(url));
    }

    /** It is kept, so it can't be refused any more. Once the service is closed there is nobody to get it. */
    private void adopt(StatusUrl url, Newest next) {
        Watch watch = places.taken(url);
        while (watch != null && !watch.adopt(next)) {
            watch.drop();
            watch = places.taken(url);
        }
    }

    /** How many statuses are watched, or being set. */
    int watches() {
        return places.size();
    }

    /** All watches there are now, in the order of their URLs. */
    List<Watch> all() {
        List<Watch> all = places.watches();
        all.sort(Comparator.comparing(watch -> watch.url().toString()));
        return all;
    }

    /** One status more can't be told. Logged when it is the first; parameters are never logged, they may be secret. */
    void failing(SourceFailure failure) {
        if (failing.incrementAndGet() == 1) {
            String message = String.valueOf(failure.getMessage());
            String shown = message.length() <= LONGEST_QUOTE ? message : message.substring(0, LONGEST_QUOTE) + "…";
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The status source '" + name + "' fails: " + shown + "; it is asked again and again");
        }
    }

    /** One status more can be told again. */
    void recovered() {
        if (failing.decrementAndGet() == 0) {
            LOG.log(System.Logger.Level.INFO, "The status source '" + name + "' works again");
        }
    }

    /** Nobody asks any more for a status that could not be told. */
    void failingForgotten() {
        failing.decrementAndGet();
    }

    void close() {
        places.close();
        places.watches().forEach(Watch::drop);
        if (source != null) {
            source.letGo();
        }
    }
}
