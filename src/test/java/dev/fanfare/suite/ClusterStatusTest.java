package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.status.JsonText;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RedisServer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two servers in one cluster that watch the same status of an HTTP source. */
@Timeout(180)
class ClusterStatusTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String STREAM = "/status/jobs/stream?job=1";
    private static final String ACCEPT = "Accept: text/event-stream";

    private RedisServer redis;
    private final JobSource source = new JobSource();
    private GrizzlyHost a;
    private GrizzlyHost b;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start("--appendonly", "no");
        a = host();
        b = host();
    }

    private GrizzlyHost host() throws IOException {
        return GrizzlyHost.standalone(Map.of(
                "fanfare.cluster.url", redis.url(),
                "fanfare.cluster.durability", "relaxed",
                "fanfare.cluster.lease", "10s", // who does not run for a while keeps its name and what it polls
                "fanfare.history.store", "memory",
                "fanfare.metrics.enabled", "true",
                "fanfare.metrics.access", "anonymous",
                "fanfare.dev", "true",
                "fanfare.http.port", "0",
                "fanfare.status.jobs.url", "http://127.0.0.1:" + source.port() + "/jobs/{job}",
                "fanfare.status.jobs.every", "500ms"));
    }

    @AfterEach
    void close() throws Exception {
        if (a != null) {
            a.close();
        }
        if (b != null) {
            b.close();
        }
        source.close();
        if (redis != null) {
            redis.close();
        }
    }

    private static JsonObject list(GrizzlyHost host) {
        return JsonText.parse(RawHttp.request(host.port(), "GET", "/status").body())
                .asJsonObject();
    }

    private static String owner(GrizzlyHost host) {
        return list(host).getJsonArray("sources").stream()
                .map(each -> each.asJsonObject())
                .filter(each -> each.getString("name").equals("jobs"))
                .flatMap(each -> each.getJsonArray("watches").stream())
                .map(each -> each.asJsonObject().getString("owner", "none"))
                .findFirst()
                .orElse("no watch");
    }

    private static String owned(GrizzlyHost host) {
        String metrics = RawHttp.request(host.port(), "GET", "/metrics").body();
        return metrics.lines()
                .filter(line -> line.startsWith("fanfare_watches_owned{source=\"jobs\"}"))
                .findFirst()
                .orElse("");
    }

    private static void awaitData(EventStream stream, String data) throws Exception {
        EventStream.Event event = stream.next();
        while (!event.type().equals("update") || !event.data().equals(data)) {
            event = stream.next();
        }
    }

    /** A stream of a server that polls for it. */
    private static EventStream openAtOwner(GrizzlyHost host) {
        EventStream stream = EventStream.open(host.port(), STREAM, ACCEPT);
        await().atMost(LONG).until(() -> owner(host).equals(list(host).getString("node")));
        return stream;
    }

    @Test
    void oneServerPollsForBothAndTheListsOfBothNameIt() throws Exception {
        source.set("1", "{\"n\":1}");
        try (EventStream first = openAtOwner(a);
                EventStream second = EventStream.open(b.port(), STREAM, ACCEPT)) {
            awaitData(first, "{\"n\":1}");
            awaitData(second, "{\"n\":1}");
            String name = list(a).getString("node");
            assertThat(name).isNotEqualTo(list(b).getString("node"));
            await().atMost(LONG).untilAsserted(() -> {
                assertThat(owner(a)).isEqualTo(name);
                assertThat(owner(b)).isEqualTo(name);
                assertThat(owned(a)).endsWith(" 1.0");
                assertThat(owned(b)).endsWith(" 0.0");
            });
            // What is counted lies within the time that is taken, however long this thread stands still.
            long begin = System.nanoTime();
            int before = source.polls("1");
            await().atMost(LONG).until(() -> source.polls("1") >= before + 12);
            int polls = source.polls("1") - before;
            double periods = (System.nanoTime() - begin) / 500e6;
            assertThat(polls / periods).as("polls in a period").isLessThan(1.3);
            source.set("1", "{\"n\":2}");
            awaitData(first, "{\"n\":2}");
            awaitData(second, "{\"n\":2}");

            a.close();
            source.set("1", "{\"n\":3}");
            awaitData(second, "{\"n\":3}");
            await().atMost(LONG).until(() -> owner(b).equals(list(b).getString("node")));
        }
    }

    @Test
    void whileRedisIsAwayBothGoOnAndAfterwardsOnePollsAgain() throws Exception {
        source.set("1", "{\"n\":1}");
        try (EventStream first = EventStream.open(a.port(), STREAM, ACCEPT);
                EventStream second = EventStream.open(b.port(), STREAM, ACCEPT)) {
            awaitData(first, "{\"n\":1}");
            awaitData(second, "{\"n\":1}");
            redis.kill();
            source.set("1", "{\"n\":2}");
            awaitData(first, "{\"n\":2}");
            awaitData(second, "{\"n\":2}");
            redis.restart();
            await().atMost(LONG).until(() -> owner(a).equals(owner(b)) && !owner(a).equals("none"));
            source.set("1", "{\"n\":3}");
            awaitData(first, "{\"n\":3}");
            awaitData(second, "{\"n\":3}");
        }
    }
}
