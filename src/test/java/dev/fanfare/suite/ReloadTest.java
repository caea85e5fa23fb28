package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpServer;
import dev.fanfare.auth.KeysMissing;
import dev.fanfare.auth.TokenAlgorithm;
import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.config.SettingsLoader.Loaded;
import dev.fanfare.server.grizzly.GrizzlyServer;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that goes by another configuration while clients are connected. */
@Timeout(240)
class ReloadTest {
    private static final String BASICS = """
            fanfare.http.port=0
            fanfare.demo.enabled=false
            fanfare.history.store=memory
            fanfare.stream.heartbeat=100ms
            fanfare.auth.key=%s
            """.formatted(Tokens.SECRET);

    private static final String OTHER_SECRET = "another secret of a test, of more than 32 bytes";

    @TempDir
    Path folder;

    private final JobSource first = new JobSource();
    private final JobSource second = new JobSource();
    private GrizzlyServer server;
    private Loaded holding;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        first.close();
        second.close();
    }

    private Loaded loaded(String properties) throws IOException {
        Path file = Files.writeString(folder.resolve("fanfare.properties"), properties);
        return SettingsLoader.load(file, List.of());
    }

    private void start(String more) throws IOException {
        holding = loaded(BASICS + more);
        server = GrizzlyServer.start(holding.settings());
    }

    private void reload(String more) throws IOException {
        reloadAll(BASICS + more);
    }

    private void reloadAll(String properties) throws IOException {
        Loaded next = loaded(properties);
        assertThat(next.needingRestartSince(holding)).isEmpty();
        server.reload(next.settings(), next.sourcesChangedSince(holding));
        holding = next;
    }

    private static String jobs(JobSource source, String... more) {
        return "fanfare.status.jobs.url=http://127.0.0.1:" + source.port() + "/jobs/{id}\n"
                + "fanfare.status.jobs.every=100ms\nfanfare.status.jobs.timeout=60s\n" + String.join("\n", more) + "\n";
    }

    private int port() {
        return server.uri().getPort();
    }

    private RawHttp.Answer get(String target, String... headers) {
        return RawHttp.request(port(), "GET", target, headers);
    }

    @Test
    void openStreamsGoOnUnderTheNewDefinitionOfTheirSource() throws Exception {
        first.set("42", "1");
        second.set("42", "1");
        start(jobs(first));
        try (EventStream status = EventStream.open(port(), "/status/jobs/stream?id=42");
                EventStream joint = EventStream.open(port(), "/events?status=jobs%3Fid%3D42&topic=a")) {
            assertThat(status.next().data()).isEqualTo("1");

            reload(jobs(second));
            await().until(() -> second.polls("42") > 1);
            int polls = first.polls("42");
            second.set("42", "2");

            assertThat(status.next().data()).isEqualTo("2");
            joint.awaitText("\"data\":2");
            assertThat(status.untaken()).isEmpty();
            assertThat(status.isOpen()).isTrue();
            assertThat(joint.isOpen()).isTrue();
            await().until(() -> second.polls("42") > 10);
            assertThat(first.polls("42")).isLessThanOrEqualTo(polls + 1);
        }
    }

    @Test
    void sourcesComeAndGo() throws Exception {
        first.set("42", "1");
        start(jobs(first) + "fanfare.metrics.enabled=true\n");
        assertThat(get("/status/builds").status()).isEqualTo(404);
        try (EventStream status = EventStream.open(port(), "/status/jobs/stream?id=42")) {
            status.next();

            reload("fanfare.metrics.enabled=true\nfanfare.status.builds.url=http://127.0.0.1:" + first.port()
                    + "/jobs/42\nfanfare.status.builds.timeout=60s\n");

            assertThat(status.next().type()).isEqualTo("end");
            assertThat(status.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
            assertThat(get("/status/jobs?id=42").status()).isEqualTo(404);
            assertThat(get("/status/builds").body()).isEqualTo("1");
            assertThat(get("/metrics").body()).contains("source=\"builds\"").doesNotContain("source=\"jobs\"");
        }
    }

    @Test
    void aSourceThatNeedsATokenNowEndsTheStreamsOfThoseWithout() throws Exception {
        first.set("42", "1");
        start(jobs(first));
        String token = Tokens.header(Tokens.subscriber("*"));
        try (EventStream open = EventStream.open(port(), "/status/jobs/stream?id=42");
                EventStream joint = EventStream.open(port(), "/events?status=jobs%3Fid%3D42");
                EventStream hub = EventStream.open(port(), HubSubject.HUB + "?topic=a")) {
            open.next();
            joint.awaitText("update");

            reload(jobs(first, "fanfare.status.jobs.access=token"));

            assertThat(get("/status/jobs?id=42").status()).isEqualTo(401);
            assertThat(get("/status/jobs?id=42", token).body()).isEqualTo("1");
            assertThat(open.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
            assertThat(joint.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
            hub.awaitComments(3);
            assertThat(hub.isOpen()).isTrue();
        }
    }

    @Test
    void anotherKeyEndsTheStreamsOfTheOldOneAndNoOthers() throws Exception {
        start("");
        String old = Tokens.header(Tokens.subscriber("*"));
        try (EventStream withToken = EventStream.open(port(), HubSubject.HUB + "?topic=a", old);
                EventStream without = EventStream.open(port(), HubSubject.HUB + "?topic=a")) {
            withToken.awaitComments(2);

            reloadAll(BASICS.replace(Tokens.SECRET, OTHER_SECRET));

            assertThat(withToken.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
            assertThat(get(HubSubject.HUB + "?topic=a", old).status()).isEqualTo(401);
            without.awaitComments(5);
            assertThat(without.isOpen()).isTrue();
        }
    }

    @Test
    void aReloadThatLeavesTheKeysAsTheyAreEndsNoStream() throws Exception {
        start("");
        try (EventStream stream =
                EventStream.open(port(), HubSubject.HUB + "?topic=a", Tokens.header(Tokens.subscriber("*")))) {
            reload("fanfare.cors.allow-origins=https://a.example\nfanfare.limits.topics=7\n");
            stream.awaitComments(10);
            assertThat(stream.isOpen()).isTrue();
        }
    }

    @Test
    void limitsAndOriginsAreTaken() throws Exception {
        start("");
        String token = Tokens.header(Tokens.publisher("*"));
        String large = "topic=a&data=" + "x".repeat(3000);
        assertThat(publish(token, large)).isEqualTo(200);

        reload(
                "fanfare.limits.event=2KiB\nfanfare.limits.connections=3\nfanfare.cors.allow-origins=https://a.example\n");

        assertThat(publish(token, large)).isEqualTo(413);
        assertThat(get("/health/live", "Origin: https://a.example").header("Access-Control-Allow-Origin"))
                .isEqualTo("https://a.example");
        // Each has a place until the server sees that it was closed.
        await().until(() -> server.openConnections() == 0);
        try (EventStream one = EventStream.open(port(), HubSubject.HUB + "?topic=a");
                EventStream two = EventStream.open(port(), HubSubject.HUB + "?topic=a");
                EventStream three = EventStream.open(port(), HubSubject.HUB + "?topic=a")) {
            assertThat(List.of(one.status(), two.status(), three.status())).containsOnly(200);
            assertThat(get(HubSubject.HUB + "?topic=a").status()).isEqualTo(503);
        }
    }

    private int publish(String token, String form) {
        return RawHttp.request(
                        port(),
                        "POST",
                        HubSubject.HUB,
                        List.of(token, "Content-Type: application/x-www-form-urlencoded"),
                        form)
                .status();
    }

    @Test
    void whatCannotBeTakenLeavesAllAsItWas() throws Exception {
        first.set("42", "1");
        start(jobs(first));
        try (EventStream status = EventStream.open(port(), "/status/jobs/stream?id=42")) {
            status.next();

            assertThatThrownBy(() -> reload("fanfare.cors.allow-origins=*\nfanfare.cors.allow-credentials=true\n"))
                    .isInstanceOf(ConfigFaults.class);
            String away = BASICS.replace("fanfare.auth.key=" + Tokens.SECRET, "fanfare.auth.algorithm=ES256")
                    + "fanfare.auth.jwks=http://127.0.0.1:1/keys.json\nfanfare.cors.allow-origins=https://a.example\n";
            assertThatThrownBy(() -> reloadAll(away))
                    .isInstanceOf(KeysMissing.class)
                    .hasMessageContaining("http://127.0.0.1:1/keys.json can't be fetched");

            assertThat(get("/health/live", "Origin: https://a.example").header("Access-Control-Allow-Origin"))
                    .isNull();
            assertThat(publish(Tokens.header(Tokens.publisher("*")), "topic=a")).isEqualTo(200);
            first.set("42", "2");
            assertThat(status.next().data()).isEqualTo("2");
        }
    }

    @Test
    void aKeySetThatStaysKeepsItsKeysWhileItsServerIsSilent() throws Exception {
        KeyPair pair = pair();
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean silent = new AtomicBoolean();
        CountDownLatch asked = new CountDownLatch(1);
        HttpServer keys = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        keys.createContext("/", exchange -> {
            if (silent.get()) {
                asked.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            byte[] body = new JWKSet(new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic()).build())
                    .toString(true)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        keys.start();
        try {
            String set = BASICS.replace("fanfare.auth.key=" + Tokens.SECRET, "fanfare.auth.algorithm=ES256")
                    + "fanfare.auth.jwks=http://127.0.0.1:" + keys.getAddress().getPort() + "/keys.json\n";
            holding = loaded(set);
            server = GrizzlyServer.start(holding.settings());
            String token = token(pair);
            await().until(() -> publish(token, "topic=a") == 200);
            silent.set(true);

            reloadAll(set + "fanfare.limits.topics=7\n");

            assertThat(publish(token, "topic=a")).isEqualTo(200);
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(publish(token, "topic=a")).isEqualTo(200);
        } finally {
            over.countDown();
            keys.stop(0);
        }
    }

    private static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static String token(KeyPair pair) {
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----";
        return Tokens.header(TokenIssuer.of(TokenAlgorithm.ES256, pem)
                .issue(List.of("*"), List.of("*"), Instant.now().plusSeconds(3600), null));
    }

    @Test
    void aSourceThatIsReplacedLetsGoOfItsPoolAndItsClient() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        String database = "jdbc:h2:mem:reload";
        first.set("42", "1");
        start(jobs(first) + "fanfare.status.rows.jdbc-url=" + database
                + "\nfanfare.status.rows.sql=SELECT 1 AS \"n\"\nfanfare.status.rows.access=anonymous\n"
                + "fanfare.status.rows.timeout=60s\n");
        assertThat(get("/status/rows").body()).isEqualTo("{\"n\":1}");
        assertThat(get("/status/jobs?id=42").body()).isEqualTo("1");
        Set<Thread> ofSources = threadsSince(before);
        assertThat(ofSources).extracting(Thread::getName).anyMatch(name -> name.startsWith("fanfare-source"));

        reload("fanfare.status.rows.jdbc-url=" + database + "\nfanfare.status.rows.sql=SELECT 2 AS \"n\"\n"
                + "fanfare.status.rows.access=anonymous\nfanfare.status.rows.timeout=60s\n");

        assertThat(get("/status/rows").body()).isEqualTo("{\"n\":2}");
        await().until(() -> ofSources.stream().noneMatch(Thread::isAlive));
        Set<Thread> ofNewPool = threadsSince(before);
        reload("");
        await().until(() -> ofNewPool.stream().noneMatch(Thread::isAlive));
    }

    /** Of sources of both kinds, and of the pool. */
    private static Set<Thread> threadsSince(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && isOfSource(thread.getName()))
                .collect(Collectors.toSet());
    }

    private static boolean isOfSource(String name) {
        return name.startsWith("fanfare-source") || name.startsWith("fanfare-jdbc") || name.contains("groal");
    }

    @Test
    void reloadsUnderLoadRefuseNoRequestAndEndNoStream() throws Exception {
        first.set("42", "1");
        second.set("42", "1");
        start(jobs(first));
        try (EventStream status = EventStream.open(port(), "/status/jobs/stream?id=42")) {
            status.next();
            Thread asking = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    assertStatus(get("/status/jobs?id=42"));
                }
            });
            @Nullable Throwable[] failure = new Throwable[1];
            asking.setUncaughtExceptionHandler((thread, error) -> failure[0] = error);
            asking.start();
            for (int i = 0; asking.isAlive() && i < 100; i++) {
                reload(jobs(i % 2 == 0 ? second : first));
            }
            asking.join(Duration.ofMinutes(1).toMillis());
            assertThat(failure[0]).isNull();
            second.set("42", "2");
            first.set("42", "2");
            assertThat(status.next().data()).isEqualTo("2");
        }
    }

    /** A request that waited for a poll of the old definition is told to come again. */
    private static void assertStatus(RawHttp.Answer answer) {
        if (answer.status() == 503) {
            assertThat(answer.body()).contains("configured anew");
        } else {
            assertThat(answer.body()).isEqualTo("1");
        }
    }
}
