package dev.fanfare.cluster;

import dev.fanfare.event.Event;
import dev.fanfare.log.EventRecord;
import dev.fanfare.log.PublicationTooLarge;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Life;
import dev.fanfare.log.SharedLog.Stand;
import dev.fanfare.log.SharedLog.Stored;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 *   SharedLog -> stand(), events() -> the copy has it -> Listener: dispatch
 *
 * All in the follower's thread. It waits for the copy, so nothing piles up here: while it waits, no more is read.
 *
 * A break in the log shows as a hole. The stand that came before says what it is:
 *
 *   trimmed past    the log has let go of what comes next: the copy begins anew behind it
 *   a new life      what the copy has above `lostAfter` was lost: it is taken back, and the copy goes on with the first position
 *                   of the next life. Readers that have seen what was lost are behind the head in a hole, and are told so
 *   another log     nothing here is of it: the copy begins anew
 */
/** Brings what the log tells into the copy, then to those who follow this node. Its methods are called one at a time. */
final class Tailer implements SharedLog.Follower {
    private static final System.Logger LOG = System.getLogger(Tailer.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Hears what the copy has; in the order of the log, one call at a time. */
    interface Listener {
        /** The copy has these events, which follow each other and the head before. */
        void events(long first, List<Event> events);

        /** The copy goes on behind a position; what lies before is to be read there, as far as it is. */
        void passOver(long position);

        /** The engine has been heard of; the copy may have come to its head. */
        void heard(Stand stand);
    }

    private final LogCopy copy;
    private final Listener listener;
    private final Ticker ticker;
    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile CountDownLatch pausing = new CountDownLatch(1);
    private volatile @Nullable String away = "the log has not been reached yet";
    private volatile @Nullable String unreadable;

    Tailer(LogCopy copy, Listener listener, Ticker ticker) {
        this.copy = copy;
        this.listener = listener;
        this.ticker = ticker;
    }

    /** Why the log can't be followed at present; null if it can. */
    @Nullable
    String fault() {
        return unreadable != null ? unreadable : away;
    }

    /** Why the log will not be followed again by itself; null if it may. */
    @Nullable
    String broken() {
        return unreadable;
    }

    /** Has a thread that waits for the copy go on, and do nothing more. */
    void close() {
        closed.countDown();
        pausing.countDown();
    }

    private boolean isOver() {
        return closed.getCount() == 0 || unreadable != null;
    }

    @Override
    public void away(String why) {
        away = why;
        LOG.log(
                System.Logger.Level.WARNING,
                "The shared log is away ({0}); clients read on, publishing waits for it",
                why);
    }

    @Override
    public void back() {
        away = null;
        LOG.log(System.Logger.Level.INFO, "The shared log is back");
    }

    // Where the log stands.

    @Override
    public void stand(Stand stand) {
        if (isOver()) {
            return;
        }
        away = null;
        if (!copy.isMet()) {
            beginAfter(stand.keptAfter(), stand.lives());
        } else {
            reconcile(stand);
        }
        copy.letGo(stand.keptAfter());
        listener.heard(stand);
    }

    private void reconcile(Stand stand) {
        long head = copy.head();
        Life common = newestInCommon(stand.lives(), head);
        if (common == null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The shared log is another one than before; what this node had of it is gone");
            // What comes next is of its present life, since no position comes twice.
            beginAfter(Math.max(stand.keptAfter(), Math.max(head, stand.life().from() - 1)), stand.lives());
            return;
        }
        if (stand.keptAfter() > head || common.lostAfter() < copy.keptAfter()) {
            beginAfter(stand.keptAfter(), stand.lives());
            return;
        }
        if (head > common.lostAfter()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The shared log has lost all behind position {0}, and this node had events up to {1}; clients that had"
                            + " them get a gap",
                    String.valueOf(common.lostAfter()),
                    String.valueOf(head));
            done(() -> copy.dropAfter(common.lostAfter()));
        }
        done(() -> copy.keepLives(stand.lives()));
        goOn();
    }

    /** As the log knows it now, the newest life of which this node has something. */
    private @Nullable Life newestInCommon(List<Life> now, long head) {
        List<Life> before = copy.lives();
        for (int i = before.size() - 1; i >= 0; i--) {
            if (before.get(i).from() - 1 > head) {
                continue;
            }
            for (Life life : now) {
                if (life.epoch().equals(before.get(i).epoch())) {
                    return life;
                }
            }
        }
        return null;
    }

    /** Goes on with the next life where this one ends at the head. */
    private void goOn() {
        List<Life> lives = copy.lives();
        long head = copy.head();
        long begins = 0;
        for (int i = 0; i + 1 < lives.size(); i++) {
            Life life = lives.get(i);
            Life next = lives.get(i + 1);
            boolean isIn = head >= life.from() - 1 && head < next.from() - 1;
            if (isIn && head >= life.lostAfter()) {
                head = next.from() - 1;
                begins = next.from();
            }
        }
        if (begins > 0) {
            long first = begins;
            done(() -> copy.goOn(first));
            listener.passOver(first - 1);
        }
    }

    private void beginAfter(long position, List<Life> lives) {
        done(() -> copy.beginAfter(position, lives));
        listener.passOver(position);
    }

    // Events.

    @Override
    public void events(List<Stored> events) {
        int from = 0;
        while (from < events.size() && !isOver()) {
            long position = events.get(from).position();
            if (position <= copy.head()) { // it is here already
                from++;
                continue;
            }
            if (position > copy.head() + 1) {
                goOn();
            }
            if (position > copy.head() + 1) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The shared log goes on at position {0}, and this node has it up to {1}; clients behind get a gap",
                        String.valueOf(position),
                        String.valueOf(copy.head()));
                beginAfter(position - 1, copy.lives());
            }
            int to = from + 1;
            while (to < events.size()
                    && events.get(to).position() == events.get(to - 1).position() + 1) {
                to++;
            }
            take(position, events.subList(from, to));
            from = to;
        }
        if (!isOver()) {
            goOn(); // the end of an earlier life may have been the last of them
        }
    }

    private void take(long first, List<Stored> stretch) {
        List<Event> events = new ArrayList<>(stretch.size());
        for (Stored each : stretch) {
            Event event = decodeOrNull(each);
            if (event == null) {
                break;
            }
            events.add(event);
        }
        if (!events.isEmpty()) {
            keep(first, List.copyOf(events));
        }
    }

    private @Nullable Event decodeOrNull(Stored stored) {
        try {
            return EventRecord.decode(stored.record());
        } catch (RuntimeException e) {
            unreadable = "the shared log has a record at position " + stored.position()
                    + " that this version can't read; bring this node to the version of the others";
            LOG.log(System.Logger.Level.ERROR, unreadable, e);
            return null;
        }
    }

    /** Half of them at a time where all are too much for the copy. */
    private void keep(long first, List<Event> events) {
        boolean fits = done(() -> copy.append(events));
        if (fits) {
            listener.events(first, events);
        } else if (events.size() > 1) {
            int half = events.size() / 2;
            keep(first, events.subList(0, half));
            keep(first + half, events.subList(half, events.size()));
        } else if (!isOver()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The event at position {0} is too large for this node's copy (fanfare.history.max-bytes); clients behind"
                            + " it get a gap",
                    String.valueOf(first));
            beginAfter(first, copy.lives());
        }
    }

    /** Waits for a step of the copy, and does it again while that fails; whether it was done, and not refused or over. */
    private boolean done(Supplier<CompletionStage<Void>> step) {
        while (closed.getCount() > 0) {
            try {
                step.get().toCompletableFuture().join();
                return true;
            } catch (CompletionException e) {
                if (e.getCause() instanceof PublicationTooLarge) {
                    return false;
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        "This node's copy of the log can't be written; it is tried again each second",
                        e.getCause());
                pause();
            }
        }
        return false;
    }

    private void pause() {
        CountDownLatch over = new CountDownLatch(1);
        pausing = over;
        Ticker.Alarm alarm = ticker.schedule(PAUSE, over::countDown);
        try {
            if (closed.getCount() > 0) {
                over.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown(); // whoever interrupts it wants it to end
        } finally {
            alarm.cancel();
        }
    }
}
