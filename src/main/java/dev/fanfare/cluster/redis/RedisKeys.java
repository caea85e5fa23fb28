package dev.fanfare.cluster.redis;

import java.util.List;

/**
 * The keys of a cluster; see {@code docs/reference/redis.md}. The braces keep all of them in one slot of a Redis Cluster, which
 * a script needs.
 *
 * @param log the stream of events
 * @param meta where the log stands
 * @param receipts what was appended under which key
 * @param ids the newest position of each id
 * @param later receipts that have no event of their own, by the event with which they go
 */
record RedisKeys(String log, String meta, String receipts, String ids, String later) {
    /** The keys of the cluster with this name. */
    static RedisKeys of(String name) {
        String prefix = "{" + name + "}:";
        return new RedisKeys(prefix + "log", prefix + "meta", prefix + "receipts", prefix + "ids", prefix + "later");
    }

    /** In the order in which scripts take them. */
    List<String> all() {
        return List.of(log, meta, receipts, ids, later);
    }
}
