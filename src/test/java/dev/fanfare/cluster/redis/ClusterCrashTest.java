package dev.fanfare.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.testing.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Nodes and Redis are killed and stopped under load, {@code test.faults} times; whatever was answered is there, once, at its
 * position, in one order for all. And scripts that do less than the real one are found out.
 */
class ClusterCrashTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** A fault shows only where something was under way, or came before what notices; so it is tried until it shows. */
    private static final int MOST_TRIES = 60;

    /** Made anew without its end: an engine lets no stream go back behind an entry that was deleted one by one. */
    private static final String LOSE = """
            local kept = redis.call('XRANGE', KEYS[1], '-', '+')
            redis.call('DEL', KEYS[1])
            for i = 1, #kept - ARGV[1] do
              redis.call('XADD', KEYS[1], kept[i][1], unpack(kept[i][2]))
            end
            local h = tonumber(string.match(kept[#kept - ARGV[1]][1], '^%d+'))
            redis.call('HSET', KEYS[2], 'h', string.format('%.0f', h))
            return h""";

    private interface Fault {
        void happen(CrashingCluster cluster, Random random) throws Exception;
    }

    private static final List<Fault> HARMLESS = List.of(
            (cluster, random) -> cluster.killRedis(random.nextInt(400)),
            (cluster, random) -> cluster.killRedis(random.nextInt(400)),
            (cluster, random) -> cluster.replaceNode(random.nextInt(CrashingCluster.NODES)),
            (cluster, random) -> cluster.pauseRedis(500 + random.nextInt(4000)),
            (cluster, random) -> cluster.stallNode(random.nextInt(CrashingCluster.NODES), 500 + random.nextInt(5000)),
            (cluster, random) -> cluster.loseAnswers(random.nextInt(CrashingCluster.NODES), random.nextInt(500)));

    private static RedisScript script() {
        return RedisScript.load("append.lua");
    }

    /** The real script, with something left out. */
    private static RedisScript without(String part, String instead) {
        String text = script().text();
        assertThat(text).contains(part);
        return RedisScript.of(text.replace(part, instead));
    }

    @Test
    void nothingAnsweredIsLostOrDoubledOrMovedWhateverDies() throws Exception {
        int rounds = Integer.getInteger("test.faults", 10);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (RedisServer server = RedisServer.start();
                CrashingCluster cluster = new CrashingCluster(server, script())) {
            for (int i = 0; i < rounds; i++) {
                CrashingCluster.goOn(random);
                Fault fault = i < HARMLESS.size() ? HARMLESS.get(i) : HARMLESS.get(random.nextInt(HARMLESS.size()));
                fault.happen(cluster, random);
            }
            CrashingCluster.goOn(random);
            await().atMost(LONG).until(() -> cluster.answered() > 100);

            assertThat(cluster.violations(false)).as("seed " + seed).isEmpty();
            System.out.println(cluster.answered() + " events were answered in " + rounds + " rounds");
        }
    }

    @Test
    void noPositionIsUsedTwiceThoughAllOrSomeIsLost() throws Exception {
        Random random = new Random(1);
        try (RedisServer server = RedisServer.start("--appendfsync", "everysec");
                CrashingCluster cluster = new CrashingCluster(server, script(), Durability.RELAXED)) {
            for (int i = 0; i < 3; i++) {
                CrashingCluster.goOn(random);
                server.send("FLUSHALL");
                CrashingCluster.goOn(random);
                awaitSomeToLose(server);
                cluster.whileAllKnowAll(() -> lose(server));
                CrashingCluster.goOn(random);
                awaitSomeToLose(server);
                loseAndEnd(server);
                cluster.killRedis(100);
            }
            CrashingCluster.goOn(random);
            await().atMost(LONG).until(() -> cluster.answered() > 100);

            assertThat(cluster.violations(true)).isEmpty();
        }
    }

    private static final List<String> LOSE_THREE = List.of("EVAL", LOSE, "2", "{fanfare}:log", "{fanfare}:meta", "3");

    private static void awaitSomeToLose(RedisServer server) {
        await().atMost(LONG).until(() -> {
            String entries = server.send("XLEN", "{fanfare}:log");
            return Integer.parseInt(entries.substring(1).strip()) > 3;
        });
    }

    private static void lose(RedisServer server) {
        try {
            assertThat(server.sendAll(List.of(LOSE_THREE))).startsWith(":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As if the newest events had not reached the disk: no node gets in between. */
    private static void loseAndEnd(RedisServer server) throws IOException {
        server.sendAll(List.of(LOSE_THREE, List.of("SHUTDOWN", "NOSAVE")));
    }

    @Test
    void aScriptWithoutASequenceIsFoundOut() throws Exception {
        RedisScript bad = without("if m[4] then", "if false then");
        try (RedisServer server = RedisServer.start();
                CrashingCluster cluster = new CrashingCluster(server, bad)) {
            Random random = new Random(2);
            for (int i = 0; i < MOST_TRIES && !cluster.isBroken(); i++) {
                CrashingCluster.goOn(random);
                cluster.loseAnswers(i % CrashingCluster.NODES, 300);
            }
            CrashingCluster.goOn(random);

            assertThat(cluster.violations(false)).anyMatch(each -> each.contains("twice"));
        }
    }

    @Test
    void aScriptWithoutAFenceIsFoundOut() throws Exception {
        RedisScript bad = without("if head < tonumber(ARGV[2]) then", "if false then");
        try (RedisServer server = RedisServer.start();
                CrashingCluster cluster = new CrashingCluster(server, bad)) {
            Random random = new Random(3);
            for (int i = 0; i < MOST_TRIES && !cluster.isBroken(); i++) {
                CrashingCluster.goOn(random);
                awaitSomeToLose(server);
                cluster.whileAllKnowAll(() -> lose(server));
            }
            CrashingCluster.goOn(random);

            assertThat(cluster.violations(true)).anyMatch(each -> each.startsWith("position "));
        }
    }

    @Test
    void aScriptThatTakesTheEnginesOwnIdsIsFoundOut() throws Exception {
        RedisScript bad = without("n(last) .. '-0'", "'*'");
        try (RedisServer server = RedisServer.start();
                CrashingCluster cluster = new CrashingCluster(server, bad)) {
            CrashingCluster.goOn(new Random(4));
            await().atMost(LONG).until(() -> cluster.answered() > 0);

            assertThat(cluster.violationsOrFailure()).isNotEmpty();
        }
    }
}
