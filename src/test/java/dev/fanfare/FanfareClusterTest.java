package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.event.EventId;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.RedisServer;
import dev.fanfare.testing.StreamClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody's own application on several nodes, with one Redis. */
@Timeout(240)
class FanfareClusterTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private @Nullable RedisServer redis;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        if (redis != null) {
            redis.close();
        }
    }

    private Fanfare node(RedisServer server) {
        Fanfare fanfare = Fanfare.builder()
                .cluster(new ClusterSettings(
                        server.url(),
                        null,
                        ClusterSettings.DEFAULT_NAME,
                        Durability.ALWAYS,
                        0,
                        LONG,
                        ClusterSettings.DEFAULT_LEASE))
                .build();
        opened.add(fanfare);
        return fanfare;
    }

    private OwnApplication application(Fanfare fanfare) {
        OwnApplication application =
                new OwnApplication((sink, lastEventId) -> fanfare.subscribe(sink, lastEventId, "a"));
        opened.add(0, application::close);
        return application;
    }

    private static EventId publish(Fanfare fanfare, String data) {
        return fanfare.publish("a", data)
                .toCompletableFuture()
                .orTimeout(90, TimeUnit.SECONDS) // longer than a publisher waits
                .join();
    }

    @Test
    void clientsOfBothNodesGetWhatIsPublishedOnOneAndGoOnAtTheOther() throws Exception {
        RedisServer server = RedisServer.start();
        redis = server;
        Fanfare one = node(server);
        Fanfare other = node(server);
        OwnApplication here = application(one);
        OwnApplication there = application(other);
        StreamClient near = here.client().read().awaitText("retry:");
        StreamClient far = there.client().read().awaitText("retry:");
        EventId first = publish(one, "1");
        near.awaitText("data: 1");
        far.awaitText("data: 1");
        EventId second = publish(other, "2");
        far.awaitText("id: " + second.value());

        there.client("Last-Event-ID: " + first.value()).read().awaitText("data: 2");
        here.client("Last-Event-ID: " + first.value()).read().awaitText("data: 2");
    }

    @Test
    void anEngineThatDoesNotKeepWhatIsPromisedIsRefusedInWords() throws Exception {
        RedisServer server = RedisServer.start("--appendonly", "no");
        redis = server;
        // A start that has no answer within seconds goes on without one.
        await().atMost(LONG)
                .untilAsserted(() -> assertThatThrownBy(() -> node(server))
                        .isInstanceOf(HistoryRefused.class)
                        .hasMessageContaining("appendonly"));
    }

    @Test
    void aNodeStartsWithoutItsEngineAndJoinsOnceItIsThere() throws Exception {
        RedisServer server = RedisServer.start();
        redis = server;
        server.kill();
        Fanfare late = node(server);
        server.restart();
        OwnApplication application = application(late);
        await().atMost(LONG).ignoreExceptions().until(() -> publish(late, "1") != null);
        // A node that has not caught up with the log in time sends a client away.
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        application.client("Last-Event-ID: earliest").read().awaitText("data: 1"));
        assertThat(publish(late, "2")).isNotNull();
    }
}
