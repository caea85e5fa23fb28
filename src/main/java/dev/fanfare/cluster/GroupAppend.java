package dev.fanfare.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Outcome;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.stream.HeapShare;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/*
 * While one batch is on its way, publications gather, and the next batch takes them all.
 *
 *   append() -> waiting -> under way: one batch, one sequence -> SharedLog.append -> outcomes -> stages
 *
 * A batch that may have reached the engine keeps its sequence and its content until the engine has answered: the engine knows
 * a sequence that it has stored, so asking again is harmless. A batch that surely never got there is nobody's yet, and may lose
 * those whose time is up.
 *
 * A publisher waits no longer than the timeout. One that waited in vain learns whether its events may be in the log. Once
 * nobody waits for a batch any more it is given up, and the next one has the next sequence; should the old one still be on the
 * network, the engine refuses it as soon as it has seen a later sequence.
 */
/** Appends to a shared log by few, shared batches, and asks again while the engine is away. Thread-safe. */
public final class GroupAppend implements AutoCloseable {
    static final int MOST_WAITING = 65_536;
    static final long MOST_WAITING_BYTES = HeapShare.of(8, 64L << 20);
    static final int MOST_IN_BATCH = 4096;
    static final long MOST_BATCH_BYTES = 1 << 20;
    static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /**
     * What was done so far.
     *
     * @param batches batches that were answered
     * @param publications publications in them
     * @param retries how often a batch was sent again
     * @param expired publishers that waited in vain
     * @param waiting publishers that wait now
     */
    public record Stats(long batches, long publications, long retries, long expired, int waiting) {}

    private record Waiting(Publication publication, long bytes, long deadlineNanos, CompletableFuture<Outcome> stage) {
        boolean isLate(long nowNanos) {
            return deadlineNanos - nowNanos <= 0;
        }
    }

    private final SharedLog log;
    private final Ticker ticker;
    private final Duration timeout;
    private final Executor done;

    @GuardedBy("this")
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /** The batch that is under way; empty for none. */
    @GuardedBy("this")
    private List<Waiting> batch = List.of();

    @GuardedBy("this")
    private long waitingBytes;

    @GuardedBy("this")
    private long sequence;

    /** Whether the batch may have reached the engine. */
    @GuardedBy("this")
    private boolean mayBeStored;

    /** Whether the log has been asked and has not answered yet. */
    @GuardedBy("this")
    private boolean asked;

    @GuardedBy("this")
    private Duration pause = FIRST_PAUSE;

    @GuardedBy("this")
    private Ticker.@Nullable Alarm expiry;

    @GuardedBy("this")
    private Ticker.@Nullable Alarm retry;

    @GuardedBy("this")
    private boolean closed;

    @GuardedBy("this")
    private long batches;

    @GuardedBy("this")
    private long publications;

    @GuardedBy("this")
    private long retries;

    @GuardedBy("this")
    private long expired;

    /**
     * Appends to a log, to which nobody else appends under this node's name.
     *
     * @param timeout how long a publisher waits for an engine that is away
     * @param done completes the stages; should run one task after the other, beside the log's own threads
     */
    public GroupAppend(SharedLog log, Ticker ticker, Duration timeout, Executor done) {
        this.log = log;
        this.ticker = ticker;
        this.timeout = timeout;
        this.done = done;
    }

    /**
     * Appends a publication.
     *
     * @return completes with its outcome; exceptionally with {@link HistoryUnavailable} if it is surely not in the log, or with
     *     {@link OutcomeUnknown} if it may be
     */
    public CompletionStage<Outcome> append(Publication publication) {
        Waiting added = new Waiting(
                publication, publication.bytes(), ticker.nanos() + timeout.toNanos(), new CompletableFuture<>());
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedStage(
                        new HistoryUnavailable("The log is closed; it takes no more events"));
            }
            int count = waiting.size() + batch.size();
            if (count >= MOST_WAITING || (count > 0 && waitingBytes + added.bytes() > MOST_WAITING_BYTES)) {
                return CompletableFuture.failedStage(new HistoryUnavailable(
                        count + " publishers wait for the shared log; try again when there are fewer"));
            }
            waiting.add(added);
            waitingBytes += added.bytes();
            if (expiry == null) {
                expiry = ticker.schedule(timeout, this::expire);
            }
        }
        proceed();
        return added.stage();
    }

    /** What was done so far. */
    public synchronized Stats stats() {
        return new Stats(batches, publications, retries, expired, waiting.size() + batch.size());
    }

    /** Sends a batch, unless one is under way. */
    private void proceed() {
        List<Publication> sent;
        long under;
        synchronized (this) {
            if (asked || retry != null || closed) {
                return;
            }
            if (batch.isEmpty()) {
                takeBatch();
            }
            if (batch.isEmpty()) {
                return;
            }
            asked = true;
            under = sequence;
            sent = batch.stream().map(Waiting::publication).toList();
        }
        ask(under, sent).whenComplete((outcomes, error) -> answered(outcomes, error));
    }

    private CompletionStage<List<Outcome>> ask(long under, List<Publication> sent) {
        try {
            return log.append(under, sent);
        } catch (RuntimeException e) { // a bug; the batch is not lost by it
            return CompletableFuture.failedStage(new OutcomeUnknown("The shared log failed", e));
        }
    }

    @GuardedBy("this")
    private void takeBatch() {
        List<Waiting> taken = new ArrayList<>(Math.min(MOST_IN_BATCH, waiting.size()));
        long bytes = 0;
        Waiting next;
        while (taken.size() < MOST_IN_BATCH && (next = waiting.peek()) != null) {
            if (!taken.isEmpty() && bytes + next.bytes() > MOST_BATCH_BYTES) {
                break;
            }
            taken.add(waiting.remove());
            bytes += next.bytes();
        }
        if (!taken.isEmpty()) {
            batch = taken;
            mayBeStored = false;
            sequence++;
        }
    }

    private void answered(@Nullable List<Outcome> outcomes, @Nullable Throwable error) {
        List<Waiting> complete = List.of();
        synchronized (this) {
            asked = false;
            if (outcomes != null) {
                complete = batch;
                batches++;
                publications += batch.size();
                pause = FIRST_PAUSE;
                leave(batch);
                batch = List.of();
            } else if (!batch.isEmpty()) {
                mayBeStored |= !(cause(error) instanceof HistoryUnavailable);
                retryLater();
            }
        }
        expireNow();
        proceed(); // before the answers, so that the engine has something to do meanwhile
        if (outcomes != null) {
            List<Waiting> answered = complete;
            answer(() -> complete(answered, outcomes));
        }
    }

    private void answer(Runnable task) {
        try {
            done.execute(task);
        } catch (RejectedExecutionException e) { // the node ends
            task.run();
        }
    }

    private static @Nullable Throwable cause(@Nullable Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    @GuardedBy("this")
    private void retryLater() {
        if (closed) {
            return;
        }
        long most = pause.toNanos();
        Duration jittered =
                Duration.ofNanos(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        retry = ticker.schedule(jittered, this::retry);
    }

    private void retry() {
        synchronized (this) {
            if (retry == null) {
                return;
            }
            retry = null;
            if (!batch.isEmpty()) {
                retries++;
            }
        }
        proceed();
    }

    private static void complete(List<Waiting> answered, List<Outcome> outcomes) {
        for (int i = 0; i < answered.size(); i++) {
            answered.get(i).stage().complete(outcomes.get(i));
        }
    }

    @GuardedBy("this")
    private void leave(List<Waiting> gone) {
        for (Waiting each : gone) {
            waitingBytes -= each.bytes();
        }
    }

    private void expire() {
        synchronized (this) {
            expiry = null;
        }
        expireNow();
        proceed();
    }

    /** Answers those whose time is up, and sets the alarm for the next. */
    private void expireNow() {
        List<Waiting> unsent = new ArrayList<>();
        List<Waiting> unknown = new ArrayList<>();
        synchronized (this) {
            long now = ticker.nanos();
            expireBatch(now, unsent, unknown);
            Waiting oldest;
            while ((oldest = waiting.peek()) != null && oldest.isLate(now)) {
                unsent.add(waiting.remove());
                waitingBytes -= oldest.bytes();
                expired++;
            }
            if (expiry == null && !closed) {
                setExpiry(now);
            }
        }
        if (unsent.isEmpty() && unknown.isEmpty()) {
            return;
        }
        answer(() -> {
            fail(
                    unsent,
                    new HistoryUnavailable("The shared log could not be reached within " + timeout.toMillis()
                            + " ms (fanfare.cluster.timeout); nothing was appended"));
            fail(
                    unknown,
                    new OutcomeUnknown("The shared log has not answered within " + timeout.toMillis()
                            + " ms (fanfare.cluster.timeout)"));
        });
    }

    @GuardedBy("this")
    private void expireBatch(long now, List<Waiting> unsent, List<Waiting> unknown) {
        boolean mayBeThere = mayBeStored || asked;
        List<Waiting> late = new ArrayList<>();
        boolean allAreLate = !batch.isEmpty();
        for (Waiting each : batch) {
            allAreLate &= each.isLate(now);
            if (each.isLate(now) && !each.stage().isDone()) {
                late.add(each);
            }
        }
        (mayBeThere ? unknown : unsent).addAll(late);
        expired += late.size();
        if (asked) {
            return;
        }
        if (allAreLate) {
            leave(batch);
            batch = List.of();
        } else if (!mayBeThere && !late.isEmpty()) {
            leave(late);
            batch = batch.stream().filter(each -> !each.isLate(now)).toList();
        }
    }

    @GuardedBy("this")
    private void setExpiry(long now) {
        Waiting next =
                batch.stream().filter(each -> !each.isLate(now)).findFirst().orElse(waiting.peek());
        if (next != null) {
            expiry = ticker.schedule(Duration.ofNanos(next.deadlineNanos() - now), this::expire);
        }
    }

    private static void fail(List<Waiting> those, RuntimeException failure) {
        for (Waiting each : those) {
            each.stage().completeExceptionally(failure);
        }
    }

    /** Takes no more; answers all who wait. What is under way may be stored nevertheless. */
    @Override
    public void close() {
        List<Waiting> unsent;
        List<Waiting> unknown;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            boolean mayBeThere = mayBeStored || asked;
            unsent = new ArrayList<>(waiting);
            unknown = mayBeThere ? batch : List.of();
            if (!mayBeThere) {
                unsent.addAll(batch);
            }
            waiting.clear();
            batch = List.of();
            waitingBytes = 0;
            cancel(expiry);
            cancel(retry);
        }
        fail(unsent, new HistoryUnavailable("The node ends; nothing was appended"));
        fail(unknown, new OutcomeUnknown("The node ended while the shared log was writing"));
    }

    private static void cancel(Ticker.@Nullable Alarm alarm) {
        if (alarm != null) {
            alarm.cancel();
        }
    }
}
