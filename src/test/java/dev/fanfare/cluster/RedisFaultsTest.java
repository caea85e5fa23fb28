package dev.fanfare.cluster;

import static dev.fanfare.cluster.SharedLogContract.get;
import static dev.fanfare.cluster.SharedLogContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.log.SharedLog.Remembered;
import dev.fanfare.log.SharedLog.Stored;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.testing.RedisServer;
import dev.fanfare.testing.StallingProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node does when Redis fails, is full or silent, or has lost something. */
class RedisFaultsTest extends RedisFixture {
    @Test
    void noKeyHasATimeToLive() throws Exception {
        RedisServer server = server();
        SharedLog node = attached(ClusterSettings.at(server.url()));
        get(node.append(
                1,
                List.of(
                        new Publication(List.of(new byte[1]), List.of("id"), 0, "key", "content"),
                        new Publication(List.of(), List.of(), 0, "other", ""))));

        for (String key : List.of("log", "meta", "receipts", "ids", "later")) {
            assertThat(server.send("TTL", "{fanfare}:" + key)).as(key).startsWith(":-1");
        }
    }

    @Test
    void anEventThatNoReplicaHasIsNotAnswered() throws Exception {
        RedisServer master = server();
        RedisServer replica = server("--replicaof", "127.0.0.1 " + master.port());
        await().atMost(LONG).until(() -> master.send("INFO", "replication").contains("state=online"));
        SharedLog node = attached(settings(master.url(), null, "fanfare", Durability.ALWAYS, 1));
        awaitFirst(node);

        replica.pause();
        assertThatThrownBy(() -> get(node.append(2, List.of(texts("b"))))).isInstanceOf(OutcomeUnknown.class);
        assertThat(node.fault()).get().asString().contains("fanfare.cluster.replicas");
        replica.unpause();

        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(node.append(2, List.of(texts("b"))))).containsExactly(new Appended(2)));
        await().atMost(LONG).untilAsserted(() -> assertThat(node.fault()).isEmpty());
    }

    /** A replica that has come online may still be busy with the file that it begins with. */
    private static void awaitFirst(SharedLog node) {
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(node.append(1, List.of(texts("a"))))).containsExactly(new Appended(1)));
    }

    @Test
    void aReplicaThatLacksTheEndBeginsANewLife() throws Exception {
        RedisServer master = server();
        RedisServer replica = server("--replicaof", "127.0.0.1 " + master.port());
        await().atMost(LONG).until(() -> master.send("INFO", "replication").contains("state=online"));
        try (StallingProxy door = new StallingProxy(master.port())) {
            SharedLog node = attached(ClusterSettings.at("redis://127.0.0.1:" + door.port()));
            RecordingFollower follower = new RecordingFollower();
            open.add(0, node.follow(0, follower));
            get(node.append(1, List.of(texts("a", "b"))));
            await().atMost(LONG)
                    .until(() -> replica.send("XLEN", "{fanfare}:log").startsWith(":1"));
            replica.send("REPLICAOF", "NO", "ONE");
            get(node.append(2, List.of(texts("lost"))));
            await().atMost(LONG).until(() -> follower.texts().size() == 3);
            String before = follower.life().epoch();

            door.leadTo(replica.port());

            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(follower.life().epoch()).isNotEqualTo(before));
            SharedLog.Stand stand = node.stand().orElseThrow();
            assertThat(stand.lives().get(0).lostAfter()).isEqualTo(2);
            assertThat(stand.life().from()).isGreaterThanOrEqualTo(3 + SharedLog.JUMP);
        }
    }

    @Test
    void sentinelsLeadToTheReplicaThatTakesOver() throws Exception {
        RedisServer master = server();
        RedisServer replica = server("--replicaof", "127.0.0.1 " + master.port());
        await().atMost(LONG).until(() -> master.send("INFO", "replication").contains("state=online"));
        RedisServer sentinel = RedisServer.startSentinel(master, "shop");
        open.add(sentinel);
        sentinel.send("SENTINEL", "SET", "shop", "down-after-milliseconds", "120000"); // a slow one is not gone
        await().atMost(LONG)
                .until(() -> sentinel.send("SENTINEL", "master", "shop").contains("num-slaves\r\n$1\r\n1"));
        String sentinels = "redis-sentinel://127.0.0.1:1,127.0.0.1:" + sentinel.port();
        assertThatThrownBy(
                        () -> get(node(ClusterSettings.at(sentinels + "/other")).attach(Known.NOTHING)))
                .isInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("knows no master \"other\"");
        SharedLog node = attached(ClusterSettings.at(sentinels + "/shop"));
        RecordingFollower follower = new RecordingFollower();
        open.add(0, node.follow(0, follower));
        get(node.append(1, List.of(texts("a"))));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly("a"));
        await().atMost(LONG).until(() -> replica.send("XLEN", "{fanfare}:log").startsWith(":1"));

        sentinel.send("SENTINEL", "SET", "shop", "down-after-milliseconds", "1000");
        master.kill();

        await().atMost(LONG.multipliedBy(3)) // a sentinel that was slow itself does nothing for half a minute
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(node.append(2, List.of(texts("b"))))).hasSize(1));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly("a", "b"));
        assertThat(node.stand().orElseThrow().lives()).hasSize(2);
        assertThat(follower.faults()).isEmpty();
    }

    /** The disks of replicas where the engine can wait for them, else their memory; it counts the commands that it was sent. */
    @Test
    void replicasAreWaitedForOnTheirDisksWhereTheEngineCanDoIt() throws Exception {
        RedisServer master = server();
        RedisServer replica = server("--replicaof", "127.0.0.1 " + master.port());
        await().atMost(LONG).until(() -> master.send("INFO", "replication").contains("state=online"));
        SharedLog node = attached(settings(master.url(), null, "fanfare", Durability.ALWAYS, 1));
        awaitFirst(node);

        boolean canWait = master.send("COMMAND", "INFO", "WAITAOF").contains("waitaof");
        String counts = master.send("INFO", "commandstats");
        assertThat(counts.contains("cmdstat_waitaof:")).as(counts).isEqualTo(canWait);
        assertThat(counts.contains("cmdstat_wait:")).as(counts).isEqualTo(!canWait);

        replica.send("CONFIG", "SET", "appendonly", "no");
        if (canWait) {
            assertThatThrownBy(() -> get(node.append(2, List.of(texts("b")))))
                    .isInstanceOf(OutcomeUnknown.class)
                    .hasMessageContaining("a replica needs appendonly yes");
        } else {
            assertThat(get(node.append(2, List.of(texts("b"))))).containsExactly(new Appended(2));
        }
    }

    @Test
    void aBackupThatIsMarkedAsRestoredBeginsANewLifeThoughNoNodeKnowsWhatItLacks() throws Exception {
        RedisServer server = server();
        SharedLog before = attached(ClusterSettings.at(server.url()));
        get(before.append(1, List.of(texts("a", "b", "c"))));
        List<String> keys = List.of("{fanfare}:log", "{fanfare}:meta");
        for (String key : keys) {
            server.send("COPY", key, key + "-backup");
        }
        get(before.append(2, List.of(texts("d", "e"))));
        before.close();

        for (String key : keys) {
            assertThat(server.send("COPY", key + "-backup", key, "REPLACE")).startsWith(":1");
        }
        assertThat(server.send("HSET", "{fanfare}:meta", "r", "restored")).startsWith(":0");
        SharedLog first = attached(ClusterSettings.at(server.url()));
        SharedLog second = attached(ClusterSettings.at(server.url()));

        SharedLog.Stand stand = second.stand().orElseThrow();
        assertThat(stand.lives()).hasSize(2);
        assertThat(stand.lives().get(0).lostAfter()).isEqualTo(3);
        assertThat(get(first.append(1, List.of(texts("D"))))).containsExactly(new Appended(3 + SharedLog.JUMP));
        assertThat(get(second.read(0, 10, 1 << 20)).events())
                .extracting(RecordingFollower::text)
                .containsExactly("a", "b", "c", "D");
    }

    @Test
    void nodesWithOtherBoundsLearnThatTheSmallestHold() throws Exception {
        RedisServer server = server();
        attached(ClusterSettings.at(server.url()));
        HistorySettings others = new HistorySettings(10, Duration.ofDays(1), 64 << 10, 100);
        SharedLog node = node(ClusterSettings.at(server.url()), others);
        RecordedLog recorded = new RecordedLog("dev.fanfare.cluster.redis");
        open.add(recorded);

        get(node.attach(Known.NOTHING));

        assertThat(recorded.warnings()).anyMatch(each -> each.contains("the smallest hold"));
    }

    @Test
    void twoClustersOnOneRedisKnowNothingOfEachOther() throws Exception {
        RedisServer server = server();
        SharedLog one = attached(named(server, "one"));
        SharedLog two = attached(named(server, "two"));
        get(one.append(1, List.of(texts("a", "b"))));

        assertThat(get(two.append(1, List.of(texts("c"))))).containsExactly(new Appended(1));
        assertThat(get(two.read(0, 10, 1 << 20)).events())
                .extracting(RecordingFollower::text)
                .containsExactly("c");
        assertThat(one.stand().orElseThrow().life().epoch())
                .isNotEqualTo(two.stand().orElseThrow().life().epoch());
    }

    @Test
    void aFullRedisTakesNothingAndRecovers() throws Exception {
        RedisServer server = server();
        SharedLog node = attached(ClusterSettings.at(server.url()));
        get(node.append(1, List.of(texts("a"))));

        server.send("CONFIG", "SET", "maxmemory", "1mb");
        assertThatThrownBy(() -> get(node.append(2, List.of(texts("b", "c")))))
                .isInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("OOM");
        assertThat(node.fault()).get().asString().contains("OOM");
        server.send("CONFIG", "SET", "maxmemory", "0");

        assertThat(get(node.append(2, List.of(texts("b", "c"))))).containsExactly(new Appended(2));
        // What it does each second may have been refused, too, and is done again.
        await().atMost(LONG).untilAsserted(() -> assertThat(node.fault()).isEmpty());
        assertThat(get(node.read(0, 10, 1 << 20)).events()).hasSize(3);
    }

    @Test
    void aConnectionThatStallsIsGivenUp() throws Exception {
        RedisServer server = server();
        try (StallingProxy proxy = new StallingProxy(server.port())) {
            SharedLog node = attached(ClusterSettings.at("redis://127.0.0.1:" + proxy.port()));
            RecordingFollower follower = new RecordingFollower();
            open.add(0, node.follow(0, follower));
            get(node.append(1, List.of(texts("a"))));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(follower.texts()).containsExactly("a"));

            proxy.stall();
            assertThatThrownBy(() -> get(node.append(2, List.of(texts("b"))))).isInstanceOf(OutcomeUnknown.class);
            await().atMost(LONG).untilAsserted(() -> assertThat(follower.told()).contains("away"));
            await().atMost(LONG).untilAsserted(() -> assertThat(node.fault()).isPresent());
            proxy.goOn();

            await().atMost(LONG)
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            assertThat(get(node.append(2, List.of(texts("b"))))).hasSize(1));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(follower.texts()).containsExactly("a", "b"));
            assertThat(follower.faults()).isEmpty();
        }
    }

    @Test
    void whatWasStoredBehindALostAnswerIsStoredOnce() throws Exception {
        RedisServer server = server();
        try (StallingProxy proxy = new StallingProxy(server.port())) {
            SharedLog node = attached(ClusterSettings.at("redis://127.0.0.1:" + proxy.port()));
            get(node.append(1, List.of(texts("before")))); // Redis knows the script then
            proxy.swallowAnswers();
            assertThatThrownBy(() -> get(node.append(2, List.of(texts("a", "b")))))
                    .isInstanceOf(OutcomeUnknown.class);
            await().atMost(LONG)
                    .until(() -> server.send("XLEN", "{fanfare}:log").startsWith(":2"));
            proxy.goOn();

            await().atMost(LONG)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(get(node.append(2, List.of(texts("a", "b")))))
                            .containsExactly(new Appended(2)));
            assertThat(server.send("XLEN", "{fanfare}:log")).startsWith(":2");
        }
    }

    @Test
    void aRedisThatStandsStillIsNoticedAndWaitedFor() throws Exception {
        RedisServer server = server();
        SharedLog node = attached(ClusterSettings.at(server.url()));
        RecordingFollower follower = new RecordingFollower();
        open.add(0, node.follow(0, follower));

        server.pause();
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.told()).contains("away"));
        server.unpause();

        await().atMost(LONG).untilAsserted(() -> assertThat(follower.told()).contains("back"));
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(node.append(1, List.of(texts("a"))))).hasSize(1));
        assertThat(node.stand().orElseThrow().lives()).hasSize(1);
    }

    @Test
    void aLogThatWasEmptiedAndFilledByANewNodeIsNotTakenForTheOldOne() throws Exception {
        RedisServer server = server();
        SharedLog old = attached(ClusterSettings.at(server.url()));
        RecordingFollower follower = new RecordingFollower();
        open.add(0, old.follow(0, follower));
        get(old.append(1, List.of(texts("a", "b", "c"))));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly("a", "b", "c"));

        // Elsewhere first, so that the old node finds no log that is empty.
        SharedLog elsewhere = attached(ClusterSettings.at(server.url() + "/1"));
        get(elsewhere.append(1, List.of(texts("A", "B", "C", "D", "E"))));
        elsewhere.close();
        assertThat(server.send("SWAPDB", "0", "1")).startsWith("+OK");
        SharedLog fresh = attached(ClusterSettings.at(server.url()));

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(follower.life().from()).isGreaterThan(SharedLog.JUMP));
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(fresh.append(1, List.of(texts("F"))))).hasSize(1));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).endsWith("F"));
        assertThat(follower.texts()).doesNotContain("D", "E").startsWith("a", "b", "c");
        assertThat(follower.faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"XDEL {fanfare}:log 2-0", "DEL {fanfare}:log"})
    void eventsThatSomebodyRemovesBeginOneLifeAndNoMore(String removal) throws Exception {
        RedisServer server = server();
        SharedLog node = attached(ClusterSettings.at(server.url()));
        for (int i = 1; i <= 3; i++) {
            get(node.append(i, List.of(texts("e" + i))));
        }

        server.send(removal.split(" "));
        get(node.append(4, List.of(texts("e4"))));
        List<RecordingFollower> followers = new ArrayList<>();
        for (long after = 0; after < 2; after++) { // each of another node, and none has what was removed
            RecordingFollower follower = new RecordingFollower();
            followers.add(follower);
            open.add(0, attached(ClusterSettings.at(server.url())).follow(after, follower));
        }

        for (RecordingFollower each : followers) {
            await().atMost(LONG).untilAsserted(() -> assertThat(each.texts()).endsWith("e4"));
        }
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(node.append(5, List.of(texts("e5"))))).hasSize(1));
        for (RecordingFollower each : followers) {
            await().atMost(LONG).untilAsserted(() -> assertThat(each.texts()).endsWith("e4", "e5"));
            assertThat(each.faults()).isEmpty();
        }
        assertThat(node.stand().orElseThrow().lives()).hasSize(2);
    }

    @Test
    void whatEndsSuddenlyWithoutSyncingBeginsANewLife() throws Exception {
        RedisServer server = server("--appendonly", "no");
        SharedLog node = attached(relaxed(server));
        RecordingFollower follower = new RecordingFollower();
        open.add(0, node.follow(0, follower));
        get(node.append(1, List.of(texts("a"))));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly("a"));
        String before = follower.life().epoch();

        server.kill();
        server.restart();

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(follower.life().epoch()).isNotEqualTo(before));
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(node.append(2, List.of(texts("b"))))).hasSize(1));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly("a", "b"));
    }

    @Test
    void keepsNoMoreThanItsBoundsAndForgetsReceiptsWithTheirEvents() throws Exception {
        RedisServer server = server();
        SharedLog node =
                node(ClusterSettings.at(server.url()), new HistorySettings(10, Duration.ofDays(1), 64 << 10, 100));
        get(node.attach(Known.NOTHING));
        get(node.append(1, List.of(new Publication(List.of(new byte[3]), List.of("id"), 0, "key", "content"))));
        assertThat(get(node.append(2, List.of(new Publication(List.of(), List.of(), 0, "key", "other")))))
                .containsExactly(new Remembered(1, "content"));
        for (int i = 3; i < 30; i++) {
            get(node.append(i, List.of(texts("e" + i))));
        }

        await().atMost(LONG).until(() -> server.send("XLEN", "{fanfare}:log").startsWith(":10\r"));

        assertThat(get(node.read(0, 100, 1 << 20)).events())
                .extracting(Stored::position)
                .startsWith(19L)
                .endsWith(28L);
        assertThat(server.send("HLEN", "{fanfare}:receipts")).startsWith(":0");
        assertThat(server.send("HLEN", "{fanfare}:ids")).startsWith(":0");
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(node.stand().orElseThrow().keptAfter()).isEqualTo(18));
        get(node.append(30, List.of(Publication.of(List.of(new byte[40 << 10])))));
        get(node.append(31, List.of(Publication.of(List.of(new byte[20 << 10], new byte[20 << 10])))));
        await().atMost(LONG).until(() -> server.send("XLEN", "{fanfare}:log").startsWith(":2\r"));
    }

    @Test
    void refusesAPublicationThatIsLargerThanTheLog() throws Exception {
        RedisServer server = server();
        SharedLog node =
                node(ClusterSettings.at(server.url()), new HistorySettings(10, Duration.ofDays(1), 64 << 10, 100));
        get(node.attach(Known.NOTHING));

        assertThat(get(node.append(1, List.of(texts("a"), Publication.of(List.of(new byte[65 << 10])), texts("b")))))
                .containsExactly(new Appended(1), new SharedLog.TooLarge(65 << 10, 64 << 10), new Appended(2));
    }

    @Test
    void followsManyEventsOfAllSizes() throws Exception {
        RedisServer server = server();
        SharedLog node = attached(ClusterSettings.at(server.url()));
        RecordingFollower follower = new RecordingFollower();
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= 60; i++) {
            List<byte[]> records = new ArrayList<>();
            for (int j = 0; j < i; j++) {
                String text = i + "." + j + "x".repeat(i % 20 == 0 ? 200_000 : i);
                all.add(text);
                records.add(text.getBytes(StandardCharsets.UTF_8));
            }
            get(node.append(i, List.of(Publication.of(records))));
        }

        open.add(0, node.follow(0, follower));

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(follower.positions()).hasSize(all.size()));
        assertThat(follower.texts()).isEqualTo(all);
        assertThat(follower.faults()).isEmpty();
    }

    @Test
    void endsWithinASecondThoughRedisStandsStill() throws Exception {
        RedisServer server = server();
        SharedLog node = attached(ClusterSettings.at(server.url()));
        node.follow(0, new RecordingFollower());
        get(node.append(1, List.of(texts("a")))); // so that there is a connection
        server.pause();
        var stage = node.append(2, List.of(texts("b")));

        long begin = System.nanoTime();
        node.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        // The latter if it was closed before the command went out.
        assertThatThrownBy(() -> get(stage)).isInstanceOfAny(OutcomeUnknown.class, HistoryUnavailable.class);
    }
}
