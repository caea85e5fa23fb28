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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The states that nodes share, in a real Redis. */
class RedisStatesTest extends SharedStatesContract {
    /** Long, so that no node loses its lease because the machine is busy; {@link #pass} has time pass nevertheless. */
    private static final Duration LONG_LEASE = Duration.ofMinutes(4);

    private static final String PASS = """
            for _, node in ipairs(redis.call('KEYS', ARGV[1] .. 'node:*')) do
              redis.call('PEXPIRE', node, redis.call('PTTL', node) - ARGV[2])
            end
            for _, value in ipairs(redis.call('KEYS', ARGV[1] .. 'w:*')) do
              local held = redis.call('HGET', value, 'f')
              if held then redis.call('HSET', value, 'f', string.format('%.0f', held - ARGV[2])) end
            end
            return 1""";

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
                redis.url(), null, name, Durability.ALWAYS, 0, ClusterSettings.DEFAULT_TIMEOUT, LONG_LEASE);
    }

    @Override
    protected SharedStates node() {
        SharedStates states = new RedisStates(settings(name));
        open.add(states);
        return states;
    }

    /** The engine's own clock can't be set; so what is there ages at once, by as many times more as the lease is longer. */
    @Override
    protected void pass(Duration time) {
        long ms = time.toMillis() * LONG_LEASE.toMillis() / LEASE.toMillis();
        try {
            assertThat(redis.send("EVAL", PASS, "0", "{" + name + "}:", "" + ms))
                    .startsWith(":1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
