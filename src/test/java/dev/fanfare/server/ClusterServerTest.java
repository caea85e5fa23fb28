package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.history.HistoryRefused;
import dev.fanfare.server.grizzly.GrizzlyServer;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.Pipes;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.testing.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Standalone servers with one Redis. */
@Timeout(180)
class ClusterServerTest {
    private static final String HUB = "/.well-known/mercure";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<GrizzlyServer> servers = new ArrayList<>();
    private RedisServer redis;

    @TempDir
    Path folder;

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisServer.start();
    }

    @AfterEach
    void close() throws Exception {
        servers.forEach(GrizzlyServer::close);
        if (redis != null) {
            redis.close();
        }
    }

    private Properties properties(String name) {
        Properties properties = new Properties();
        properties.put("fanfare.http.host", "127.0.0.1");
        properties.put("fanfare.http.port", "0");
        properties.put("fanfare.http.drain", "0s");
        properties.put("fanfare.http.drain-delay", "0s");
        properties.put("fanfare.auth.anonymous-publish", "true");
        properties.put("fanfare.history.store", "sqlite");
        properties.put("fanfare.history.path", folder.resolve(name).toString());
        properties.put("fanfare.cluster.url", redis.url());
        properties.put("fanfare.cluster.timeout", "60s");
        properties.put("fanfare.status.builds.push", "true");
        properties.put("fanfare.status.builds.params", "job");
        return properties;
    }

    private int start(Properties properties) throws IOException {
        GrizzlyServer server = GrizzlyServer.start(settings(properties));
        servers.add(server);
        int port = server.uri().getPort();
        await().atMost(PATIENCE).until(() -> ready(port).status() == 200);
        return port;
    }

    private static Settings settings(Properties properties) {
        return SettingsLoader.of(List.of(), properties);
    }

    private static RawHttp.Answer ready(int port) {
        return RawHttp.request(port, "GET", "/health/ready");
    }

    private static RawHttp.Answer publish(int port, String data) {
        return RawHttp.request(
                port,
                "POST",
                HUB,
                List.of("Content-Type: application/x-www-form-urlencoded"),
                "topic=news&data=" + data);
    }

    @Test
    void clientsOfEachNodeGetWhatIsPublishedOnAnyAndGoOnAnywhere() throws IOException {
        int one = start(properties("one.db"));
        int other = start(properties("other.db"));
        try (EventStream far = EventStream.open(other, HUB + "?topic=news");
                EventStream here = EventStream.open(one, HUB + "?topic=news")) {
            RawHttp.Answer answer = publish(one, "1");
            assertThat(answer.status()).isEqualTo(200);
            EventStream.Event first = far.next();
            assertThat(first.data()).isEqualTo("1");
            assertThat(first.id()).isEqualTo(answer.body());
            publish(other, "2");
            assertThat(far.next().data()).isEqualTo("2");
            here.next(2); // this node has both
            try (EventStream near = EventStream.open(one, HUB + "?topic=news", "Last-Event-ID: " + first.id())) {
                assertThat(near.next().data()).isEqualTo("2");
            }
        }
        await().atMost(PATIENCE).until(() -> ready(one).body().contains("{\"name\":\"log\",\"status\":\"UP\"}"));
    }

    @Test
    void everyNumberOfTheSharedLogIsInTheReferenceAndNoOther() throws IOException {
        Properties properties = properties("one.db");
        properties.put("fanfare.metrics.enabled", "true");
        properties.put("fanfare.metrics.access", "anonymous");
        int one = start(properties);
        String told = RawHttp.request(one, "GET", "/metrics").body();
        String documented = Files.readString(Path.of("docs/reference/metrics.md"));
        assertThat(logNumbers(told, "^(fanfare_log_[a-z_]+)"))
                .isEqualTo(logNumbers(documented, "`(fanfare_log_[a-z_]+)`"));
    }

    private static Set<String> logNumbers(String text, String form) {
        return Pattern.compile(form, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void aStatusThatIsPutOnOneNodeReachesWatchersOnTheOther() throws IOException {
        int one = start(properties("one.db"));
        int other = start(properties("other.db"));
        try (EventStream far = EventStream.open(other, "/status/builds/stream?job=1")) {
            RawHttp.Answer put = RawHttp.request(
                    one, "PUT", "/status/builds?job=1", List.of("Content-Type: application/json"), "{\"state\":1}");
            assertThat(put.status()).isBetween(200, 204);
            assertThat(far.next().data()).isEqualTo("{\"state\":1}");
            RawHttp.Answer deleted = RawHttp.request(other, "DELETE", "/status/builds?job=1");
            assertThat(deleted.status()).isBetween(200, 204);
            assertThat(far.next().type()).isEqualTo("end");
        }
    }

    @Test
    void withoutRedisClientsReadOnPublishersGet503AndReadinessStaysUp() throws Exception {
        Properties properties = properties("one.db");
        properties.put("fanfare.cluster.timeout", "10s");
        int one = start(properties);
        String id;
        try (EventStream before = EventStream.open(one, HUB + "?topic=news")) {
            id = publish(one, "1").body();
            publish(one, "2");
            before.next(2); // this node has both
        }
        try (EventStream stream = EventStream.open(one, HUB + "?topic=news", "Last-Event-ID: " + id)) {
            assertThat(stream.next().data()).isEqualTo("2");
            redis.kill();
            await().atMost(PATIENCE).until(() -> ready(one).body().contains("{\"name\":\"log\",\"status\":\"DOWN\""));
            assertThat(ready(one).status()).isEqualTo(200);
            RawHttp.Answer refused = publish(one, "3");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isNotNull();
            try (EventStream resumed = EventStream.open(one, HUB + "?topic=news", "Last-Event-ID: " + id)) {
                assertThat(resumed.next().data()).isEqualTo("2");
            }
            redis.restart();
            await().atMost(PATIENCE).until(() -> publish(one, "4").status() == 200);
            await().atMost(PATIENCE)
                    .until(() -> stream.untaken().stream()
                            .anyMatch(event -> event.data().equals("4")));
            assertThat(stream.isOpen()).isTrue();
            await().atMost(PATIENCE).until(() -> ready(one).body().contains("{\"name\":\"log\",\"status\":\"UP\"}"));
        }
    }

    @Test
    void aNodeThatIsRestartedGoesOnFromItsFile() throws Exception {
        int one = start(properties("one.db"));
        String id = publish(one, "1").body();
        publish(one, "2");
        servers.remove(0).close();
        int again = start(properties("one.db"));
        try (EventStream stream = EventStream.open(again, HUB + "?topic=news", "Last-Event-ID: " + id)) {
            assertThat(stream.next().data()).isEqualTo("2");
            publish(again, "3");
            assertThat(stream.next().data()).isEqualTo("3");
        }
    }

    @Test
    void theBannerSaysWhereTheLogIs() throws IOException {
        Properties properties = properties("one.db");
        int port = start(properties);
        String banner =
                new Banner(settings(properties), URI.create("http://127.0.0.1:" + port), null, "fanfare", null).text();
        assertThat(banner)
                .contains(
                        "log 'fanfare' at " + redis.url(),
                        folder.resolve("one.db").toString());
    }

    /** A start that has no answer within seconds goes on without one; then it is begun again. */
    private static void awaitRefused(Properties properties, Consumer<Throwable> look) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThatThrownBy(
                                () -> GrizzlyServer.start(settings(properties)).close())
                        .isInstanceOf(HistoryRefused.class)
                        .satisfies(e -> look.accept(e)));
    }

    private int check(Properties properties, List<String> lines) {
        return new Checks(settings(properties), false, lines::add).run();
    }

    @Test
    void aCheckLooksAtTheEngineAndWritesNothing() throws Exception {
        Properties properties = properties("one.db");
        List<String> lines = new ArrayList<>();

        assertThat(check(properties, lines)).isZero();
        assertThat(lines).contains("ok      cluster: the engine at " + redis.url() + " answers, and can keep the log");
        assertThat(redis.send("DBSIZE")).contains("0");
        assertThat(folder.resolve("one.db")).doesNotExist();

        start(properties);
        servers.remove(0).close();
        lines.clear();
        assertThat(check(properties, lines)).as("beside a log that is there").isZero();
        assertThat(lines).contains("ok      history: " + folder.resolve("one.db") + " can be opened");
    }

    @Test
    void aCheckRefusesAnEngineInTheWordsOfTheStart() throws Exception {
        Properties properties = properties("one.db");
        List<String> lines = new ArrayList<>();
        redis.send("CONFIG", "SET", "appendfsync", "everysec");
        assertThat(check(properties, lines)).isEqualTo(2);
        awaitRefused(properties, e -> assertThat(lines).contains("FAILED  cluster: " + e.getMessage()));
        redis.send("CONFIG", "SET", "appendfsync", "always");

        lines.clear();
        redis.send("SET", "{fanfare}:log", "x");
        assertThat(check(properties, lines)).isEqualTo(2);
        assertThat(lines).anyMatch(line -> line.contains("the key {fanfare}:log holds something else (a string)"));

        lines.clear();
        redis.close();
        assertThat(check(properties, lines)).isEqualTo(1);
        assertThat(lines).anyMatch(line -> line.startsWith("FAILED  cluster: "));
        assertThat(new Checks(settings(properties), false, lines::add).runOffline())
                .as("offline")
                .isZero();
        redis = null;
    }

    @Test
    void aPipeInPlaceOfThePasswordsFileIsRefusedAndHoldsNobody() throws Exception {
        Properties properties = properties("one.db");
        properties.put(
                "fanfare.cluster.password-file",
                Pipes.make(folder.resolve("pipe")).toString());
        awaitRefused(properties, e -> assertThat(e).hasMessageContainingAll("fanfare.cluster.password-file", "a pipe"));
    }

    @Test
    void aRedisThatForgetsIsRefusedAtStart() throws IOException {
        redis.send("CONFIG", "SET", "appendfsync", "everysec");
        Properties properties = properties("one.db");
        await().atMost(PATIENCE).untilAsserted(() -> {
            try (RecordedLog log = new RecordedLog("dev.fanfare")) {
                assertThatThrownBy(
                                () -> GrizzlyServer.start(settings(properties)).close())
                        .isInstanceOf(HistoryRefused.class)
                        .hasMessageContaining("appendfsync");
                assertThat(log.warnings())
                        .as("whoever starts the server prints the sentence")
                        .isEmpty();
            }
        });
        redis.send("CONFIG", "SET", "appendfsync", "always");
        start(properties);
    }
}
