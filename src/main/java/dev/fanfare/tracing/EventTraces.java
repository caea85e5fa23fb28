package dev.fanfare.tracing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import dev.fanfare.event.TraceContext;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing.Delivery;
import dev.fanfare.tracing.Tracing.Publication;
import dev.fanfare.tracing.Tracing.Traced;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * Only events whose publication is recorded carry a trace; for all others the one question is whether a field is null.
 *
 * A span is foreign code, and may block when it ends. So the threads that commit, dispatch and write only note the time, and the
 * pool ends the span. Where the pool does not keep up, spans are left out.
 */
/** The traces of a hub's events: of their publication, and of how they come to clients. Thread-safe; no method blocks. */
public final class EventTraces {
    /** Most events at a time of which the last client is waited for; the delivery of those beyond has no span. */
    public static final int MOST_WATCHED = 1024;

    /** Most spans that wait for the pool; those beyond are left out. */
    static final int MOST_WAITING = 4096;

    /** Most spans a second of events that clients get out of the history. */
    public static final int MOST_REPLAYS = 100;

    /** How long the last client is waited for. */
    public static final Duration LONGEST_DELIVERY = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(EventTraces.class.getName());
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Tracing tracing;
    private final Ticker ticker;
    private final Executor pool;
    private final AtomicInteger watched = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReplayBound replays = new ReplayBound();
    private volatile boolean hasLeftOut;

    /** @param pool ends the spans; its tasks may block */
    public EventTraces(Tracing tracing, Ticker ticker, Executor pool) {
        this.tracing = tracing;
        this.ticker = ticker;
        this.pool = pool;
    }

    /** See {@link Tracing#requested}. */
    public @Nullable TraceContext requested(Function<String, @Nullable String> header) {
        return tracing.requested(header);
    }

    /**
     * Publishes in a span, if it is recorded.
     *
     * @param append publishes the events, which carry the span on
     */
    public CompletionStage<List<EventId>> publishing(
            List<Event> events, Function<List<Event>, CompletionStage<List<EventId>>> append) {
        Publication span = tracing.publishing(events);
        if (span == null) {
            return append.apply(withTrace(events, null));
        }
        CompletionStage<List<EventId>> published;
        try {
            published = append.apply(withTrace(events, span.context()));
        } catch (RuntimeException | Error e) {
            end(span, null, e);
            throw e;
        }
        return published.whenComplete((ids, error) -> end(span, ids, error));
    }

    private static List<Event> withTrace(List<Event> events, @Nullable TraceContext trace) {
        if (trace == null && events.stream().allMatch(event -> event.trace() == null)) {
            return events;
        }
        return events.stream().map(event -> event.withTrace(trace)).toList();
    }

    private void end(Publication span, @Nullable List<EventId> ids, @Nullable Throwable error) {
        String first = ids == null || ids.isEmpty() ? null : ids.get(0).value();
        long at = now();
        later(() -> span.end(first, error, at));
    }

    /**
     * Begins to watch over how an event comes to its clients, from now on.
     *
     * @return null if too many are watched over
     */
    public @Nullable Watched watch(Traced event) {
        if (watched.incrementAndGet() > MOST_WATCHED) {
            watched.decrementAndGet();
            return null;
        }
        return new Watched(event);
    }

    /** A client has got an event out of the history. */
    public void replayed(Traced event) {
        if (replays.allows(ticker.nanos())) {
            long at = now();
            later(() -> tracing.delivered(new Delivery(event, at, at, 1, true, true)));
        }
    }

    private long now() {
        Instant now = ticker.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private void later(Runnable span) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            if (!hasLeftOut) {
                hasLeftOut = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Spans end more slowly than they come, and some are left out; let the tracer sample fewer");
            }
            return;
        }
        pool.execute(() -> {
            try {
                span.run();
            } catch (RuntimeException | Error e) { // foreign code
                LOG.log(System.Logger.Level.WARNING, "A span could not be ended", e);
            } finally {
                waiting.decrementAndGet();
            }
        });
    }

    /** How many are watched over. */
    int watched() {
        return watched.get();
    }

    /** An event that is on its way to clients. */
    public final class Watched {
        private final Traced event;
        private final long from = now();
        private final Ticker.Alarm alarm;

        // It may be given up before it is listed; whoever comes second then does what the first could not.
        @GuardedBy("this")
        private @Nullable Runnable onGivenUp;

        @GuardedBy("this")
        private boolean isOver;

        @GuardedBy("this")
        private int clients;

        private Watched(Traced event) {
            this.event = event;
            this.alarm = ticker.schedule(LONGEST_DELIVERY, this::giveUp);
        }

        /**
         * It has been listed for clients.
         *
         * @param forClients for how many
         * @param givenUp called if it is not waited for any longer; must not block
         */
        public void listed(int forClients, Runnable givenUp) {
            boolean isLate;
            synchronized (this) {
                clients = forClients;
                onGivenUp = givenUp;
                isLate = isOver;
            }
            if (isLate) {
                givenUp.run();
            }
        }

        /** All clients have it that were there when it was listed, or have left. */
        public void delivered() {
            over(true);
        }

        private void giveUp() {
            Runnable givenUp;
            synchronized (this) {
                givenUp = onGivenUp;
            }
            over(false);
            if (givenUp != null) {
                givenUp.run();
            }
        }

        private void over(boolean isComplete) {
            int reached;
            synchronized (this) {
                if (isOver) {
                    return;
                }
                isOver = true;
                reached = clients;
            }
            alarm.cancel();
            watched.decrementAndGet();
            if (reached > 0) {
                long to = now();
                later(() -> tracing.delivered(new Delivery(event, from, to, reached, false, isComplete)));
            }
        }
    }

    /** Counts what is done in a second. Thread-safe. */
    private static final class ReplayBound {
        @GuardedBy("this")
        private long sinceNanos;

        @GuardedBy("this")
        private int count;

        synchronized boolean allows(long nowNanos) {
            if (count == 0 || nowNanos - sinceNanos >= SECOND_NANOS) {
                sinceNanos = nowNanos;
                count = 0;
            }
            if (count == MOST_REPLAYS) {
                return false;
            }
            count++;
            return true;
        }
    }
}
