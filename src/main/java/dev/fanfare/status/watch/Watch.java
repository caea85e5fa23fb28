package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.StreamOptions;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.status.rules.RuleSet;
import dev.fanfare.status.share.SharedPolls;
import dev.fanfare.status.watch.Askers.Left;
import dev.fanfare.status.watch.Askers.Outcome;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.stream.StreamWriter;
import dev.fanfare.stream.Ticker;
import dev.fanfare.wire.Form;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * Under the lock the hub is called, which takes its own locks and calls nothing back, and the registry, a leaf. Sources and
 * futures of callers are only called without it. Writer loops take the lock when a client leaves; it is held for no longer
 * than it takes to look at and encode one status for each group. It guards the idle timer as well.
 *
 * A watch is `gone` once it is forgotten, or its source knows no such status. All is refused then, and whoever asked gets
 * another watch from the registry. A watch with clients, or with an open question to its source, is never forgotten.
 */
/**
 * One source with one set of parameter values: the status, its clients, and how long both are kept. How the status comes in
 * is up to the two kinds. Thread-safe; no method blocks.
 */
abstract sealed class Watch permits PolledWatch, PushedWatch {
    /** The definition that holds; changed under the lock. */
    volatile WatchedSource source;

    private final WatchRegistry watches;
    final StatusUrl url;
    final Ticker ticker;

    /** Has the lock of the watch. */
    final Feed feed;

    @GuardedBy("feed.lock")
    private final IdleTimer idle;

    @GuardedBy("feed.lock")
    private final Askers askers = new Askers();

    @GuardedBy("feed.lock")
    private boolean gone;

    Watch(WatchedSource source, WatchRegistry watches, StatusUrl url) {
        this.source = source;
        this.watches = watches;
        this.url = url;
        this.ticker = source.ticker();
        this.feed = new Feed(url, source.settings(), this::opening, source.log(), ticker, this::sendHeld);
        this.idle = new IdleTimer(ticker, this::forgetIfIdle);
    }

    /** Has the status asked for, if nobody has yet. Called without the lock. */
    abstract void ask();

    /**
     * Goes on under another definition of the source, of the same kind.
     *
     * @return what is left to be done without locks
     */
    abstract Runnable goOn(Next next);

    /**
     * What takes the place of a definition.
     *
     * @param polled what is asked; null if statuses are pushed
     * @param shared the polls of all nodes; null if there are no others
     * @param tellsTheSame whether the statuses that are known stay known
     */
    record Next(
            WatchedSource source,
            @Nullable PolledSource polled,
            @Nullable SharedPolls shared,
            boolean tellsTheSame) {}

    /** Asks no more. Called without the lock. */
    abstract void stopAsking();

    /** Whether a question to the source is open. */
    @GuardedBy("feed.lock")
    abstract boolean isAsking();

    /** Whether there is an answer without asking. */
    @GuardedBy("feed.lock")
    abstract boolean isAnswered();

    /** Whether it stays also while nobody watches. */
    @GuardedBy("feed.lock")
    abstract boolean isKept();

    /** A status was told, not restored. */
    @GuardedBy("feed.lock")
    abstract void adopted();

    /** What there is to tell about the watch itself. */
    abstract WatchInfo info();

    private Frame opening() {
        return source.openings().next();
    }

    final SourceSettings settings() {
        return source.settings();
    }

    final StatusUrl url() {
        return url;
    }

    /**
     * What is known of the status, once the source has been asked if nothing is known yet.
     *
     * @param by the definition that was looked up
     * @return null if the watch is gone
     * @throws SourceReplaced if another definition holds by now
     */
    final @Nullable CompletionStage<View> view(WatchedSource by) {
        CompletionStage<View> answer;
        synchronized (feed.lock) {
            requireCurrent(by);
            if (gone) {
                return null;
            }
            keepFor(halfPeriod());
            if (isAnswered()) {
                return CompletableFuture.completedStage(feed.view());
            }
            answer = askers.add();
        }
        ask();
        return answer;
    }

    @GuardedBy("feed.lock")
    private void requireCurrent(WatchedSource by) {
        if (by != source) {
            throw new SourceReplaced(by.name());
        }
    }

    /** Whether it is forgotten, or its source knows no such status. */
    final boolean isGone() {
        synchronized (feed.lock) {
            return gone;
        }
    }

    /** As {@link #isGone}, under the lock. */
    @GuardedBy("feed.lock")
    final boolean hasGone() {
        return gone;
    }

    /** Whether a client with these rules could join. */
    final boolean hasRoomFor(RuleSet rules) {
        synchronized (feed.lock) {
            return feed.hasRoomFor(rules);
        }
    }

    /**
     * Opens a stream, which waits for a status if none is known yet.
     *
     * @param by the definition that was looked up
     * @return false if the watch is gone
     * @throws TooManyRuleSets if the limit is reached
     * @throws SourceReplaced if another definition holds by now
     */
    final boolean join(
            WatchedSource by,
            Outlet outlet,
            StreamOptions options,
            @Nullable String lastEventId,
            Consumer<CloseReason> onClose) {
        synchronized (feed.lock) {
            requireCurrent(by);
            if (gone) {
                return false;
            }
            feed.join(outlet, options, lastEventId, onClose, this::left);
            idleLater();
        }
        ask();
        return true;
    }

    /**
     * Has a stream of several members have this status, too; otherwise like {@link #join}.
     *
     * @return null if the watch is gone
     * @throws TooManyRuleSets if the limit is reached
     * @throws SourceReplaced if another definition holds by now
     */
    final @Nullable Attachment attach(
            WatchedSource by, StreamWriter writer, int loopIndex, Form form, StreamOptions options) {
        Attachment attached;
        synchronized (feed.lock) {
            requireCurrent(by);
            if (gone) {
                return null;
            }
            attached = feed.attach(writer, loopIndex, form, options, this::hasEnded, this::left);
            idleLater();
        }
        ask();
        return attached;
    }

    private boolean hasEnded() {
        synchronized (feed.lock) {
            return feed.isEnded();
        }
    }

    private void left(RuleSet rules, WatcherGroup group) {
        synchronized (feed.lock) {
            feed.left(rules, group);
            if (!feed.isEnded()) {
                keepFor(settings().linger());
            } else if (feed.clients() == 0) {
                idleLater();
            }
        }
    }

    /** The interval is over. */
    private void sendHeld(WatcherGroup group) {
        synchronized (feed.lock) {
            if (!gone) {
                feed.sendHeld(group);
            }
        }
    }

    /** Whether there is nothing to tell any more. */
    @GuardedBy("feed.lock")
    final boolean isOver() {
        return gone || feed.isEnded();
    }

    /**
     * Takes a status as the newest one.
     *
     * @return false if the watch is gone or has ended
     */
    final boolean adopt(Newest newest) {
        return adopt(newest, Duration.ZERO, null);
    }

    /**
     * Takes a status that was told some time ago; otherwise as the other method.
     *
     * @param by the definition by which it was told; passed over if another one holds by now. Null for whichever holds
     */
    final boolean adopt(Newest newest, Duration age, @Nullable WatchedSource by) {
        Outcome outcome;
        synchronized (feed.lock) {
            if (isOver() || (by != null && by != source)) {
                return false;
            }
            feed.answered(age);
            adopted();
            outcome = taken(newest, ticker.now().minus(age), false);
            idleLater();
        }
        tell(outcome);
        return true;
    }

    /**
     * Makes a status the newest one.
     *
     * @param time when it was told
     * @param isOver whether it is final whatever it says
     */
    @GuardedBy("feed.lock")
    final Outcome taken(Newest newest, Instant time, boolean isOver) {
        feed.take(newest, time, isOver);
        if (feed.isEnded()) {
            lingerAfterTheEnd();
        }
        return answered();
    }

    /** The source tells the status, or that there is none. */
    @GuardedBy("feed.lock")
    final Outcome answered() {
        feed.fresh();
        return askers.works(feed.view());
    }

    /** The source does not tell the status, for the first time or once more. */
    @GuardedBy("feed.lock")
    final Outcome failing(SourceFailure reason, Duration nextIn, boolean asked) {
        feed.stale(reason, nextIn, asked);
        if (asked) {
            // Forgotten sooner, it would be asked again sooner.
            keepFor(nextIn);
        }
        return askers.fails(reason, feed.view());
    }

    /** The source works, and does not tell the status. */
    @GuardedBy("feed.lock")
    final Outcome missed(SourceFailure reason, Duration nextIn) {
        feed.stale(reason, nextIn, true);
        return askers.works(feed.view());
    }

    /** Answers whoever waits with what is known. */
    final void tellView() {
        Outcome outcome;
        synchronized (feed.lock) {
            outcome = askers.unchanged(feed.view());
        }
        outcome.answer();
    }

    /** The status is there again: another watch takes this one's place, and answers whoever waits. */
    final void replace() {
        View last;
        Left left;
        synchronized (feed.lock) {
            if (gone) {
                return;
            }
            last = feed.view();
            left = leave();
        }
        dropped(new Left(left.failing(), List.of()));
        if (!left.waiting().isEmpty()) {
            watches.lookInstead(url, source)
                    .whenComplete((view, error) ->
                            left.waiting().forEach(future -> future.complete(view == null ? last : view)));
        }
    }

    /**
     * There is no such status any more: what is known is final, and as old as it was; if nothing is, the watch goes.
     *
     * @return false if it was gone or had ended before
     */
    final boolean vanish() {
        return vanish(null);
    }

    /** As the other method, if the definition that says so still holds. */
    final boolean vanish(@Nullable WatchedSource by) {
        return end(by, false);
    }

    /** Whoever sets the status says that what is known is final; otherwise as {@link #vanish()}. */
    final boolean end() {
        return end(null, true);
    }

    private boolean end(@Nullable WatchedSource by, boolean isToldFinal) {
        Outcome outcome;
        boolean isEnding;
        synchronized (feed.lock) {
            if (isOver() || (by != null && by != source)) {
                return false;
            }
            if (isToldFinal) {
                feed.answered(Duration.ZERO);
            }
            isEnding = feed.finish();
            outcome = askers.works(isEnding ? feed.view() : View.NOTHING);
            if (isEnding) {
                lingerAfterTheEnd();
            } else {
                leave();
            }
        }
        if (!isEnding) {
            watches.remove(url, this);
            stopAsking();
        }
        tell(outcome);
        return true;
    }

    final void tell(Outcome outcome) {
        outcome.reportTo(source.health());
        if (outcome.view().ended()) {
            stopAsking();
        }
        outcome.answer();
    }

    /** Half of the time from poll to poll, so that a single question is forgotten before it is asked again. */
    private Duration halfPeriod() {
        return settings().every().dividedBy(2);
    }

    /** However many come late: a client that asks after this long finds out anew. */
    @GuardedBy("feed.lock")
    private void lingerAfterTheEnd() {
        idle.keepOnlyFor(settings().linger());
        idleLater();
    }

    /** Keeps a watch that nobody watches for this long at least. */
    @GuardedBy("feed.lock")
    private void keepFor(Duration time) {
        if (!feed.isEnded()) {
            idle.keepFor(time);
        }
        idleLater();
    }

    @GuardedBy("feed.lock")
    private void idleLater() {
        if (feed.clients() == 0 && !gone && !isKept()) {
            idle.start();
            watches.idles(this);
        } else {
            idle.stop();
            watches.isNeeded(this);
        }
    }

    /** Makes room for another watch, unless somebody needs this one. A question that is open is waited for. */
    final void giveWay() {
        Left left;
        synchronized (feed.lock) {
            if (gone || feed.clients() > 0 || isKept()) {
                return;
            }
            if (isAsking() || !askers.isEmpty()) {
                watches.idles(this);
                return;
            }
            left = leave();
        }
        dropped(left);
    }

    private void forgetIfIdle() {
        Left left;
        synchronized (feed.lock) {
            if (gone || feed.clients() > 0 || !idle.isOver()) {
                return;
            }
            if (isAsking() || !askers.isEmpty()) {
                // Another watch in its place would ask while this question is open.
                idle.keepFor(halfPeriod());
                idleLater();
                return;
            }
            left = leave();
        }
        dropped(left);
    }

    /** Lets go of everything, whoever watches. Without an event: nobody knows whether the source works again. */
    final void drop() {
        Left left;
        synchronized (feed.lock) {
            if (gone) {
                return;
            }
            left = leave();
        }
        dropped(left);
    }

    /**
     * Another definition holds, by which there is no such status: its streams end without an event, and clients that reconnect are
     * judged by what holds then.
     */
    final void breakOff() {
        Left left;
        synchronized (feed.lock) {
            if (gone) {
                return;
            }
            feed.breakOff();
            left = leave();
        }
        dropped(left);
    }

    /**
     * Takes another definition.
     *
     * @return those who asked under the one before, to be told without the lock that it is replaced
     */
    @GuardedBy("feed.lock")
    final List<CompletableFuture<View>> redefine(WatchedSource next, boolean tellsTheSame) {
        source = next;
        feed.redefine(StreamOptions.of(next.settings()).rules(), tellsTheSame);
        return askers.takeWaiting();
    }

    /** Tells those who asked under a definition that is replaced. */
    final void replaced(List<CompletableFuture<View>> waiting) {
        waiting.forEach(future -> future.completeExceptionally(new SourceReplaced(source.name())));
    }

    /** Goes at once, so that another watch is made in its place; gives what is left to be done without the lock. */
    @GuardedBy("feed.lock")
    final Runnable leaveNow() {
        if (gone) {
            return () -> {};
        }
        Left left = leave();
        watches.remove(url, this);
        return () -> dropped(left);
    }

    @GuardedBy("feed.lock")
    private Left leave() {
        gone = true;
        idle.stop();
        feed.letGo();
        return askers.leave();
    }

    private void dropped(Left left) {
        if (left.failing()) {
            source.health().forgotten();
        }
        watches.remove(url, this);
        stopAsking();
        left.waiting()
                .forEach(future -> future.completeExceptionally(
                        watches.isClosed()
                                ? new IllegalStateException("The service is closed")
                                : new SourceReplaced(source.name())));
    }
}
