package dev.fanfare.cluster;

import static dev.fanfare.cluster.SharedLogContract.get;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.redis.RedisSharedLog;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on servers of Redis that a test starts. */
abstract class RedisFixture {
    static final Duration LONG = Duration.ofSeconds(60);

    final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    RedisServer server(String... options) throws Exception {
        RedisServer server = RedisServer.start(options);
        open.add(server);
        return server;
    }

    SharedLog node(ClusterSettings settings) {
        return node(settings, HistorySettings.DEFAULTS);
    }

    SharedLog node(ClusterSettings settings, HistorySettings bounds) {
        SharedLog node = new RedisSharedLog(settings, bounds);
        open.add(0, node);
        return node;
    }

    SharedLog attached(ClusterSettings settings) throws Exception {
        SharedLog node = node(settings);
        get(node.attach(Known.NOTHING));
        return node;
    }

    static ClusterSettings relaxed(RedisServer server) {
        return settings(server.url(), null, "fanfare", Durability.RELAXED, 0);
    }

    static ClusterSettings named(RedisServer server, String name) {
        return settings(server.url(), null, name, Durability.ALWAYS, 0);
    }

    static ClusterSettings settings(
            String url, @Nullable Path passwordFile, String name, Durability durability, int replicas) {
        return new ClusterSettings(
                url, passwordFile, name, durability, replicas, Duration.ofSeconds(5), Duration.ofSeconds(3));
    }

    void assertRefused(ClusterSettings settings, String... words) {
        assertThatThrownBy(() -> get(node(settings).attach(Known.NOTHING)))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContainingAll(words);
    }
}
