package dev.fanfare.cluster;

import static dev.fanfare.cluster.SharedLogContract.get;
import static dev.fanfare.cluster.SharedLogContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.redis.RedisSharedLog;
import dev.fanfare.cluster.redis.RedisStates;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.OutcomeUnknown;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.log.SharedLog.Remembered;
import dev.fanfare.log.SharedLog.Stored;
import dev.fanfare.log.SharedStates;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.testing.RedisServer;
import dev.fanfare.testing.StallingProxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Redis does that is not set as it has to be, that is full, silent, or somebody else's too. */
class RedisFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private RedisServer server(String... options) throws Exception {
        RedisServer server = RedisServer.start(options);
        open.add(server);
        return server;
    }

    private SharedLog node(ClusterSettings settings) {
        return node(settings, HistorySettings.DEFAULTS);
    }

    private SharedLog node(ClusterSettings settings, HistorySettings bounds) {
        SharedLog node = new RedisSharedLog(settings, bounds);
        open.add(0, node);
        return node;
    }

    private SharedLog attached(ClusterSettings settings) throws Exception {
        SharedLog node = node(settings);
        get(node.attach(Known.NOTHING));
        return node;
    }

    private static ClusterSettings relaxed(RedisServer server) {
        return settings(server.url(), null, "fanfare", Durability.RELAXED, 0);
    }

    private static ClusterSettings named(RedisServer server, String name) {
        return settings(server.url(), null, name, Durability.ALWAYS, 0);
    }

    private static ClusterSettings settings(
            String url, @Nullable Path passwordFile, String name, Durability durability, int replicas) {
        return new ClusterSettings(
                url, passwordFile, name, durability, replicas, Duration.ofSeconds(5), Duration.ofSeconds(3));
    }

    private void assertRefused(ClusterSettings settings, String... words) {
        assertThatThrownBy(() -> get(node(settings).attach(Known.NOTHING)))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void aRedisThatMayThrowTheLogAwayIsRefused() throws Exception {
        RedisServer server = server("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");

        assertRefused(ClusterSettings.at(server.url()), "maxmemory-policy allkeys-lru", "noeviction");
    }

    @ParameterizedTest
    @ValueSource(strings = {"noeviction", "volatile-lru", "volatile-ttl"})
    void aRedisThatThrowsAwayOnlyWhatHasATimeToLiveWillDo(String policy) throws Exception {
        RedisServer server = server("--maxmemory", "100mb", "--maxmemory-policy", policy);

        assertThat(get(attached(ClusterSettings.at(server.url())).append(1, List.of(texts("a")))))
                .containsExactly(new Appended(1));
    }

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
    void aRedisThatDoesNotSyncIsRefusedUnlessThatIsWanted() throws Exception {
        RedisServer server = server("--appendfsync", "everysec");

        assertRefused(ClusterSettings.at(server.url()), "appendfsync everysec", "fanfare.cluster.durability=relaxed");
        assertThat(get(node(relaxed(server)).attach(Known.NOTHING)).head()).isZero();
    }

    @Test
    void aRedisThatWritesNothingIsRefusedUnlessThatIsWanted() throws Exception {
        RedisServer server = server("--appendonly", "no");

        assertRefused(ClusterSettings.at(server.url()), "appendonly no");
        assertThat(get(node(relaxed(server)).attach(Known.NOTHING)).head()).isZero();
    }

    @Test
    void aRedisThatDoesNotTellItsSettingsWillDo() throws Exception {
        RedisServer server = server("--rename-command", "CONFIG", "");

        assertThat(get(attached(ClusterSettings.at(server.url())).append(1, List.of(texts("a")))))
                .containsExactly(new Appended(1));
    }

    @Test
    void aReplicaIsRefusedForNow() throws Exception {
        RedisServer master = server();
        RedisServer replica = server("--replicaof", "127.0.0.1 " + master.port());

        assertThatThrownBy(() -> get(node(ClusterSettings.at(replica.url())).attach(Known.NOTHING)))
                .isInstanceOfSatisfying(
                        HistoryRefused.class,
                        refused -> assertThat(refused.mayPass()).isTrue())
                .hasMessageContainingAll("slave", "sentinels");
    }

    @Test
    void missingReplicasAreRefusedForNow() throws Exception {
        RedisServer server = server();

        assertRefused(
                settings(server.url(), null, "fanfare", Durability.ALWAYS, 1),
                "fanfare.cluster.replicas is 1",
                "has 0");
    }

    @Test
    void anEventThatNoReplicaHasIsNotAnswered() throws Exception {
        RedisServer master = server();
        RedisServer replica = server("--replicaof", "127.0.0.1 " + master.port());
        await().atMost(LONG).until(() -> master.send("INFO", "replication").contains("state=online"));
        SharedLog node = attached(settings(master.url(), null, "fanfare", Durability.ALWAYS, 1));
        assertThat(get(node.append(1, List.of(texts("a"))))).containsExactly(new Appended(1));

        replica.pause();
        assertThatThrownBy(() -> get(node.append(2, List.of(texts("b"))))).isInstanceOf(OutcomeUnknown.class);
        assertThat(node.fault()).get().asString().contains("fanfare.cluster.replicas");
        replica.unpause();

        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(node.append(2, List.of(texts("b"))))).containsExactly(new Appended(2)));
        assertThat(node.fault()).isEmpty();
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

        master.kill();

        await().atMost(LONG)
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
        assertThat(get(node.append(1, List.of(texts("a"))))).containsExactly(new Appended(1));

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

    private RedisServer clusterNode() throws Exception {
        return server("--cluster-enabled", "yes", "--cluster-port", "" + RedisServer.freePort());
    }

    @Test
    void aRedisClusterOfOneNodeServesOnceItHasAllSlots() throws Exception {
        RedisServer server = clusterNode();
        assertThatThrownBy(() -> get(node(ClusterSettings.at(server.url())).attach(Known.NOTHING)))
                .isInstanceOf(HistoryUnavailable.class)
                .hasMessageContaining("CLUSTERDOWN");

        server.send("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await().atMost(LONG).until(() -> server.send("CLUSTER", "INFO").contains("cluster_state:ok"));
        SharedLog node = attached(ClusterSettings.at(server.url()));
        RecordingFollower follower = new RecordingFollower();
        open.add(0, node.follow(0, follower));

        Publication whole = new Publication(List.of(new byte[] {'a'}), List.of("id"), 0, "key", "content");
        assertThat(get(node.append(1, List.of(whole)))).containsExactly(new Appended(1));
        assertThat(get(node.append(2, List.of(whole)))).containsExactly(new Remembered(1, "content"));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly("a"));
        assertThat(get(node.read(0, 10, 1 << 20)).events()).hasSize(1);
        assertThat(follower.faults()).isEmpty();
        try (SharedStates states = new RedisStates(ClusterSettings.at(server.url()))) {
            assertClaims(states);
        }
        assertRefused(ClusterSettings.at(server.url() + "/1"), "has no database 1", "a Redis Cluster only 0");
    }

    @Test
    void theNodeOfARedisClusterThatHasOtherSlotsIsRefusedWithTheOneToName() throws Exception {
        RedisServer one = clusterNode();
        RedisServer two = clusterNode();
        one.send("CLUSTER", "ADDSLOTSRANGE", "0", "8191");
        two.send("CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
        one.send("CLUSTER", "MEET", "127.0.0.1", "" + two.port(), busPort(two));
        for (RedisServer each : List.of(one, two)) {
            await().atMost(LONG).until(() -> each.send("CLUSTER", "INFO").contains("cluster_state:ok"));
        }
        int slot = Integer.parseInt(
                one.send("CLUSTER", "KEYSLOT", "{fanfare}:log").substring(1).strip());
        RedisServer holder = slot < 8192 ? one : two;
        RedisServer other = slot < 8192 ? two : one;

        assertRefused(
                ClusterSettings.at(other.url()),
                "fanfare.cluster.name",
                "name the node that does",
                ":" + holder.port());
        assertThat(get(attached(ClusterSettings.at(holder.url())).append(1, List.of(texts("a")))))
                .containsExactly(new Appended(1));
    }

    private static String busPort(RedisServer server) throws Exception {
        String[] words = server.send("CONFIG", "GET", "cluster-port").split("\r\n");
        return words[words.length - 1];
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
    void aDatabaseThatIsNotThereIsRefused() throws Exception {
        RedisServer server = server("--databases", "4");

        assertRefused(ClusterSettings.at(server.url() + "/4"), "has no database 4");
        assertThat(get(node(ClusterSettings.at(server.url() + "/3")).attach(Known.NOTHING))
                        .head())
                .isZero();
    }

    @Test
    void aPasswordIsReadFromItsFile() throws Exception {
        RedisServer server = server("--requirepass", "hunter2");
        Path right = Files.writeString(folder.resolve("right"), "hunter2\n");
        Path wrong = Files.writeString(folder.resolve("wrong"), "hunter3\n");

        assertRefused(ClusterSettings.at(server.url()), "fanfare.cluster.password-file", "wants a password");
        assertRefused(ClusterSettings.at(server.url() + "/1"), "fanfare.cluster.password-file", "wants a password");
        assertThatThrownBy(() -> get(node(settings(server.url(), wrong, "fanfare", Durability.ALWAYS, 0))
                        .attach(Known.NOTHING)))
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("fanfare.cluster.password-file")
                .hasMessageNotContaining("hunter");
        assertThat(get(node(settings(server.url(), right, "fanfare", Durability.ALWAYS, 0))
                                .attach(Known.NOTHING))
                        .head())
                .isZero();
    }

    @Test
    void aUserWithNoRightsButThoseOfTheDocumentWillDo() throws Exception {
        String row = Files.readAllLines(Path.of("docs/reference/redis.md")).stream()
                .filter(line -> line.startsWith("| rights |"))
                .findFirst()
                .orElseThrow();
        List<String> user = new ArrayList<>(
                List.of("ACL", "SETUSER", "app", "on", ">hunter2", "~{fanfare}:*", "resetchannels", "-@all"));
        Pattern.compile("`([A-Z]+)`").matcher(row).results().forEach(command -> user.add("+" + command.group(1)));
        RedisServer server = server();
        user.remove("+WAITAOF"); // Redis 7.0 does not know it, and without replicas nobody sends it
        assertThat(server.send(user.toArray(String[]::new))).startsWith("+OK");
        Path password = Files.writeString(folder.resolve("password"), "hunter2");
        ClusterSettings settings =
                settings("redis://app@127.0.0.1:" + server.port(), password, "fanfare", Durability.ALWAYS, 0);

        SharedLog node = attached(settings);
        RecordingFollower follower = new RecordingFollower();
        open.add(0, node.follow(0, follower));
        Publication whole = new Publication(List.of(new byte[] {'a'}), List.of("id"), 0, "key", "content");
        assertThat(get(node.append(1, List.of(whole)))).containsExactly(new Appended(1));
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.texts()).containsExactly("a"));
        try (SharedStates states = new RedisStates(settings)) {
            assertClaims(states);
        }
        assertThat(node.fault()).isEmpty();

        server.send("ACL", "SETUSER", "app", "-xadd");
        assertThatThrownBy(() -> get(node.append(2, List.of(texts("b")))))
                .isInstanceOf(HistoryUnavailable.class)
                .hasMessageContainingAll("refuses to append", "run this command");
    }

    private static void assertClaims(SharedStates states) throws Exception {
        get(states.beat("node", true, Set.of()));
        assertThat(get(states.claim("node", List.of("k"), 0)).get(0).owner()).isEqualTo("node");
        get(states.leave("node"));
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() throws Exception {
        RedisServer server = server();
        server.kill();

        assertThatThrownBy(() -> get(node(ClusterSettings.at(server.url())).attach(Known.NOTHING)))
                .isInstanceOf(HistoryUnavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "meta", "receipts", "ids", "later"})
    void aKeyOfSomebodyElseIsLeftAlone(String key) throws Exception {
        RedisServer server = server();
        server.send("SET", "{fanfare}:" + key, "mine");

        assertRefused(ClusterSettings.at(server.url()), "{fanfare}:" + key, "string", "fanfare.cluster.name");
        assertThat(server.send("GET", "{fanfare}:" + key)).contains("mine");
    }

    @Test
    void aStreamOrAHashOfSomebodyElseIsLeftAlone() throws Exception {
        RedisServer server = server();
        server.send("XADD", "{fanfare}:log", "*", "user", "7");
        server.send("HSET", "{other}:meta", "user", "7");

        assertRefused(ClusterSettings.at(server.url()), "{fanfare}:log", "stream");
        assertRefused(named(server, "other"), "{other}:meta", "hash");
        assertThat(server.send("XLEN", "{fanfare}:log")).startsWith(":1");
    }

    @Test
    void aLogOfANewerLayoutIsRefused() throws Exception {
        RedisServer server = server();
        attached(ClusterSettings.at(server.url()));
        server.send("HSET", "{fanfare}:meta", "v", "2");

        assertRefused(ClusterSettings.at(server.url()), "layout 2", "layout 1");
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
        assertThat(node.fault()).isEmpty();
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
            assertThat(server.send("XLEN", "{fanfare}:log")).startsWith(":2");
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

        server.send("FLUSHALL");
        SharedLog fresh = attached(ClusterSettings.at(server.url()));
        get(fresh.append(1, List.of(texts("A", "B", "C", "D", "E"))));

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(follower.life().from()).isGreaterThan(SharedLog.JUMP));
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(get(fresh.append(2, List.of(texts("F"))))).hasSize(1));
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
        assertThatThrownBy(() -> get(stage)).isInstanceOf(OutcomeUnknown.class);
    }
}
