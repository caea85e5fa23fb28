package dev.fanfare.status.poll;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusSource;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 *   NEW --start()--> QUEUED --the gate lets it go--> READING --the read completes, listener told--> WAITING
 *                     ^  |                              |                                              |
 *                     |  +--the breaker is open: listener told of a failure, WAITING                   |
 *                     |  +--it is held back: WAITING                                                   |
 *                     +---------------------------- the alarm rings ------------------------------------+
 *
 *                    READING
 *                       |
 *                       +--the timeout passes: listener told of a failure, the stage cancelled; READING goes on until the
 *                          stage has completed, so reads never overlap, whatever the source does
 *
 *   stop() leads to STOPPED from anywhere; a read that is open then is cancelled, and what it says is dropped.
 *
 * The listener is called by one thread at a time, in the order of the reads, and without the lock. Where a failure is reported
 * while a read or an alarm could go on meanwhile, what comes next waits until it has heard (`Turn`): else a
 * failure that was true a moment ago would follow a good answer, and stand for a whole period.
 */
/** Asks a source for one status again and again. Thread-safe; no method blocks. */
public final class Poller implements Polling, PollGate.Poll {
    private static final System.Logger LOG = System.getLogger(Poller.class.getName());

    private enum State {
        NEW,
        QUEUED,
        READING,
        WAITING,
        STOPPED
    }

    private final StatusSource source;
    private final Map<String, String> params;
    private final SourceSettings settings;
    private final PollGate gate;
    private final CircuitBreaker breaker;
    private final Ticker ticker;
    private final PollListener listener;
    private final Supplier<Duration> heldBack;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final BackOff pauses;

    @GuardedBy("lock")
    private State state = State.NEW;

    @GuardedBy("lock")
    private @Nullable Attempt attempt;

    @GuardedBy("lock")
    private Ticker.@Nullable Alarm nextPoll;

    @GuardedBy("lock")
    private Ticker.@Nullable Alarm queuedTooLong;

    @GuardedBy("lock")
    private final Turn turn = new Turn();

    @GuardedBy("lock")
    private @Nullable Instant asked;

    @GuardedBy("lock")
    private @Nullable Instant due;

    @GuardedBy("lock")
    private @Nullable String validator;

    /**
     * A poller that has not begun.
     *
     * @param random numbers from 0 to 1 that spread the polls
     * @param heldBack for how long a poll that is due has to wait, and to ask again then; zero if it may go on. Takes no locks
     *     under which a poller is called
     */
    Poller(
            StatusSource source,
            Map<String, String> params,
            SourceSettings settings,
            PollGate gate,
            CircuitBreaker breaker,
            Ticker ticker,
            DoubleSupplier random,
            PollListener listener,
            Supplier<Duration> heldBack) {
        this.source = source;
        this.params = params;
        this.settings = settings;
        this.gate = gate;
        this.breaker = breaker;
        this.ticker = ticker;
        this.pauses = new BackOff(settings.every(), random);
        this.listener = listener;
        this.heldBack = heldBack;
    }

    /** Reads at once, then every so often; does nothing if it was started before. */
    @Override
    public void start() {
        startIn(Duration.ZERO);
    }

    /** Reads first when this time has passed; otherwise as {@link #start}. */
    public void startIn(Duration first) {
        synchronized (lock) {
            if (state != State.NEW) {
                return;
            }
            state = State.WAITING;
            if (!first.isZero()) {
                wakeAfter(first);
                return;
            }
        }
        queue();
    }

    @Override
    public @Nullable Instant asked() {
        synchronized (lock) {
            return asked;
        }
    }

    @Override
    public @Nullable Instant due() {
        synchronized (lock) {
            return due;
        }
    }

    @Override
    public void stop() {
        Attempt open;
        synchronized (lock) {
            state = State.STOPPED;
            due = null;
            cancelAlarms();
            open = attempt;
        }
        gate.cancel(this);
        breaker.forget(this);
        if (open != null) {
            cancel(open);
        }
    }

    @GuardedBy("lock")
    private void cancelAlarms() {
        if (nextPoll != null) {
            nextPoll.cancel();
            nextPoll = null;
        }
        if (queuedTooLong != null) {
            queuedTooLong.cancel();
            queuedTooLong = null;
        }
    }

    @Override
    public boolean isReading() {
        synchronized (lock) {
            return attempt != null;
        }
    }

    /** Tells of a failure; what the turn has put off comes after. It was taken under the lock. */
    private void tellFailure(SourceFailure failure, Duration nextIn, boolean wasAsked) {
        assert !Thread.holdsLock(lock);
        @Nullable Runnable after;
        try {
            listener.failed(failure, nextIn, wasAsked);
        } finally {
            synchronized (lock) {
                after = turn.end();
            }
            if (after != null) {
                after.run();
            }
        }
    }

    private void queue() {
        synchronized (lock) {
            if (state != State.WAITING || !turn.isFreeFor(this::queue)) {
                return;
            }
            state = State.QUEUED;
            cancelAlarms();
            due = null;
            queuedTooLong = ticker.schedule(settings.timeout(), this::tellOfQueue);
        }
        gate.enter(this);
    }

    /** It stays in the queue; but whoever waits for an answer must not wait longer than for a poll. */
    private void tellOfQueue() {
        synchronized (lock) {
            if (state != State.QUEUED || turn.isTaken()) {
                return;
            }
            turn.take();
        }
        tellFailure(new SourceFailure("is slow, and has too many polls open already"), settings.every(), false);
    }

    @Override
    public void go() {
        Duration delay;
        Duration held = heldBack.get();
        boolean isHeld = !held.isZero();
        synchronized (lock) {
            if (!turn.isFreeFor(this::go)) {
                return;
            }
            delay = state == State.QUEUED && !isHeld ? breaker.delay(this, ticker.nanos()) : null;
            cancelAlarms();
            if (state == State.QUEUED && isHeld) {
                state = State.WAITING;
                wakeAfter(held);
            } else if (delay != null && !delay.isZero()) {
                state = State.WAITING;
                turn.take();
                wakeAfter(delay);
            }
        }
        if (delay == null) {
            gate.leave();
        } else if (delay.isZero()) {
            read();
        } else {
            gate.leave();
            tellFailure(breaker.reason(), delay, false);
        }
    }

    @GuardedBy("lock")
    private void wakeAfter(Duration pause) {
        nextPoll = ticker.schedule(pause, this::queue);
        due = ticker.now().plus(pause);
    }

    private void read() {
        Attempt started;
        String lastValidator;
        synchronized (lock) {
            if (state != State.QUEUED) {
                gate.leave();
                return;
            }
            state = State.READING;
            asked = ticker.now();
            started = new Attempt(ticker.nanos());
            attempt = started;
            lastValidator = validator;
            started.timeout = ticker.schedule(settings.timeout(), () -> timeOut(started));
        }
        CompletionStage<Reading> stage;
        try {
            stage = source.read(params, lastValidator);
        } catch (RuntimeException | Error e) {
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
        SourceFailure failure = SourceFailure.outage(
                "does not answer in time",
                "no answer within " + settings.timeout().toMillis() + "ms",
                Duration.ZERO,
                null);
        synchronized (lock) {
            if (late.completed || state != State.READING) {
                return;
            }
            late.overdue = true;
            late.pause = pauses.afterFailure(failure);
            turn.take();
        }
        breaker.failed(this, failure, ticker.nanos());
        tellFailure(failure, late.pause, true);
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
        Duration pause = tell ? settings.every() : done.pause;
        try {
            if (tell) {
                SourceFailure failure = error != null ? SourceFailure.of(error) : told(reading, asked);
                pause = failure == null && reading != null ? success(done, reading) : failed(failure);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The answer of a status source could not be handled", e);
        } finally {
            restFor(pause);
        }
    }

    private void restFor(Duration pause) {
        synchronized (lock) {
            if (!turn.isFreeFor(() -> restFor(pause))) {
                return;
            }
            attempt = null;
            if (state == State.READING) {
                state = State.WAITING;
                wakeAfter(pause);
            }
        }
        gate.leave();
    }

    private @Nullable SourceFailure told(@Nullable Reading reading, @Nullable String asked) {
        if (reading == null) {
            return new SourceFailure("does not work", "the source gave null, not a Reading", Duration.ZERO, null);
        }
        if (reading instanceof Reading.Unchanged && asked == null) {
            return new SourceFailure(
                    "says that a status is unchanged, though no validator was sent to compare it with");
        }
        assert !Thread.holdsLock(lock);
        try {
            listener.told(reading);
            return null;
        } catch (SourceFailure e) {
            return e;
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A status could not be handled", e);
            return SourceFailure.of(e);
        }
    }

    private Duration success(Attempt done, Reading reading) {
        breaker.succeeded();
        synchronized (lock) {
            if (reading instanceof Reading.Value value) {
                validator = value.validator();
            }
            return pauses.afterAnswer(reading, Duration.ofNanos(ticker.nanos() - done.startNanos));
        }
    }

    private Duration failed(@Nullable SourceFailure failure) {
        SourceFailure known = failure != null ? failure : new SourceFailure("does not work");
        Duration pause;
        synchronized (lock) {
            pause = pauses.afterFailure(known);
        }
        breaker.failed(this, known, ticker.nanos());
        listener.failed(known, pause, true);
        return pause;
    }
}
