package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two WARs in Tomcat and a jar as nodes of one cluster. Skipped where there is no Redis. */
@Timeout(600)
class WarClusterIT {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String ACCEPT = "Accept: text/event-stream";
    private static final String NEWS = HubSubject.HUB + "?topic=news";

    private final List<AutoCloseable> open = new ArrayList<>();
    private RedisServer redis;

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisServer.start();
        open.add(redis);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private static Path jar(String type) throws Exception {
        return Path.of(Class.forName(type)
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private Map<String, String> settings() {
        return new HashMap<>(Map.of(
                "fanfare.cluster.url", redis.url(),
                "fanfare.auth.anonymous-publish", "true",
                "fanfare.http.drain", "0s",
                "fanfare.http.drain-delay", "0s",
                "fanfare.status.builds.push", "true"));
    }

    /** With the client of Redis among the server's own libraries, as the documents say. */
    private WarHost launchWar(String name) throws Exception {
        List<Path> client = List.of(
                jar("redis.clients.jedis.Jedis"),
                jar("redis.clients.authentication.core.Token"),
                jar("org.apache.commons.pool2.ObjectPool"),
                jar("org.slf4j.Logger"));
        WarHost host = WarHost.launch(new TomcatServer(client), name, settings());
        open.add(host);
        return host;
    }

    private static String publish(Host node, String data) {
        RawHttp.Answer answer = RawHttp.request(
                node.port(),
                "POST",
                node.target(HubSubject.HUB),
                List.of("Content-Type: " + HubSubject.FORM),
                HubSubject.form("topic", "news", "data", data));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static EventStream read(Host node, String path, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(ACCEPT);
        return EventStream.open(node.port(), node.target(path), all.toArray(new String[0]));
    }

    @Test
    void aWarsClientsGetWhatIsPublishedOnAnyNodeAndGoOnAnywhereWhenItsServerIsKilled() throws Exception {
        WarHost one = launchWar("tomcat-cluster-one");
        WarHost other = launchWar("tomcat-cluster-other");
        one.child().awaitReady(one.base());
        other.child().awaitReady(other.base());
        Map<String, String> ofJar = settings();
        ofJar.put("fanfare.history.store", "memory");
        JarHost jar = JarHost.start("jar-cluster", ofJar);
        open.add(jar);

        String last;
        try (EventStream far = read(other, NEWS);
                EventStream status = read(one, "/status/builds/stream")) {
            last = publish(one, "1");
            EventStream.Event first = far.next();
            assertThat(first.data()).isEqualTo("1");
            assertThat(first.id()).isEqualTo(last);
            publish(jar, "2");
            assertThat(far.next().data()).isEqualTo("2");

            RawHttp.Answer set = RawHttp.request(
                    other.port(),
                    "PUT",
                    other.target("/status/builds"),
                    List.of("Content-Type: application/json"),
                    "{\"state\":\"running\"}");
            assertThat(set.status()).as(set.body()).isBetween(200, 204);
            assertThat(status.next().data()).contains("running");

            other.child().process().destroyForcibly().waitFor();
            far.awaitEnd();
        }
        publish(one, "3");

        for (Host left : List.of(one, jar)) {
            try (EventStream resumed = read(left, NEWS, "Last-Event-ID: " + last)) {
                assertThat(resumed.next().data()).isEqualTo("2");
                assertThat(resumed.next().data()).isEqualTo("3");
            }
        }
    }

    @Test
    void aWarWithoutTheClientOfRedisSaysWhatIsMissing() throws Exception {
        WarHost host = WarHost.launch(new TomcatServer(), "tomcat-cluster-none", settings());
        open.add(host);

        await().atMost(LONG).until(() -> host.log().contains("redis.clients:jedis"));
        assertThat(host.answers()).isTrue();
    }
}
