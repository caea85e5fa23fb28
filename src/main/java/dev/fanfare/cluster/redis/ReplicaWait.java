package dev.fanfare.cluster.redis;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import java.util.List;
import java.util.Optional;

/** Waits until as many replicas have what was appended as the settings ask for. Thread-safe. */
final class ReplicaWait {
    private static final long WAIT_MS = 2000; // a replica that syncs each second answers after one; see ANSWER_MS

    private final int replicas;
    private final boolean onDisk;

    /** @param hasWaitAof whether the engine can tell what replicas have on disk */
    ReplicaWait(ClusterSettings settings, boolean hasWaitAof) {
        this.replicas = settings.replicas();
        this.onDisk = hasWaitAof && settings.durability() == Durability.ALWAYS;
    }

    /** Waits for what this connection appended last; says how many have it if too few do. */
    Optional<String> tooFew(RedisLink link) {
        if (replicas == 0) {
            return Optional.empty();
        }
        Object answer = onDisk ? link.call("WAITAOF", 1, replicas, WAIT_MS) : link.call("WAIT", replicas, WAIT_MS);
        long have = answer instanceof List<?> both ? RedisLink.number(both.get(1)) : RedisLink.number(answer);
        return have >= replicas ? Optional.empty() : Optional.of(have + " of " + replicas);
    }

    /** What having it takes, for a message. */
    String where() {
        return onDisk ? " on disk, for which a replica needs appendonly yes" : "";
    }
}
