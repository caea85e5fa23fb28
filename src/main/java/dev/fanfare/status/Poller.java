package dev.fanfare.status;

import dev.fanfare.hub.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/*
 *   NEW --start()--> READING --the read completes, listener told--> WAITING --the alarm rings--> READING ...
 *                       |
 *                       +--the timeout passes: listener told of a failure, the stage cancelled; READING goes on until the
 *                          stage has completed, so reads never overlap, whatever the source does
 *
 *   stop() leads to STOPPED from anywhere; a read that is open then is cancelled, and what it says is dropped.
 *
 * The listener is called by one thread at a time, in the order of the reads, and without the lock.
 */
/** Asks a source for one status again and again. Thread-safe; no method blocks. */
final class Poller {
    private static final System.Logger LOG = System.getLogger(Poller.class.getName());

    /** The longest that a source can put off the next poll. */
    static final Duration MAX_NOT_BEFORE = Duration.ofHours(1);

    /** The longest pause of the back-off, unless the source is polled more seldom anyway. */
    static final Duration MAX_BACK_OFF = Duration.ofMinutes(1);

    /** Hears what polls find. */
    interface Listener {
        /**
         * The source told a status.
         *
         * @throws SourceFailure if it is no good
         */
        void told(Reading reading);

        /** The source failed, and is asked again after {@code nextIn} or later. */
        void failed(SourceFailure failure, Duration nextIn);
    }

    private enum State {
        NEW,
        READING,
        WAITING,
        STOPPED
    }

    /** One read. Guarded by the poller's lock. */
    private static final class Attempt {
        final long startNanos;
        Ticker.@Nullable Alarm timeout;

        @Nullable
        CompletionStage<Reading> stage;

        boolean overdue;
        boolean completed;
        Duration pause = Duration.ZERO;

        Attempt(long startNanos) {
            this.startNanos = startNanos;
        }
    }

    private final StatusSource source;
    private final Map<String, String> params;
    private final SourceSettings settings;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Listener listener;

    // Guarded by lock.
    private final Object lock = new Object();
    private State state = State.NEW;
    private @Nullable Attempt attempt;
    private Ticker.@Nullable Alarm nextPoll;
    private @Nullable String validator;
    private boolean spread;
    private int failures;

    /** @param random numbers from 0 to 1 that spread the polls */
    Poller(
            StatusSource source,
            Map<String, String> params,
            SourceSettings settings,
            Ticker ticker,
            DoubleSupplier random,
            Listener listener) {
        this.source = source;
        this.params = params;
        this.settings = settings;
        this.ticker = ticker;
        this.random = random;
        this.listener = listener;
    }

    /** Reads at once, then every so often; does nothing if it was started before. */
    void start() {
        synchronized (lock) {
            if (state != State.NEW) {
                return;
            }
            state = State.WAITING;
        }
        read();
    }

    /** Reads no more. */
    void stop() {
        Attempt open;
        synchronized (lock) {
            state = State.STOPPED;
            if (nextPoll != null) {
                nextPoll.cancel();
                nextPoll = null;
            }
            open = attempt;
        }
        if (open != null) {
            cancel(open);
        }
    }

    /** Whether a read is open. */
    boolean isReading() {
        synchronized (lock) {
            return attempt != null;
        }
    }

    private void read() {
        Attempt started;
        String lastValidator;
        synchronized (lock) {
            if (state != State.WAITING) {
                return;
            }
            state = State.READING;
            nextPoll = null;
            started = new Attempt(ticker.nanos());
            attempt = started;
            lastValidator = validator;
            started.timeout = ticker.schedule(settings.timeout(), () -> timeOut(started));
        }
        CompletionStage<Reading> stage;
        try {
            stage = source.read(params, lastValidator);
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedStage(e);
        }
        boolean unwanted;
        synchronized (lock) {
            started.stage = stage;
            unwanted = started.overdue || state == State.STOPPED;
        }
        stage.whenComplete((reading, error) -> completed(started, reading, error));
        if (unwanted) {
            cancel(started);
        }
    }

    private void timeOut(Attempt late) {
        SourceFailure failure = new SourceFailure(
                "does not answer in time",
                "no answer within " + settings.timeout().toMillis() + "ms",
                Duration.ZERO,
                null);
        synchronized (lock) {
            if (late.completed || state != State.READING) {
                return;
            }
            late.overdue = true;
            failures++;
            late.pause = backOff(failure);
        }
        listener.failed(failure, late.pause);
        cancel(late);
    }

    private void cancel(Attempt unwanted) {
        CompletionStage<Reading> stage;
        synchronized (lock) {
            stage = unwanted.completed ? null : unwanted.stage;
        }
        if (stage instanceof Future<?> future) {
            future.cancel(true);
        }
    }

    private void completed(Attempt done, @Nullable Reading reading, @Nullable Throwable error) {
        boolean tell;
        String asked;
        synchronized (lock) {
            done.completed = true;
            if (done.timeout != null) {
                done.timeout.cancel();
            }
            tell = state == State.READING && !done.overdue;
            asked = validator;
        }
        Duration pause = done.pause;
        if (tell) {
            SourceFailure failure = error != null ? SourceFailure.of(error) : told(reading, asked);
            pause = failure == null && reading != null ? success(done, reading) : failed(failure);
        }
        synchronized (lock) {
            attempt = null;
            if (state == State.READING) {
                state = State.WAITING;
                nextPoll = ticker.schedule(pause, this::read);
            }
        }
    }

    private @Nullable SourceFailure told(@Nullable Reading reading, @Nullable String asked) {
        if (reading == null) {
            return new SourceFailure("does not work", "the source gave null, not a Reading", Duration.ZERO, null);
        }
        if (reading instanceof Reading.Unchanged && asked == null) {
            return new SourceFailure("says that a status is unchanged which it was not asked to compare");
        }
        try {
            listener.told(reading);
            return null;
        } catch (SourceFailure e) {
            return e;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A status could not be passed on", e);
            return SourceFailure.of(e);
        }
    }

    private Duration success(Attempt done, Reading reading) {
        synchronized (lock) {
            failures = 0;
            if (reading instanceof Reading.Value value) {
                validator = value.validator();
            }
            Duration period = settings.every();
            if (!spread) {
                // Watches that begin together, after a restart for one, shall not poll together for ever.
                spread = true;
                period = times(period, 0.5 + random.getAsDouble() / 2);
            }
            Duration elapsed = Duration.ofNanos(ticker.nanos() - done.startNanos);
            Duration pause = max(period.minus(elapsed), settings.every().dividedBy(10));
            return max(pause, min(notBefore(reading), MAX_NOT_BEFORE));
        }
    }

    private static Duration notBefore(Reading reading) {
        if (reading instanceof Reading.Value value) {
            return value.notBefore();
        }
        return reading instanceof Reading.Unchanged unchanged ? unchanged.notBefore() : Duration.ZERO;
    }

    private Duration failed(@Nullable SourceFailure failure) {
        SourceFailure known = failure != null ? failure : new SourceFailure("does not work");
        Duration pause;
        synchronized (lock) {
            failures++;
            pause = backOff(known);
        }
        listener.failed(known, pause);
        return pause;
    }

    /** Doubles with each failure, from {@code every} on; 20% jitter. */
    private Duration backOff(SourceFailure failure) {
        double factor = Math.pow(2, Math.min(failures - 1, 30)) * (0.8 + 0.4 * random.getAsDouble());
        Duration most = max(settings.every(), MAX_BACK_OFF);
        double nanos = Math.min(settings.every().toNanos() * factor, (double) most.toNanos());
        return max(Duration.ofNanos((long) nanos), min(failure.notBefore(), MAX_NOT_BEFORE));
    }

    private static Duration times(Duration duration, double factor) {
        return Duration.ofNanos((long) (duration.toNanos() * factor));
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
