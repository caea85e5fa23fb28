package dev.fanfare.cluster.redis;

import dev.fanfare.history.HistorySettings;
import java.time.Duration;
import java.util.List;

/**
 * Removes what the log keeps no longer. All nodes come each second; the script lets one of them in. Ages are by the engine's
 * clock, so it does not matter what the nodes' clocks say.
 */
final class RedisTrimming {
    private static final System.Logger LOG = System.getLogger(RedisTrimming.class.getName());
    private static final int STEP = 500;
    private static final int MOST_STEPS = 100;
    private static final Duration BETWEEN = Duration.ofMillis(900);
    private static final Duration NODE_FORGOTTEN_AFTER = Duration.ofDays(1);

    private final RedisScript trim = RedisScript.load("trim.lua");
    private final RedisKeys keys;
    private final HistorySettings bounds;

    RedisTrimming(RedisKeys keys, HistorySettings bounds) {
        this.keys = keys;
        this.bounds = bounds;
    }

    /** Says so if the node that started last has other bounds. */
    void compareBounds(RedisLink link) {
        String ours = "max-events=" + bounds.maxEvents() + ", max-age="
                + bounds.maxAge().toSeconds() + "s, max-bytes=" + bounds.maxBytes();
        Object theirs = RedisLink.list(link.call("HMGET", keys.meta(), "m")).get(0);
        if (theirs != null && !RedisLink.text(theirs).equals(ours)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Another node keeps history with {0}, this one with {1}; the smallest hold for the log. Give all nodes"
                            + " of the cluster the same fanfare.history.max-*",
                    RedisLink.text(theirs),
                    ours);
        }
        link.call("HSET", keys.meta(), "m", ours);
    }

    /** As much as there is to be removed, up to a bound; what is left has to wait for the next second. */
    void round(RedisLink link) {
        for (int i = 0; i < MOST_STEPS; i++) {
            List<?> answer = trim.run(
                    link,
                    keys.all(),
                    List.of(
                            bounds.maxEvents(),
                            bounds.maxAge().toMillis(),
                            bounds.maxBytes(),
                            STEP,
                            i == 0 ? 1 : 0,
                            BETWEEN.toMillis(),
                            NODE_FORGOTTEN_AFTER.toMillis()));
            if (RedisLink.number(answer.get(0)) < STEP) {
                return;
            }
        }
    }
}
