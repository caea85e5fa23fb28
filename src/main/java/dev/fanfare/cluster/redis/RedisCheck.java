package dev.fanfare.cluster.redis;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.history.HistoryRefused;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Refuses a Redis that can't keep the promise, in words; and warns where it can't be found out. */
final class RedisCheck {
    private static final System.Logger LOG = System.getLogger(RedisCheck.class.getName());
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final Set<String> FORBIDDEN = Set.of("NOPERM", "ERR");

    private final RedisUrl url;
    private final ClusterSettings settings;

    RedisCheck(RedisUrl url, ClusterSettings settings) {
        this.url = url;
        this.settings = settings;
    }

    /** @throws HistoryRefused saying what was found, what would be right, and what decides it */
    void check(RedisLink link) {
        Map<String, String> info = info(link);
        requireVersion(info);
        requireMaster(info);
        requireReplicas(info);
        requireNoEviction(config(link, "maxmemory-policy"));
        requireDurability(config(link, "appendonly"), config(link, "appendfsync"));
    }

    /**
     * What {@code attach.lua} asks before it begins a log.
     *
     * @throws RedisError if a key holds something else than the log of a cluster, or a log of another layout
     */
    static void requireOwn(RedisLink link, RedisKeys keys, String layout) {
        Map<String, String> types = Map.of(
                keys.log(),
                "stream",
                keys.meta(),
                "hash",
                keys.receipts(),
                "hash",
                keys.ids(),
                "hash",
                keys.later(),
                "zset");
        types.forEach((key, type) -> {
            String found = RedisLink.text(link.call("TYPE", key));
            if (!found.equals("none") && !found.equals(type)) {
                throw foreign(key, found);
            }
        });
        Object found = RedisLink.list(link.call("HMGET", keys.meta(), "v")).get(0);
        if (found == null && RedisLink.number(link.call("EXISTS", keys.meta())) == 1) {
            throw foreign(keys.meta(), "hash");
        }
        if (found != null && !RedisLink.text(found).equals(layout)) {
            throw otherLayout(RedisLink.text(found), layout);
        }
    }

    static RedisError foreign(String key, String type) {
        return new RedisError("FOREIGN the key " + key + " holds something else (a " + type
                + "); remove it, or choose another fanfare.cluster.name");
    }

    static RedisError otherLayout(String found, String layout) {
        return new RedisError("VERSION the log has layout " + found + ", and this version of Fanfare reads layout "
                + layout + "; run a version that knows it");
    }

    /** Whether it can wait for the disks of replicas. */
    static boolean hasWaitAof(RedisLink link) {
        Matcher version = VERSION.matcher(String.valueOf(info(link).get("redis_version")));
        if (!version.matches()) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        return major > 7 || (major == 7 && Integer.parseInt(version.group(2)) >= 2);
    }

    private static Map<String, String> info(RedisLink link) {
        Map<String, String> found = new HashMap<>();
        for (String section : new String[] {"server", "replication"}) {
            for (String line : RedisLink.text(link.call("INFO", section)).split("\r?\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    found.put(line.substring(0, colon), line.substring(colon + 1));
                }
            }
        }
        return found;
    }

    /** A setting of the engine; null if it does not say. */
    private @Nullable String config(RedisLink link, String name) {
        try {
            var answer = RedisLink.list(link.call("CONFIG", "GET", name));
            if (answer.size() == 2) {
                return RedisLink.text(answer.get(1));
            }
        } catch (RedisError e) {
            if (!FORBIDDEN.contains(e.code())) {
                throw e;
            }
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "The Redis at {0} does not tell its setting {1}; make sure that it keeps what fanfare.cluster.durability"
                        + " = {2} promises (see docs/reference/redis.md)",
                url,
                name,
                settings.durability().name().toLowerCase(java.util.Locale.ROOT));
        return null;
    }

    private void requireVersion(Map<String, String> info) {
        String version = String.valueOf(info.get("redis_version"));
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return; // a service that hides it
        }
        int major = Integer.parseInt(parts.group(1));
        if (major < 6 || (major == 6 && Integer.parseInt(parts.group(2)) < 2)) {
            throw new HistoryRefused("fanfare.cluster.url: the Redis at " + url + " has version " + version
                    + "; 6.2 or newer is needed, or Valkey");
        }
    }

    private void requireMaster(Map<String, String> info) {
        String role = info.getOrDefault("role", "master");
        if (!role.equals("master")) {
            throw HistoryRefused.forNow(
                    "fanfare.cluster.url: the Redis at " + url + " is a " + role
                            + ", which takes no writes; name the master, or the sentinels that know it",
                    null);
        }
    }

    private void requireReplicas(Map<String, String> info) {
        int replicas = Integer.parseInt(info.getOrDefault("connected_slaves", "0"));
        if (replicas < settings.replicas()) {
            throw HistoryRefused.forNow(
                    "fanfare.cluster.replicas is " + settings.replicas() + "; the Redis at " + url + " has " + replicas
                            + " that are connected",
                    null);
        }
    }

    private void requireNoEviction(@Nullable String policy) {
        if (policy != null && policy.startsWith("allkeys-")) {
            throw new HistoryRefused("fanfare.cluster.url: the Redis at " + url + " has maxmemory-policy " + policy
                    + ", by which it may throw the log away; noeviction or one of volatile-* is needed");
        }
    }

    private void requireDurability(@Nullable String appendOnly, @Nullable String fsync) {
        if (appendOnly == null || fsync == null) {
            return;
        }
        boolean isAlways = appendOnly.equals("yes") && fsync.equals("always");
        if (settings.durability() == Durability.ALWAYS && !isAlways) {
            throw new HistoryRefused("fanfare.cluster.durability is always; the Redis at " + url + " has appendonly "
                    + appendOnly + " and appendfsync " + fsync + ". Set appendonly yes and appendfsync always there, or"
                    + " fanfare.cluster.durability=relaxed here, by which answered events may be lost when Redis ends"
                    + " suddenly");
        }
        if (!appendOnly.equals("yes")) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The Redis at {0} has appendonly {1}: whenever it ends, events are lost, and clients get a gap",
                    url,
                    appendOnly);
        }
    }
}
