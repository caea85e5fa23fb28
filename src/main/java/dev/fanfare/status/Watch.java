package dev.fanfare.status;

import dev.fanfare.event.Event;
import dev.fanfare.hub.CloseReason;
import dev.fanfare.hub.Outlet;
import dev.fanfare.hub.Ticker;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * Why nobody misses the newest state, gets one twice, or hangs after the end.
 *
 * Joining, a new status, and the end are each one step under the watch's lock, so they come one after the other.
 *
 *   join     reads the newest status into the opening frames, and subscribes behind the head of the log. Every event of
 *            this topic so far is at or before the head, every later one behind it. So the client has what was before in its
 *            opening, and gets what comes after from the log: nothing twice, nothing missed.
 *   status   becomes the newest one known and is published. Whoever joined before gets it from the log, whoever joins
 *            later in the opening. It is not published if nobody is subscribed: who joins later has it in the opening.
 *   end      the last `update` if it is new, and `end`, are published side by side; then the hub ends the topic's streams
 *            behind them, which it can because StatusLog.publish has dispatched them when it returns. Whoever joins later
 *            finds `ended` set and gets a stream of its own that ends behind its opening frames; it never subscribes, so
 *            nobody is left in a channel that no one will finish.
 *
 * Under the lock the hub is called, which takes its own locks and calls nothing back (lock order: watch, StatusLog, hub).
 * Sources, futures of callers and the registry are only called without it. Writer loops take the lock when a client leaves;
 * it is held for no longer than it takes to encode one status.
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
     */
    record View(
            @Nullable Status status,
            boolean ended,
            @Nullable SourceFailure failure,
            Duration retryAfter) {
        /** The source knows no such status. */
        boolean isMissing() {
            return status == null && failure == null;
        }
    }

    private final RegisteredSource source;
    private final StatusUrl url;
    private final StatusLog log;
    private final Ticker ticker;
    private final @Nullable Poller poller;

    // Guarded by lock.
    private final Object lock = new Object();
    private final List<CompletableFuture<View>> waiting = new ArrayList<>();
    private @Nullable Status known;
    private @Nullable Frame update;
    private @Nullable SourceFailure failure;
    private long nextPollNanos;
    private boolean ended;
    private boolean gone;
    private int clients;
    private long keepUntilNanos;
    private Ticker.@Nullable Alarm idle;

    Watch(RegisteredSource source, StatusUrl url, StatusLog log, Ticker ticker) {
        this.source = source;
        this.url = url;
        this.log = log;
        this.ticker = ticker;
        this.poller = source.poller(url, this);
        this.keepUntilNanos = ticker.nanos();
    }

    private SourceSettings settings() {
        return source.settings();
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
            if (known != null || failure != null || poller == null) {
                return CompletableFuture.completedStage(viewNow());
            }
            waiting.add(answer);
        }
        poller.start();
        return answer;
    }

    private View viewNow() {
        Duration retryAfter = Duration.ofNanos(Math.max(0, nextPollNanos - ticker.nanos()));
        return new View(known, ended, failure, retryAfter);
    }

    /**
     * Opens a stream, which waits for a status if none is known yet.
     *
     * @return false if the watch is gone
     */
    boolean join(Outlet outlet, @Nullable String lastEventId, Consumer<CloseReason> onClose) {
        synchronized (lock) {
            if (gone) {
                return false;
            }
            List<Frame> opening = new ArrayList<>(3);
            opening.add(source.opening());
            Status newest = known;
            boolean toldOfEnd = newest != null && ended && newest.endId().equals(lastEventId);
            if (newest != null && !toldOfEnd && !newest.id().equals(lastEventId)) {
                opening.add(updateFrame(newest));
            }
            if (newest != null && ended) {
                if (!toldOfEnd) {
                    opening.add(EventEncoder.encode(end(newest)));
                }
                log.sendAndEnd(outlet, opening, onClose);
                return true;
            }
            log.join(outlet, url.topic(), opening, reason -> {
                left();
                onClose.accept(reason);
            });
            clients++;
            stopIdling();
        }
        if (poller != null) {
            poller.start();
        }
        return true;
    }

    private void left() {
        synchronized (lock) {
            clients--;
            if (!ended) {
                keepFor(settings().linger());
            } else if (clients == 0) {
                idleLater();
            }
        }
    }

    @Override
    public void told(Reading reading) {
        if (reading instanceof Reading.Value value) {
            adopt(Status.of(value.value(), settings()));
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
    boolean adopt(Status status) {
        List<CompletableFuture<View>> answered;
        View view;
        boolean recovered;
        synchronized (lock) {
            if (gone || ended) {
                return false;
            }
            boolean changed = known == null || !known.id().equals(status.id());
            known = status;
            update = null;
            recovered = clearFailure();
            if (status.isFinal()) {
                finish(status, changed);
            } else if (changed && clients > 0) {
                log.publish(List.of(update(status)));
            }
            answered = takeWaiting();
            view = viewNow();
        }
        if (recovered) {
            source.recovered();
        }
        if (view.ended()) {
            stopPolling();
        }
        answered.forEach(future -> future.complete(view));
        return true;
    }

    private void finish(Status last, boolean changed) {
        ended = true;
        if (clients > 0) {
            log.publish(changed ? List.of(update(last), end(last)) : List.of(end(last)));
            log.finish(url.topic());
        }
        // However many come late: who asks after this long finds out anew.
        keepUntilNanos = ticker.nanos() + settings().linger().toNanos();
        idleLater();
    }

    private void recover() {
        boolean recovered;
        synchronized (lock) {
            recovered = clearFailure();
        }
        if (recovered) {
            source.recovered();
        }
    }

    /**
     * The status has ended with the last one known; if none was known, there is none.
     *
     * @return false if the watch is gone or has ended
     */
    boolean vanish() {
        List<CompletableFuture<View>> answered;
        boolean recovered;
        boolean missing;
        synchronized (lock) {
            if (gone || ended) {
                return false;
            }
            recovered = clearFailure();
            Status last = known;
            missing = last == null;
            if (last != null) {
                finish(last, false);
                answered = List.of();
            } else {
                log.finish(url.topic());
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
        View none = new View(null, false, null, Duration.ZERO);
        answered.forEach(future -> future.complete(none));
        return true;
    }

    @Override
    public void failed(SourceFailure reason, Duration nextIn) {
        List<CompletableFuture<View>> answered;
        View view;
        boolean first;
        synchronized (lock) {
            if (gone || ended) {
                return;
            }
            first = failure == null;
            failure = reason;
            nextPollNanos = ticker.nanos() + nextIn.toNanos();
            // Forgotten sooner, it would be asked again sooner.
            keepFor(nextIn);
            answered = takeWaiting();
            view = viewNow();
        }
        if (first) {
            source.failing(reason);
        }
        answered.forEach(future -> future.complete(view));
    }

    private boolean clearFailure() {
        boolean failing = failure != null;
        failure = null;
        return failing;
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

    private List<CompletableFuture<View>> takeWaiting() {
        List<CompletableFuture<View>> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }

    private Frame updateFrame(Status status) {
        Frame frame = update;
        if (frame == null) {
            frame = EventEncoder.encode(update(status));
            update = frame;
        }
        return frame;
    }

    private Event update(Status status) {
        return event("update", status.id(), status);
    }

    private Event end(Status status) {
        return event("end", status.endId(), status);
    }

    private Event event(String type, String id, Status status) {
        return Event.builder()
                .topic(url.topic().value())
                .type(type)
                .id(id)
                .data(status.json())
                .build();
    }

    /** Keeps a watch that nobody watches for this long at least. */
    private void keepFor(Duration time) {
        long until = ticker.nanos() + time.toNanos();
        if (!ended && until - keepUntilNanos > 0) {
            keepUntilNanos = until;
        }
        idleLater();
    }

    private void idleLater() {
        stopIdling();
        boolean isNeeded = poller == null && known != null && !ended;
        if (clients == 0 && !gone && !isNeeded) {
            long nanos = Math.max(0, keepUntilNanos - ticker.nanos());
            idle = ticker.schedule(Duration.ofNanos(nanos), this::forgetIfIdle);
        }
    }

    private void stopIdling() {
        if (idle != null) {
            idle.cancel();
            idle = null;
        }
    }

    private void forgetIfIdle() {
        List<CompletableFuture<View>> unanswered;
        boolean failing;
        synchronized (lock) {
            if (gone || clients > 0 || ticker.nanos() - keepUntilNanos < 0) {
                return;
            }
            if (!ended && poller != null && poller.isReading()) {
                // Another watch in its place would ask while this question is open.
                keepFor(halfPeriod());
                return;
            }
            failing = clearFailure();
            unanswered = leave();
        }
        dropped(failing, unanswered);
    }

    /** Lets go of everything, whoever watches. */
    void drop() {
        List<CompletableFuture<View>> unanswered;
        boolean failing;
        synchronized (lock) {
            if (gone) {
                return;
            }
            failing = clearFailure();
            unanswered = leave();
        }
        dropped(failing, unanswered);
    }

    private List<CompletableFuture<View>> leave() {
        gone = true;
        stopIdling();
        log.forget(url.topic());
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
