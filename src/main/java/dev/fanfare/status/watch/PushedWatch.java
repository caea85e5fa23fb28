package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.watch.Askers.Outcome;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * What was pushed before this process began is looked up once. Where the look-up fails, it is done again for those who wait
 * in a stream; a client that asks for the status has it looked up by that.
 */
/** A watch of a status that publishers set. */
final class PushedWatch extends Watch {
    private final Pushes pushes;

    @GuardedBy("feed.lock")
    private boolean isLookingUp;

    @GuardedBy("feed.lock")
    private boolean wasLookedUp;

    /** Whether the status is the one that was looked up. */
    @GuardedBy("feed.lock")
    private boolean wasRestored;

    /** The log has told the end while the status was being looked up. */
    @GuardedBy("feed.lock")
    private boolean endsMeanwhile;

    @GuardedBy("feed.lock")
    private Ticker.@Nullable Alarm lookAgain;

    PushedWatch(WatchedSource source, WatchRegistry watches, StatusUrl url, Pushes pushes) {
        super(source, watches, url);
        this.pushes = pushes;
    }

    @Override
    Runnable goOn(Next next) {
        List<CompletableFuture<View>> waiting;
        synchronized (feed.lock) {
            waiting = redefine(next.source(), true); // what publishers have set stays set
        }
        return () -> replaced(waiting);
    }

    @Override
    void ask() {
        synchronized (feed.lock) {
            if (isLookingUp || wasLookedUp || feed.isKnown() || isOver()) {
                return;
            }
            isLookingUp = true;
        }
        pushes.last(url, settings()).whenComplete((last, error) -> {
            if (last != null) {
                restore(last);
            } else {
                failed(SourceFailure.of(error));
            }
        });
    }

    private void restore(Pushes.Last last) {
        Outcome outcome;
        boolean isMissing;
        synchronized (feed.lock) {
            isLookingUp = false;
            wasLookedUp = true;
            Newest newest = last.status();
            if (newest != null && !feed.isKnown() && !isOver()) {
                wasRestored = true;
                feed.answeredAt(last.time());
                outcome = taken(newest, last.time(), last.ended() || endsMeanwhile);
            } else {
                outcome = answered();
            }
            isMissing = !feed.isKnown();
        }
        tell(outcome);
        if (isMissing && !source.waitsForStatuses()) {
            vanish();
        }
    }

    private void failed(SourceFailure reason) {
        Duration nextIn = settings().every();
        Outcome outcome;
        synchronized (feed.lock) {
            isLookingUp = false;
            if (feed.isKnown() || isOver()) {
                return;
            }
            outcome = failing(reason, nextIn, true);
            cancelLookAgain();
            if (feed.clients() > 0) {
                lookAgain = ticker.schedule(nextIn, this::ask);
            }
        }
        tell(outcome);
    }

    @GuardedBy("feed.lock")
    private void cancelLookAgain() {
        if (lookAgain != null) {
            lookAgain.cancel();
            lookAgain = null;
        }
    }

    @Override
    @GuardedBy("feed.lock")
    void adopted() {
        wasRestored = false;
        endsMeanwhile = false;
    }

    /** The log tells the end of the status: what is known is the last; if nothing is yet, what is looked up will be. */
    void endInLog() {
        synchronized (feed.lock) {
            endsMeanwhile = isLookingUp;
            if (!feed.isKnown()) {
                return;
            }
        }
        end();
    }

    @Override
    void stopAsking() {
        synchronized (feed.lock) {
            cancelLookAgain();
        }
    }

    @Override
    @GuardedBy("feed.lock")
    boolean isAsking() {
        return isLookingUp;
    }

    @Override
    @GuardedBy("feed.lock")
    boolean isAnswered() {
        return feed.isKnown() || wasLookedUp;
    }

    /** What was only looked up can be looked up again. */
    @Override
    @GuardedBy("feed.lock")
    boolean isKept() {
        return feed.isKnown() && !feed.isEnded() && !wasRestored;
    }

    @Override
    WatchInfo info() {
        synchronized (feed.lock) {
            return feed.info(null, null, null);
        }
    }
}
