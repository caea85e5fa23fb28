package dev.fanfare.server.grizzly;

import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells the log of faults that nothing else has caught, once a minute at most: whoever finds a request that causes one could
 * fill the log with it. Thread-safe.
 */
final class FaultNet {
    private static final System.Logger LOG = System.getLogger(FaultNet.class.getName());
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Ticker ticker;
    private final AtomicLong notBeforeNanos;
    private final AtomicLong untold = new AtomicLong();

    FaultNet(Ticker ticker) {
        this.ticker = ticker;
        this.notBeforeNanos = new AtomicLong(ticker.nanos());
    }

    void caught(Throwable fault) {
        long now = ticker.nanos();
        long notBefore = notBeforeNanos.get();
        if (now - notBefore < 0 || !notBeforeNanos.compareAndSet(notBefore, now + PAUSE.toNanos())) {
            untold.incrementAndGet();
            return;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "A request failed by a fault in the server and got a 500; " + untold.getAndSet(0)
                        + " others did since the last such line",
                fault);
    }
}
