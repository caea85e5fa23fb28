package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.status.poll.PollListener;
import dev.fanfare.status.poll.PolledSource;
import dev.fanfare.status.poll.Poller;
import dev.fanfare.status.poll.Polling;
import dev.fanfare.status.share.ShareListener;
import dev.fanfare.status.share.SharedPolls;
import dev.fanfare.status.watch.Askers.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * A source that knows a status no more:
 *
 *   Reading.Gone      it has ended
 *   Reading.Missing   a proxy may say so while a server is replaced, and a file is away for a moment while it is replaced. The
 *                     status is stale first, and has ended when the source has said nothing else for `goneAfter`
 *
 * A status that has ended in one of these ways may be there again. Nobody polls it any more, so the first who asks for it in a
 * period has the source asked once more, by a poller of its own (`probe`). If the status is there, another watch takes this
 * one's place.
 */
/** A watch whose source is asked again and again. */
final class PolledWatch extends Watch {
    @GuardedBy("feed.lock")
    private PolledSource polled;

    @GuardedBy("feed.lock")
    private Polling polling;

    /** Whether the source knew no such status when it answered last. */
    @GuardedBy("feed.lock")
    private boolean isMissing;

    @GuardedBy("feed.lock")
    private long missingSinceNanos;

    /** Whether the status has ended because the source knew it no more. */
    @GuardedBy("feed.lock")
    private boolean hasVanished;

    @GuardedBy("feed.lock")
    private @Nullable Poller probe;

    @GuardedBy("feed.lock")
    private long askedNanos;

    /** @param shared null if there are no other nodes */
    PolledWatch(
            WatchedSource source,
            WatchRegistry watches,
            StatusUrl url,
            PolledSource polled,
            @Nullable SharedPolls shared) {
        super(source, watches, url);
        this.polled = polled;
        this.polling = polling(source, polled, shared);
    }

    private Polling polling(WatchedSource by, PolledSource asked, @Nullable SharedPolls shared) {
        ShareListener hearing = new Hearing(by);
        return shared == null ? asked.poller(url, hearing) : shared.polling(asked, url, hearing);
    }

    @Override
    Runnable goOn(Next next) {
        Polling before;
        Polling begins;
        Poller open;
        List<CompletableFuture<View>> waiting;
        synchronized (feed.lock) {
            if (hasGone()) {
                return () -> {};
            }
            if (feed.isEnded() && !next.tellsTheSame()) {
                return leaveNow();
            }
            waiting = redefine(next.source(), next.tellsTheSame());
            before = polling;
            open = probe;
            probe = null; // who asks from now on needs one of the new definition
            polled = Objects.requireNonNull(next.polled(), "of the same kind");
            polling = polling(next.source(), polled, next.shared());
            begins = feed.isEnded() ? null : polling;
            isMissing = false;
        }
        return () -> {
            before.stop();
            if (open != null) {
                open.stop();
            }
            replaced(waiting);
            if (begins != null) {
                begins.start();
            }
        };
    }

    @Override
    void ask() {
        Polling asking;
        synchronized (feed.lock) {
            asking = hasVanished ? openProbe() : polling;
        }
        if (asking != null) {
            asking.start();
        }
    }

    @GuardedBy("feed.lock")
    private @Nullable Poller openProbe() {
        if (probe == null && isProbeDue()) {
            askedNanos = ticker.nanos();
            probe = polled.poller(url, new Probe(source));
        }
        return probe;
    }

    @GuardedBy("feed.lock")
    private boolean isProbeDue() {
        return ticker.nanos() - askedNanos >= settings().every().toNanos();
    }

    /** Asks by one definition; what it hears after that was replaced is passed over. */
    private final class Probe implements PollListener {
        private final WatchedSource by;

        Probe(WatchedSource by) {
            this.by = by;
        }

        @Override
        public void told(Reading reading) {
            probed(by, reading instanceof Reading.Value);
        }

        @Override
        public void failed(SourceFailure failure, Duration nextIn, boolean asked) {
            probed(by, false);
        }
    }

    private void probed(WatchedSource by, boolean isThere) {
        assert !Thread.holdsLock(feed.lock);
        if (by != source) {
            return;
        }
        stopProbe();
        if (isThere) {
            replace();
        } else {
            tellView();
        }
    }

    private void stopProbe() {
        Poller open;
        synchronized (feed.lock) {
            open = probe;
            probe = null;
        }
        if (open != null) {
            open.stop();
        }
    }

    @Override
    void stopAsking() {
        Polling asking;
        synchronized (feed.lock) {
            asking = polling;
        }
        asking.stop();
        stopProbe();
    }

    @Override
    @GuardedBy("feed.lock")
    boolean isAsking() {
        return probe != null || (!feed.isEnded() && polling.isReading());
    }

    /** A poller that failed asks again by itself. */
    @Override
    @GuardedBy("feed.lock")
    boolean isAnswered() {
        if (hasVanished) {
            return probe == null && !isProbeDue();
        }
        return feed.isKnown() || feed.isStale() || isMissing;
    }

    @Override
    @GuardedBy("feed.lock")
    boolean isKept() {
        return false;
    }

    @Override
    @GuardedBy("feed.lock")
    void adopted() {
        isMissing = false;
    }

    @Override
    WatchInfo info() {
        synchronized (feed.lock) {
            return feed.info(polling.asked(), polling.due(), polling.owner());
        }
    }

    /** Hears what is said by one definition; what comes after it was replaced is passed over. */
    private final class Hearing implements ShareListener {
        private final WatchedSource by;

        Hearing(WatchedSource by) {
            this.by = by;
        }

        @Override
        public void told(Reading reading) {
            heard(reading, Duration.ZERO);
        }

        @Override
        public void heard(Reading reading, Duration age) {
            if (reading instanceof Reading.Value value) {
                adopt(Newest.of(value.value(), by.settings()), age, by);
            } else if (reading instanceof Reading.Unchanged) {
                recover(age);
            } else if (reading instanceof Reading.Missing) {
                missing();
            } else if (reading instanceof Reading.Gone) {
                gone();
            } else {
                throw new IllegalStateException("unknown kind of reading: " + reading);
            }
        }

        /** The source says that the status is the one already known. */
        private void recover(Duration age) {
            Outcome outcome;
            synchronized (feed.lock) {
                if (isOver() || by != source) {
                    return;
                }
                isMissing = false;
                feed.answered(age);
                outcome = answered();
            }
            tell(outcome);
        }

        private void missing() {
            Outcome outcome;
            synchronized (feed.lock) {
                if (isOver() || by != source) {
                    return;
                }
                if (!isMissing) {
                    isMissing = true;
                    missingSinceNanos = ticker.nanos();
                }
                outcome = outcomeOfMissing();
            }
            if (outcome == null) {
                gone();
            } else {
                tell(outcome);
            }
        }

        private void gone() {
            if (vanish(by)) {
                synchronized (feed.lock) {
                    hasVanished = feed.isEnded();
                    askedNanos = ticker.nanos();
                }
            }
        }

        @Override
        public void failed(SourceFailure reason, Duration nextIn, boolean asked) {
            Outcome outcome;
            synchronized (feed.lock) {
                if (isOver() || by != source) {
                    return;
                }
                if (asked) {
                    // What is missing has to be missing at every answer in between.
                    isMissing = false;
                }
                outcome = failing(reason, nextIn, asked);
            }
            tell(outcome);
        }
    }

    /** Null if the status has ended by it, or there is none. */
    @GuardedBy("feed.lock")
    private @Nullable Outcome outcomeOfMissing() {
        if (!feed.isKnown()) {
            return source.waitsForStatuses() ? answered() : null;
        }
        boolean isOver =
                ticker.nanos() - missingSinceNanos >= settings().goneAfter().toNanos();
        return isOver
                ? null
                : missed(
                        new SourceFailure("does not know this status any more"),
                        settings().every());
    }
}
