package dev.fanfare.cluster;

import dev.fanfare.event.Ranges;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How this node takes part in a cluster; see {@code fanfare.cluster.*} in {@code docs/reference/configuration.md}.
 *
 * @param url where the engine is; without a password
 * @param passwordFile a file that holds the engine's password alone, read again at each connection; null for none
 * @param name names the cluster among others on the same engine
 * @param durability what an answered event survives
 * @param replicas machines besides the engine's first one that must have an event before it is answered
 * @param timeout how long a publisher waits for an engine that is away
 * @param lease after how long without a sign another node takes over what a node did for all
 */
public record ClusterSettings(
        String url,
        @Nullable Path passwordFile,
        String name,
        Durability durability,
        int replicas,
        Duration timeout,
        Duration lease) {

    /** What an answered event survives. */
    public enum Durability {
        /** The sudden end of any node and of the engine: it is on the engine's disk. */
        ALWAYS,
        /** The sudden end of any node; a {@code gap} reports what an engine loses that ends suddenly. */
        RELAXED
    }

    /** The name of a cluster that is given none. */
    public static final String DEFAULT_NAME = "fanfare";

    /** How long a publisher waits, unless something else is said. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    /** How long a lease lasts, unless something else is said. */
    public static final Duration DEFAULT_LEASE = Duration.ofSeconds(3);

    /** Most replicas that may be waited for. */
    public static final int MOST_REPLICAS = 5;

    /** Longest timeout and lease. */
    public static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public ClusterSettings {
        requireName(name);
        Ranges.requireBetween("replicas", replicas, 0, MOST_REPLICAS);
        Ranges.requireBetween("timeout", timeout, Duration.ofMillis(100), LONGEST_WAIT);
        Ranges.requireBetween("lease", lease, Duration.ofSeconds(1), LONGEST_WAIT);
    }

    /** A node of the cluster at a URL, with the defaults. */
    public static ClusterSettings at(String url) {
        return new ClusterSettings(url, null, DEFAULT_NAME, Durability.ALWAYS, 0, DEFAULT_TIMEOUT, DEFAULT_LEASE);
    }

    /** Returns a name if a cluster can have it. */
    public static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a cluster has 1 to 64 letters, digits, dots, hyphens or underscores, not \"" + name
                            + "\"");
        }
        return name;
    }
}
