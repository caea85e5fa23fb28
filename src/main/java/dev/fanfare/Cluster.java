package dev.fanfare;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ReplicatedHistory;
import dev.fanfare.cluster.redis.RedisSharedLog;
import dev.fanfare.cluster.redis.RedisStates;
import dev.fanfare.history.Epoch;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.history.MemoryHistory;
import dev.fanfare.history.sqlite.SqliteHistory;
import dev.fanfare.log.LocalCopy;
import dev.fanfare.log.SharedLog;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes a {@link Fanfare} a node of a cluster. Stateless. */
final class Cluster {
    private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

    /** An engine that answers at all has said by then whether it will do; one that is away is waited for in the background. */
    private static final Duration LONGEST_START = Duration.ofSeconds(3);

    private Cluster() {}

    /** The log on the engine that the settings name. */
    private static RedisSharedLog engine(ClusterSettings cluster, HistorySettings bounds) {
        try {
            return new RedisSharedLog(cluster, bounds);
        } catch (NoClassDefFoundError e) {
            throw new HistoryRefused(
                    "fanfare.cluster.url names a Redis, and its driver was not found: put the jar of redis.clients:jedis,"
                            + " and what it needs, on the class path",
                    e);
        }
    }

    /** As {@link Parts#checkCluster}. */
    static void check(ClusterSettings cluster, HistorySettings bounds) {
        try (RedisSharedLog log = engine(cluster, bounds)) {
            log.check();
        }
    }

    /** Has one node of all poll each status. Nothing is asked of the engine before one is watched. */
    static void share(Statuses statuses, ClusterSettings cluster) {
        statuses.share(new RedisStates(cluster), Epoch.create(), cluster.lease());
    }

    /** A history that reads this node's copy; it does not follow the log before {@link #join}. */
    static ReplicatedHistory history(ClusterSettings cluster, HistorySettings settings, Ticker ticker) {
        SharedLog log = engine(cluster, settings);
        LocalCopy copy;
        try {
            copy = settings.store() == HistorySettings.Store.SQLITE
                    ? SqliteHistory.openCopy(settings, ticker)
                    : new MemoryHistory(settings, ticker);
        } catch (RuntimeException | Error e) {
            log.close();
            throw e;
        }
        return new ReplicatedHistory(log, copy, ticker, cluster.timeout());
    }

    /**
     * Begins to follow the log.
     *
     * @throws HistoryRefused if the engine is there and will not do; tells why
     */
    static void join(ReplicatedHistory history) {
        CompletionStage<Void> met = history.start();
        try {
            met.toCompletableFuture()
                    .orTimeout(LONGEST_START.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof HistoryRefused refused) {
                throw refused;
            }
            if (!(e.getCause() instanceof TimeoutException)) {
                throw e;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The shared log (fanfare.cluster.url) has not answered within {0} s; this node is not ready until it does",
                    String.valueOf(LONGEST_START.toSeconds()));
        }
    }
}
