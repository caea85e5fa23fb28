package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.Status;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.rules.RuleSet;
import dev.fanfare.status.rules.UpdateForm;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.Ticker;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Why nobody misses the newest state, gets one twice, or hangs after the end.
 *
 * Joining, a new status, and the end are each one step under the watch's lock, so they come one after the other.
 *
 *   join     reads the newest status into the opening frames, and subscribes behind the head of the log. Every event of
 *            this topic so far is at or before the head, every later one behind it. So the client has what was before in its
 *            opening, and gets what comes after from the log: nothing twice, nothing missed.
 *   status   becomes the newest one known and is offered to each group, which publishes it now, or later when an alarm
 *            rings, or not at all. A group is there while it has clients.
 *   end      what a group has not sent yet, and `end`, are published side by side; then the hub ends the topic's streams
 *            behind them, which it can because StatusLog.publish has dispatched them when it returns. Whoever joins later
 *            finds `ended` set and gets a stream of its own that ends behind its opening frames; it never subscribes, so
 *            nobody is left in a channel that no one will finish.
 *
 * Under the lock the hub is called, which takes its own locks and calls nothing back (lock order: watch, StatusLog, hub).
 * Sources, futures of callers and the registry are only called without it. Writer loops take the lock when a client leaves;
 * it is held for no longer than it takes to look at and encode one status for each group.
 * It guards the groups, the outage and the idle timer as well, which have no locks of their own.
 *
 * A watch is `gone` once it is forgotten, or its source knows no such status. All is refused then, and whoever asked gets
 * another watch from the registry. A watch with clients, or with an open read, is never forgotten.
 */
/** One source with one set of parameter values: its newest status and its clients. Thread-safe; no method blocks. */
final class Watch implements Poller.Listener {
    /**
     * What is known of the status.
     *
     * @param status the newest status; null if there was none yet
     * @param ended whether it will not change any more
     * @param failure why there is no status, or no newer one; null if the source works
     * @param retryAfter when the source is asked again if it fails
     * @param changed when the status became what it is; null if there is none
     * @param asOf when the source last gave a good answer; null if it never has
     */
    record View(
            @Nullable Status status,
            boolean ended,
            @Nullable SourceFailure failure,
            Duration retryAfter,
            @Nullable Instant changed,
            @Nullable Instant asOf) {
        static final View NOTHING = new View(null, false, null, Duration.ZERO, null, null);

        /** The source knows no such status. */
        boolean isMissing() {
            return status == null && failure == null;
        }
    }

    /** What a step under the lock leaves to be done without it. */
    private record Outcome(boolean recovered, View view, List<CompletableFuture<View>> waiting) {}

    private final RegisteredSource source;
    private final StatusUrl url;
    private final StatusLog log;
    private final Ticker ticker;
    private final @Nullable Poller poller;
    private final AsOf asOf = new AsOf();

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final WatcherGroups groups;

    @GuardedBy("lock")
    private final Outage outage;

    @GuardedBy("lock")
    private final IdleTimer idle;

    @GuardedBy("lock")
    private final List<CompletableFuture<View>> waiting = new ArrayList<>();

    @GuardedBy("lock")
    private @Nullable Newest known;

    @GuardedBy("lock")
    private Instant changed = Instant.EPOCH;

    @GuardedBy("lock")
    private boolean restoring;

    @GuardedBy("lock")
    private boolean restored;

    @GuardedBy("lock")
    private Ticker.@Nullable Alarm lookAgain;

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private boolean gone;

    Watch(RegisteredSource source, StatusUrl url, StatusLog log, Ticker ticker) {
        this.source = source;
        this.url = url;
        this.log = log;
        this.ticker = ticker;
        this.poller = source.poller(url, this);
        this.groups = new WatcherGroups(url, StreamOptions.of(settings()).rules(), log, ticker, this::sendHeld);
        this.outage = new Outage(ticker);
        this.idle = new IdleTimer(ticker, this::forgetIfIdle);
    }

    private SourceSettings settings() {
        return source.settings();
    }

    StatusUrl url() {
        return url;
    }

    /**
     * What is known of the status, after one poll if nothing is known yet.
     *
     * @return null if the watch is gone
     */
    @Nullable
    CompletionStage<View> view() {
        CompletableFuture<View> answer = new CompletableFuture<>();
        synchronized (lock) {
            if (gone) {
                return null;
            }
            keepFor(halfPeriod());
            // A poller asks again by itself; who has failed to look up what was pushed does not.
            if (known != null || (poller == null ? restored : outage.reason() != null)) {
                return CompletableFuture.completedStage(viewNow());
            }
            waiting.add(answer);
        }
        start();
        return answer;
    }

    /** Has the source asked, or what was pushed before this process began looked for. */
    private void start() {
        if (poller != null) {
            poller.start();
            return;
        }
        synchronized (lock) {
            if (restoring || restored || known != null || gone) {
                return;
            }
            restoring = true;
        }
        source.lastPushed(url).whenComplete((last, error) -> {
            if (last != null) {
                restore(last);
            } else {
                failed(SourceFailure.of(error), settings().every(), true);
            }
        });
    }

    private void restore(Pushes.Last last) {
        Outcome outcome;
        synchronized (lock) {
            restored = true;
            Newest newest = last.status();
            boolean recovered;
            if (newest != null && known == null && !gone) {
                asOf.answeredAt(last.time());
                recovered = take(newest, last.time(), last.ended());
            } else {
                recovered = endOutage();
            }
            outcome = outcome(recovered);
        }
        tell(outcome);
    }

    @GuardedBy("lock")
    private View viewNow() {
        Newest newest = known;
        return newest == null
                ? new View(null, ended, outage.reason(), outage.retryAfter(), null, asOf.time())
                : new View(newest.status(), ended, outage.reason(), outage.retryAfter(), changed, asOf.time());
    }

    /** What there is to tell about the watch itself. */
    WatchInfo info() {
        synchronized (lock) {
            SourceFailure failure = outage.reason();
            WatchInfo.State state = ended
                    ? WatchInfo.State.ENDED
                    : failure != null
                            ? WatchInfo.State.STALE
                            : known == null ? WatchInfo.State.UNKNOWN : WatchInfo.State.FRESH;
            return new WatchInfo(
                    url,
                    state,
                    groups.clients(),
                    groups.size(),
                    poller == null ? null : poller.asked(),
                    poller == null || ended ? null : poller.due(),
                    asOf.time(),
                    outage.attempts(),
                    failure == null ? null : "The source " + failure.reason());
        }
    }

    /** Whether a client with these rules could join. */
    boolean hasPlaceFor(RuleSet rules) {
        synchronized (lock) {
            return ended || groups.hasPlaceFor(rules);
        }
    }

    /**
     * Opens a stream, which waits for a status if none is known yet.
     *
     * @return false if the watch is gone
     * @throws TooManyRuleSets if there are as many as there may be
     */
    boolean join(Outlet outlet, StreamOptions options, @Nullable String lastEventId, Consumer<CloseReason> onClose) {
        synchronized (lock) {
            if (gone) {
                return false;
            }
            List<Frame> opening = new ArrayList<>(3);
            opening.add(source.opening());
            Newest newest = known;
            if (newest != null && ended) {
                addEnding(opening, newest, options.rules(), lastEventId);
                log.sendAndEnd(outlet, opening, onClose);
                return true;
            }
            WatcherGroup group = groups.group(options.rules(), newest);
            Edition edition = newest == null ? Edition.FIRST : group.open(newest, lastEventId, opening);
            if (outage.reason() != null) {
                opening.add(EventEncoder.encode(outage.stale(List.of(group.topic()), asOf.time())));
            }
            Supplier<Frame> heartbeat = options.heartbeatEvents() ? asOf::event : asOf::comment;
            log.join(outlet, group.topic(), edition, opening, options.atMost(), heartbeat, reason -> {
                left(options.rules(), group);
                onClose.accept(reason);
            });
            groups.joined(options.rules(), group);
            idle.stop();
        }
        start();
        return true;
    }

    private void addEnding(List<Frame> opening, Newest last, RuleSet rules, @Nullable String lastEventId) {
        String id = last.under(rules.change()).id();
        if (("end-" + id).equals(lastEventId)) {
            return;
        }
        if (!id.equals(lastEventId) || rules.form() != UpdateForm.WHOLE) {
            opening.add(EventEncoder.encode(StatusEvents.update(url.topic(), id, last.json())));
        }
        opening.add(EventEncoder.encode(StatusEvents.end(url.topic(), id, last.json())));
    }

    private void left(RuleSet rules, WatcherGroup group) {
        synchronized (lock) {
            groups.left(rules, group);
            if (!ended) {
                keepFor(settings().linger());
            } else if (groups.clients() == 0) {
                idleLater();
            }
        }
    }

    @Override
    public void told(Reading reading) {
        if (reading instanceof Reading.Value value) {
            adopt(Newest.of(value.value(), settings()));
        } else if (reading instanceof Reading.Unchanged) {
            recover();
        } else if (reading instanceof Reading.Gone) {
            vanish();
        } else {
            throw new IllegalStateException("unknown kind of reading: " + reading);
        }
    }

    /**
     * Takes a status as the newest one.
     *
     * @return false if the watch is gone or has ended
     */
    boolean adopt(Newest newest) {
        Outcome outcome;
        synchronized (lock) {
            if (gone || ended) {
                return false;
            }
            asOf.answered(ticker);
            outcome = outcome(take(newest, ticker.now(), false));
        }
        tell(outcome);
        return true;
    }

    /**
     * Makes a status the newest one.
     *
     * @param time when it was told
     * @param isOver whether it is final whatever it says
     * @return whether an outage is over by it
     */
    @GuardedBy("lock")
    private boolean take(Newest newest, Instant time, boolean isOver) {
        Newest before = known;
        boolean isNew =
                before == null || !before.status().id().equals(newest.status().id());
        known = newest;
        changed = isNew ? time : changed;
        boolean recovered = endOutage();
        if (isOver || newest.status().isFinal()) {
            finish(newest);
        } else if (isNew) {
            groups.offer(newest);
        }
        newest.forgetValue();
        return recovered;
    }

    @GuardedBy("lock")
    private Outcome outcome(boolean recovered) {
        return new Outcome(recovered, viewNow(), takeWaiting());
    }

    private void tell(Outcome outcome) {
        if (outcome.recovered()) {
            source.recovered();
        }
        if (outcome.view().ended()) {
            stopPolling();
        }
        outcome.waiting().forEach(future -> future.complete(outcome.view()));
    }

    /** The interval is over. */
    private void sendHeld(WatcherGroup group) {
        synchronized (lock) {
            Newest newest = known;
            if (newest != null && !ended && !gone) {
                groups.sendHeld(group, newest);
            }
        }
    }

    @GuardedBy("lock")
    private void finish(Newest last) {
        ended = true;
        groups.finish(last);
        // However many come late: who asks after this long finds out anew.
        idle.keepOnlyFor(settings().linger());
        idleLater();
    }

    /** The source says that the status is the one already known. */
    private void recover() {
        boolean recovered;
        synchronized (lock) {
            if (gone || ended) {
                return;
            }
            asOf.answered(ticker);
            recovered = endOutage();
        }
        if (recovered) {
            source.recovered();
        }
    }

    /**
     * There is no such status any more: what is known is final; if nothing is, the watch goes.
     *
     * @return false if it was gone or had ended before
     */
    boolean vanish() {
        List<CompletableFuture<View>> answered;
        boolean recovered;
        boolean missing;
        synchronized (lock) {
            if (gone || ended) {
                return false;
            }
            asOf.answered(ticker);
            recovered = endOutage();
            Newest last = known;
            missing = last == null;
            if (last != null) {
                finish(last);
                answered = List.of();
            } else {
                groups.finish();
                answered = leave();
            }
        }
        if (recovered) {
            source.recovered();
        }
        stopPolling();
        if (missing) {
            source.remove(url, this);
        }
        answered.forEach(future -> future.complete(View.NOTHING));
        return true;
    }

    @Override
    public void failed(SourceFailure reason, Duration nextIn, boolean asked) {
        Outcome outcome;
        boolean first;
        synchronized (lock) {
            restoring = false;
            boolean wasPushed = poller == null && known != null;
            if (gone || ended || wasPushed) {
                return;
            }
            first = outage.failed(reason, nextIn, asked);
            if (first && groups.clients() > 0) {
                log.publish(List.of(outage.stale(groups.topics(), asOf.time())));
            }
            if (asked) {
                // Forgotten sooner, it would be asked again sooner.
                keepFor(nextIn);
            }
            if (poller == null) {
                lookAgainIn(nextIn);
            }
            outcome = outcome(false);
        }
        if (first) {
            source.failing(reason);
        }
        tell(outcome);
    }

    /** For those who wait in a stream; who asks for the status has it looked for by that. */
    @GuardedBy("lock")
    private void lookAgainIn(Duration time) {
        stopLooking();
        if (groups.clients() > 0) {
            lookAgain = ticker.schedule(time, this::start);
        }
    }

    @GuardedBy("lock")
    private void stopLooking() {
        if (lookAgain != null) {
            lookAgain.cancel();
            lookAgain = null;
        }
    }

    @GuardedBy("lock")
    private boolean endOutage() {
        boolean wasOpen = outage.end();
        if (wasOpen && groups.clients() > 0) {
            log.publish(List.of(StatusEvents.fresh(groups.topics(), asOf.time())));
        }
        return wasOpen;
    }

    private void stopPolling() {
        if (poller != null) {
            poller.stop();
        }
    }

    /** Half of the time from poll to poll, so that a single question is forgotten before it is asked again. */
    private Duration halfPeriod() {
        return settings().every().dividedBy(2);
    }

    @GuardedBy("lock")
    private List<CompletableFuture<View>> takeWaiting() {
        List<CompletableFuture<View>> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }

    /** Keeps a watch that nobody watches for this long at least. */
    @GuardedBy("lock")
    private void keepFor(Duration time) {
        if (!ended) {
            idle.keepFor(time);
        }
        idleLater();
    }

    @GuardedBy("lock")
    private void idleLater() {
        boolean isNeeded = poller == null && known != null && !ended;
        if (groups.clients() == 0 && !gone && !isNeeded) {
            idle.start();
        } else {
            idle.stop();
        }
    }

    private void forgetIfIdle() {
        List<CompletableFuture<View>> unanswered;
        boolean failing;
        synchronized (lock) {
            if (gone || groups.clients() > 0 || !idle.isOver()) {
                return;
            }
            if (!ended && isAsking()) {
                // Another watch in its place would ask while this question is open.
                keepFor(halfPeriod());
                return;
            }
            failing = outage.end();
            unanswered = leave();
        }
        dropped(failing, unanswered);
    }

    @GuardedBy("lock")
    private boolean isAsking() {
        return !waiting.isEmpty() || (poller == null ? restoring && !restored : poller.isReading());
    }

    /** Lets go of everything, whoever watches. */
    void drop() {
        List<CompletableFuture<View>> unanswered;
        boolean failing;
        synchronized (lock) {
            if (gone) {
                return;
            }
            // Without a word: nobody knows whether the source works again.
            failing = outage.end();
            unanswered = leave();
        }
        dropped(failing, unanswered);
    }

    @GuardedBy("lock")
    private List<CompletableFuture<View>> leave() {
        gone = true;
        idle.stop();
        stopLooking();
        groups.letGo();
        return takeWaiting();
    }

    private void dropped(boolean failing, List<CompletableFuture<View>> unanswered) {
        if (failing) {
            source.failingForgotten();
        }
        source.remove(url, this);
        stopPolling();
        unanswered.forEach(future -> future.completeExceptionally(new IllegalStateException("The service is closed")));
    }
}
