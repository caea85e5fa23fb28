package dev.fanfare.status.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Ticker;
import java.time.Duration;

/** A watch whose source is asked again and again. */
final class PolledWatch extends Watch implements Poller.Listener {
    private final Poller poller;

    PolledWatch(RegisteredSource source, PolledSource polled, StatusUrl url, StatusLog log, Ticker ticker) {
        super(source, url, log, ticker);
        this.poller = polled.poller(url, this);
    }

    @Override
    void ask() {
        poller.start();
    }

    @Override
    void stopAsking() {
        poller.stop();
    }

    @Override
    @GuardedBy("feed.lock")
    boolean isAsking() {
        return poller.isReading();
    }

    /** A poller that failed asks again by itself. */
    @Override
    @GuardedBy("feed.lock")
    boolean isAnswered() {
        return feed.isKnown() || feed.isStale();
    }

    @Override
    @GuardedBy("feed.lock")
    boolean isKept() {
        return false;
    }

    @Override
    @GuardedBy("feed.lock")
    void adopted() {}

    @Override
    WatchInfo info() {
        synchronized (feed.lock) {
            return feed.info(poller.asked(), poller.due());
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

    /** The source says that the status is the one already known. */
    private void recover() {
        Outcome outcome;
        synchronized (feed.lock) {
            if (isOver()) {
                return;
            }
            feed.answered();
            outcome = answered();
        }
        tell(outcome);
    }

    @Override
    public void failed(SourceFailure reason, Duration nextIn, boolean asked) {
        Outcome outcome;
        synchronized (feed.lock) {
            if (isOver()) {
                return;
            }
            outcome = failing(reason, nextIn, asked);
        }
        tell(outcome);
    }
}
