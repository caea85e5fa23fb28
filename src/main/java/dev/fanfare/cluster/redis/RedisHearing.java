package dev.fanfare.cluster.redis;

import dev.fanfare.history.HistoryRefused;
import dev.fanfare.log.SharedStates.Follower;
import dev.fanfare.log.SharedStates.Note;
import dev.fanfare.log.SharedStates.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * Positions of the stream count up by one, so a hole says that this node was too slow and something was trimmed. A stream that was
 * emptied says nothing; so, each time that a read brings nothing, the position given last is asked for: one below the cursor
 * belongs to another stream. In both cases, and after each connect, the follower is told that it may have missed something.
 */
/** Follows what nodes tell of states, on a thread and a connection of its own, and reconnects. */
final class RedisHearing implements Runnable, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RedisHearing.class.getName());
    private static final int BLOCK_MS = 1000;
    private static final int ANSWER_MS = BLOCK_MS + 2000;
    private static final int MOST_ENTRIES = 500;
    private static final long FIRST_PAUSE_MS = 50;
    private static final long LONGEST_PAUSE_MS = 1000;
    private static final long ENDING_MS = 500;

    private final RedisConnector connector;
    private final RedisStates.Keys keys;
    private final Follower follower;
    private final Thread thread;
    private volatile @Nullable RedisLink link;
    private volatile boolean closed;

    // Confined to the thread.
    private long cursor;
    private long pauseMs = FIRST_PAUSE_MS;

    RedisHearing(RedisConnector connector, RedisStates.Keys keys, Follower follower) {
        this.connector = connector;
        this.keys = keys;
        this.follower = follower;
        this.thread = new Thread(this, "fanfare-redis-hear");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        while (!closed) {
            try (RedisLink open = connector.open()) {
                link = open;
                cursor = newest(open);
                follower.missed();
                pauseMs = FIRST_PAUSE_MS;
                while (!closed) {
                    step(open);
                }
            } catch (RedisAway | RedisError | HistoryRefused e) {
                pause(System.Logger.Level.DEBUG, e);
            } catch (RuntimeException
                    | Error e) { // a bug, or want of memory; what was missed is looked at after the connect
                pause(System.Logger.Level.ERROR, e);
            }
        }
    }

    private void pause(System.Logger.Level level, Throwable reason) {
        if (closed) {
            return;
        }
        LOG.log(level, "Following what other nodes tell of statuses goes on after an error", reason);
        long most = TimeUnit.MILLISECONDS.toNanos(pauseMs);
        LockSupport.parkNanos(most / 2 + ThreadLocalRandom.current().nextLong(most / 2));
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }

    /** The position given last; 0 if there was none. */
    private long newest(RedisLink open) {
        Object newest = open.call("HGET", keys.meta(), "n");
        return newest == null ? 0 : RedisLink.number(newest);
    }

    private void step(RedisLink open) {
        List<?> answer = RedisLink.list(open.call(
                ANSWER_MS,
                "XREAD",
                List.of("COUNT", MOST_ENTRIES, "BLOCK", BLOCK_MS, "STREAMS", keys.stream(), cursor + "-0")));
        if (answer.isEmpty()) {
            if (newest(open) < cursor) {
                cursor = newest(open);
                follower.missed();
            }
            return;
        }
        List<?> entries = RedisLink.list(RedisLink.list(answer.get(0)).get(1));
        for (Object entry : entries) {
            List<?> both = RedisLink.list(entry);
            String id = RedisLink.text(both.get(0));
            long position = Long.parseLong(id.substring(0, id.indexOf('-')));
            boolean isHole = position != cursor + 1 && cursor != 0;
            cursor = position;
            if (isHole) {
                follower.missed();
            }
            hear(open, RedisLink.list(both.get(1)));
        }
    }

    private void hear(RedisLink open, List<?> fields) {
        String kind = RedisLink.text(fields.get(0));
        switch (kind) {
            case "v", "e", "l" -> told(open, kind, fields);
            case "f" -> fresh(RedisLink.text(fields.get(1)).split(" ", -1));
            case "x" -> free(fields);
            default ->
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "Another version tells something that this one does not know: {0}",
                        kind);
        }
    }

    private void told(RedisLink open, String kind, List<?> fields) {
        String name = RedisLink.text(fields.get(3));
        if (!follower.follows(name)) {
            return;
        }
        String stamp = RedisLink.text(fields.get(5));
        byte[] bytes = (byte[]) fields.get(1);
        if (kind.equals("e")) {
            follower.noted(name, new Note(RedisStates.stamp(stamp), bytes));
        } else if (kind.equals("v")) {
            follower.told(name, new Told(RedisStates.stamp(stamp), bytes, Duration.ZERO));
        } else {
            large(open, name);
        }
    }

    /** It may be a newer one by now, which then comes twice. */
    private void large(RedisLink open, String name) {
        List<?> found = RedisLink.list(open.call("HMGET", keys.values() + name, "v", "s"));
        if (found.get(0) instanceof byte[] value && found.get(1) instanceof byte[] stamp) {
            follower.told(name, new Told(RedisStates.stamp(RedisLink.text(stamp)), value, Duration.ZERO));
        }
    }

    private void fresh(String[] words) {
        for (int i = 0; i + 2 < words.length; i += 3) {
            follower.fresh(
                    Long.parseLong(words[i]),
                    Long.parseLong(words[i + 1]),
                    Duration.ofMillis(Long.parseLong(words[i + 2])));
        }
    }

    private void free(List<?> fields) {
        List<String> names = new ArrayList<>();
        for (int i = 3; i < fields.size(); i += 2) {
            names.add(RedisLink.text(fields.get(i)));
        }
        follower.free(names);
    }

    /** Ends following; nothing is handed on afterwards. */
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
