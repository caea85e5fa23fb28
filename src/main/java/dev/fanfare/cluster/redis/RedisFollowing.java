package dev.fanfare.cluster.redis;

import dev.fanfare.history.HistoryRefused;
import dev.fanfare.log.SharedLog.Follower;
import dev.fanfare.log.SharedLog.Life;
import dev.fanfare.log.SharedLog.Stand;
import dev.fanfare.log.SharedLog.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * XREAD says nothing of a log that was emptied and filled again: it goes on with the first entry above the cursor. So each page
 * is compared with what was read before it:
 *
 *   next position, and the chain fits (EventPage)     the same log, go on
 *   first page after the log was met, or a hole       the epoch is asked for once more, after the page: had it changed before
 *                                                     the page was read, the answer would tell
 *   next position, and the chain does not fit         another log under the same positions: a new life has to begin
 *   a hole that nothing explains                      somebody removed events: a new life, and the log lets go of what is before
 *
 * Whatever does not fit is not handed on. The log is met, the stand is told, and the page is read again.
 */
/** Follows the log on a thread and a connection of its own, and reconnects. */
final class RedisFollowing implements Runnable, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RedisFollowing.class.getName());
    private static final int BLOCK_MS = 1000;
    private static final int ANSWER_MS = BLOCK_MS + 2000;
    private static final long FIRST_PAUSE_MS = 50;
    private static final long LONGEST_PAUSE_MS = 1000;
    private static final long ENDING_MS = 1000;
    private static final long UNKNOWN = -1;

    private final RedisSharedLog log;
    private final Follower follower;
    private final Thread thread;
    private volatile @Nullable RedisLink link;
    private volatile boolean closed;

    // Confined to the thread.
    private final PageSize size = new PageSize();
    private long cursor;
    private long chain = UNKNOWN;
    private long pauseMs = FIRST_PAUSE_MS;
    private boolean away;
    private @Nullable Stand told;

    RedisFollowing(RedisSharedLog log, long after, Follower follower) {
        this.log = log;
        this.cursor = after;
        this.follower = follower;
        this.thread = new Thread(this, "fanfare-redis-follow");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        while (!closed) {
            try (RedisLink open = log.connector().open()) {
                link = open;
                tell(log.meet(open), true);
                pauseMs = FIRST_PAUSE_MS;
                while (!closed) {
                    step(open);
                }
            } catch (RedisAway | RedisError | HistoryRefused e) {
                leave(e);
            } catch (RuntimeException | Error e) { // a bug, or want of memory; what was not handed on is read again
                LOG.log(System.Logger.Level.ERROR, "Following the shared log goes on after an error", e);
                leave(new RedisError("ERROR " + e));
            }
        }
    }

    private void leave(RuntimeException e) {
        chain = UNKNOWN;
        if (closed) {
            return;
        }
        if (!away) {
            away = true;
            follower.away(RedisSharedLog.inWords(e));
        }
        long most = TimeUnit.MILLISECONDS.toNanos(pauseMs);
        LockSupport.parkNanos(most / 2 + ThreadLocalRandom.current().nextLong(most / 2));
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }

    /** Tells where the log stands, if that is news. */
    private void tell(Stand stand, boolean isBack) {
        Stand before = told;
        if (before == null || away || !before.lives().equals(stand.lives()) || stand.keptAfter() > cursor) {
            cursor = Math.max(cursor, before == null ? 0 : validAfter(before.life(), stand));
            cursor = Math.max(cursor, stand.keptAfter());
            chain = UNKNOWN;
            told = stand;
            follower.stand(stand);
        }
        if (isBack && away) {
            away = false;
            follower.back();
        }
    }

    /** Up to where there is nothing more to be had in the life that was followed. */
    private long validAfter(Life followed, Stand stand) {
        List<Life> lives = stand.lives();
        for (int i = 0; i < lives.size(); i++) {
            Life each = lives.get(i);
            if (each.epoch().equals(followed.epoch())) {
                boolean isLost = cursor > each.lostAfter() && i + 1 < lives.size();
                return isLost ? lives.get(i + 1).from() - 1 : cursor;
            }
        }
        return stand.life().from() - 1;
    }

    private void step(RedisLink open) {
        hearOfNewLife();
        List<?> answer = RedisLink.list(open.call(
                ANSWER_MS,
                "XREAD",
                List.of(
                        "COUNT",
                        size.entries(),
                        "BLOCK",
                        BLOCK_MS,
                        "STREAMS",
                        log.keys().log(),
                        cursor + "-0")));
        if (answer.isEmpty()) {
            return;
        }
        List<EventPage.Entry> page =
                EventPage.read(RedisLink.list(RedisLink.list(answer.get(0)).get(1)), cursor);
        int good = follows(page);
        if (good == 0) {
            good = afterLook(open, page);
        }
        handOver(
                page.subList(0, good),
                RedisLink.list(RedisLink.list(answer.get(0)).get(1)).size());
    }

    private void hearOfNewLife() {
        log.knowledge().stand().ifPresent(stand -> tell(stand, false));
    }

    /** How many entries, from the first, surely follow what was read. */
    private int follows(List<EventPage.Entry> page) {
        long position = cursor;
        long count = chain;
        int good = 0;
        for (EventPage.Entry each : page) {
            if (count == UNKNOWN || each.event().position() != position + 1 || each.before() != count) {
                return good;
            }
            position++;
            count = each.chain();
            good++;
        }
        return good;
    }

    /** How many entries follow, now that the log is looked at again. */
    private int afterLook(RedisLink open, List<EventPage.Entry> page) {
        EventPage.Entry first = page.get(0);
        long position = first.event().position();
        Stand before = told;
        Stand now = log.look(open).orElse(null);
        if (now == null || before == null || !now.lives().equals(before.lives())) {
            tell(log.meet(open), false);
            return 0;
        }
        boolean isNext = position == cursor + 1;
        boolean isBegin = now.lives().stream().anyMatch(life -> life.from() == position);
        if ((isNext && chain == UNKNOWN) || isBegin) {
            return 1 + restFollows(page);
        }
        if (!isNext && now.keptAfter() > cursor && position > now.keptAfter()) {
            tell(now, false);
            return position == now.keptAfter() + 1 ? 1 + restFollows(page) : 0;
        }
        LOG.log(
                System.Logger.Level.ERROR,
                "The shared log has at position {0} what does not follow position {1}: it was changed by somebody else. A"
                        + " new life begins",
                Long.toString(position),
                Long.toString(cursor));
        tell(log.meet(open, now.life().epoch(), isNext ? 0 : position - 1), false);
        return 0;
    }

    private int restFollows(List<EventPage.Entry> page) {
        cursor = page.get(0).event().position() - 1; // what lies before it is explained
        long count = page.get(0).chain();
        int good = 0;
        for (int i = 1; i < page.size(); i++) {
            EventPage.Entry each = page.get(i);
            if (each.event().position() != cursor + i + 1 || each.before() != count) {
                return good;
            }
            count = each.chain();
            good++;
        }
        return good;
    }

    private void handOver(List<EventPage.Entry> good, int entries) {
        if (good.isEmpty()) {
            return;
        }
        List<Stored> events = new ArrayList<>(good.size());
        long bytes = 0;
        for (EventPage.Entry each : good) {
            events.add(each.event());
            bytes += each.event().record().length;
        }
        EventPage.Entry last = good.get(good.size() - 1);
        follower.events(events);
        cursor = last.event().position();
        chain = last.chain();
        log.knowledge().see(cursor);
        size.came(entries, bytes);
    }

    /** Ends following; nothing is handed on afterwards, unless the follower itself ends it. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        RedisLink open = link;
        if (open != null) {
            open.close();
        }
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(ENDING_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
