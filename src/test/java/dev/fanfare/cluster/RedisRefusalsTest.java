package dev.fanfare.cluster;

import static dev.fanfare.cluster.SharedLogContract.get;
import static dev.fanfare.cluster.SharedLogContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.redis.RedisStates;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.log.HistoryUnavailable;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.log.SharedLog.Remembered;
import dev.fanfare.log.SharedStates;
import dev.fanfare.testing.FreePorts;
import dev.fanfare.testing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which Redis a node refuses to use, and which one will do. */
class RedisRefusalsTest extends RedisFixture {
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

    private RedisServer clusterNode() throws Exception {
        return server("--cluster-enabled", "yes", "--cluster-port", "" + FreePorts.take());
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
}
