package dev.fanfare.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.redis.RedisStates;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.SharedStates;
import dev.fanfare.log.SharedStatesContract;
import dev.fanfare.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The states that nodes share, in a real Redis. */
class RedisStatesTest extends SharedStatesContract {
    private static RedisServer redis;
    private static int names;

    private final List<SharedStates> open = new ArrayList<>();
    private final String name = "t" + names++;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServer.start("--appendfsync", "no");
    }

    @AfterAll
    static void end() throws Exception {
        if (redis != null) {
            redis.close();
        }
    }

    @AfterEach
    void close() {
        open.forEach(SharedStates::close);
    }

    private static ClusterSettings settings(String name) {
        return new ClusterSettings(
                redis.url(), null, name, Durability.ALWAYS, 0, ClusterSettings.DEFAULT_TIMEOUT, LEASE);
    }

    @Override
    protected SharedStates node() {
        SharedStates states = new RedisStates(settings(name));
        open.add(states);
        return states;
    }

    /** The engine's own clock counts, so there is nothing for it but to wait. */
    @Override
    protected void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    @Test
    void twoClustersOnOneRedisDoNotMeet() throws Exception {
        SharedStates one = node();
        SharedStates other = new RedisStates(settings(name + "-other"));
        open.add(other);
        one.beat("a", true, Set.of()).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertThat(one.claim("a", List.of("k"), 0)
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS)
                        .get(0)
                        .owner())
                .isEqualTo("a");
        assertThat(other.claim("b", List.of("k"), 0)
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS)
                        .get(0)
                        .owner())
                .isEqualTo("b");
    }

    @Test
    void anEngineThatIsAwayIsSaidToBeAndIsFoundAgain() throws Exception {
        try (RedisServer own = RedisServer.start("--appendfsync", "no")) {
            SharedStates states = new RedisStates(new ClusterSettings(
                    own.url(), null, name, Durability.ALWAYS, 0, ClusterSettings.DEFAULT_TIMEOUT, LEASE));
            open.add(states);
            states.beat("a", true, Set.of()).toCompletableFuture().get(60, TimeUnit.SECONDS);
            own.kill();
            assertThatThrownBy(() -> states.beat("a", false, Set.of())
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(HistoryUnavailable.class);
            own.restart();
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> states.beat("a", true, Set.of())
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS)
                            .lives());
        }
    }
}
