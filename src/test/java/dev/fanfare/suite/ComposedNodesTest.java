package dev.fanfare.suite;

import static dev.fanfare.suite.ComposeFiles.NODES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.server.Main;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.TestClassPath;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The services of {@code compose.yaml} without containers: Redis by the command of the file, two nodes with the environment of
 * image and file, and nginx with {@code nginx.conf}. Names, ports and folders are the test's. Skipped where Redis or nginx is missing.
 */
@Timeout(300)
class ComposedNodesTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Pattern IMAGE_VARIABLE = Pattern.compile("\\b(FANFARE_[A-Z_]+)=(\\S+)");
    private static final String STREAM = HubSubject.HUB + "?topic=news";
    private static final String KEY = "a key of the test that has more than 32 bytes";

    private final Path directory = ChildProcess.directory("compose");
    private final int redisPort = ChildProcess.freePort();
    private final List<Integer> nodePorts = ChildProcess.freePorts(2);
    private final int port = ChildProcess.freePort();
    private final List<ChildProcess> processes = new ArrayList<>();
    private final List<Follower> followers = new ArrayList<>();

    @AfterEach
    void close() {
        followers.forEach(Follower::close);
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).close();
        }
    }

    private ChildProcess closed(ChildProcess process) {
        processes.add(process);
        return process;
    }

    private Path secret(String name) {
        return directory.resolve(name);
    }

    private void makeSecrets(String password) throws IOException {
        Files.writeString(secret("key"), KEY + "\n");
        Files.writeString(secret("redis-password"), password + "\n");
    }

    /** What a container has at other places. */
    private String here(Object text, String volume) {
        return String.valueOf(text)
                .replace("/run/secrets/", directory + "/")
                .replace("/var/lib/fanfare", directory.resolve(volume).toString())
                .replace("/data", directory.resolve(volume).toString())
                .replace("redis-server ", "redis-server --bind 127.0.0.1 --port " + redisPort + " ")
                .replace("redis://redis:6379", "redis://127.0.0.1:" + redisPort)
                .replace("$$", "$");
    }

    private String folderFor(String service) throws IOException {
        String volume = String.valueOf(
                        ((List<?>) ComposeFiles.service(NODES, service).get("volumes")).get(0))
                .replaceFirst(":.*", "");
        Files.createDirectories(directory.resolve(volume));
        return volume;
    }

    private ChildProcess startRedis() throws IOException {
        assumeThat(Tools.find("redis-server")).as("redis-server is installed").isNotNull();
        String volume = folderFor("redis");
        Map<String, Object> redis = ComposeFiles.service(NODES, "redis");
        List<String> command = Stream.of("entrypoint", "command")
                .flatMap(key -> ((List<?>) redis.get(key)).stream())
                .map(word -> here(word, volume))
                .toList();
        return closed(ChildProcess.start(ChildProcess.directory("compose-redis"), command, Map.of()));
    }

    /** By the health check of the file. */
    private void awaitRedis() {
        List<?> check = (List<?>)
                Yamls.map(ComposeFiles.service(NODES, "redis"), "healthcheck").get("test");
        assertThat(check.get(0)).isEqualTo("CMD-SHELL");
        String command = here(check.get(1), "").replace("redis-cli ", "redis-cli -h 127.0.0.1 -p " + redisPort + " ");
        await().atMost(LONG)
                .until(() -> new ProcessBuilder("/bin/sh", "-c", command)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0);
    }

    private ChildProcess startNode(int number) throws IOException {
        String service = "fanfare-" + (number + 1);
        String volume = folderFor(service);
        Map<String, String> environment = new HashMap<>();
        IMAGE_VARIABLE
                .matcher(ComposeFiles.read("Dockerfile"))
                .results()
                .forEach(found -> environment.put(found.group(1), here(found.group(2), volume)));
        Yamls.map(ComposeFiles.service(NODES, service), "environment")
                .forEach((name, value) -> environment.put(name, here(value, volume)));
        assertThat(environment).containsEntry("FANFARE_HTTP_HOST", "0.0.0.0");
        environment.put("FANFARE_HTTP_HOST", "127.0.0.1");
        environment.put("FANFARE_HTTP_PORT", "" + nodePorts.get(number));
        environment.put("FANFARE_HTTP_WARM_UP", "0s");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                TestClassPath.absolute(),
                Main.class.getName());
        return closed(ChildProcess.start(ChildProcess.directory("compose-" + service), command, environment));
    }

    private ChildProcess startReadyNode(int number) throws IOException {
        return startNode(number).awaitReady(URI.create("http://127.0.0.1:" + nodePorts.get(number) + "/"));
    }

    private void startNginx() throws IOException {
        Path nginx = Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeThat(nginx).as("nginx is installed").isNotNull();
        Path folder = ChildProcess.directory("compose-nginx");
        Files.writeString(folder.resolve("nginx.conf"), ComposeFiles.nginxConfiguration(port, nodePorts));
        closed(ChildProcess.start(
                folder,
                List.of(nginx.toString(), "-p", folder.toString(), "-c", "nginx.conf", "-e", "error.log"),
                Map.of()));
        await().atMost(LONG)
                .ignoreExceptions()
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
    }

    /** As the documents say: a publisher that gets no answer, or a 503, sends the same again. Returns the event's id. */
    private String publish(String data) {
        List<String> headers = List.of(
                "Content-Type: " + HubSubject.FORM,
                "Idempotency-Key: " + data,
                Tokens.header(
                        Tokens.of("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"mercure\":{\"publish\":[\"*\"]}}", KEY)));
        RawHttp.Answer answer = await().atMost(LONG)
                .until(
                        () -> RawHttp.request(
                                port, "POST", HubSubject.HUB, headers, HubSubject.form("topic", "news", "data", data)),
                        each -> each.status() != 503 && each.status() != 502);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body().strip();
    }

    /** Reads through nginx as a browser does: whatever ends its stream, it opens the next one behind the last event. */
    private final class Follower implements AutoCloseable {
        private final List<String> data = new ArrayList<>();
        private String lastId;
        private EventStream stream;
        private int streams;

        Follower(String lastId) {
            this.lastId = lastId;
            this.stream = open();
        }

        private EventStream open() {
            streams++;
            return EventStream.open(port, STREAM, "Last-Event-ID: " + lastId);
        }

        /** Takes what has come; whether an event with this data has. */
        boolean has(String wanted) {
            boolean isOpen = stream.isOpen();
            for (EventStream.Event event : stream.next(stream.untaken().size())) {
                data.add(event.data());
                lastId = event.id();
            }
            if (!isOpen) {
                stream.close();
                stream = open();
            }
            return data.contains(wanted);
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    private void startAll() throws IOException {
        makeSecrets("a1b2c3");
        startRedis();
        awaitRedis();
        startReadyNode(0);
        startReadyNode(1);
        startNginx();
    }

    @Test
    void aNodeThatIsStoppedLosesNothingAndComesBack() throws Exception {
        startAll();
        String first;
        try (EventStream one = EventStream.open(nodePorts.get(0), STREAM);
                EventStream other = EventStream.open(nodePorts.get(1), STREAM)) {
            one.awaitText("retry: ");
            other.awaitText("retry: ");
            first = publish("first");
            assertThat(one.next().data()).isEqualTo("first");
            assertThat(other.next().data()).isEqualTo("first");
        }
        IntStream.range(0, 6).forEach(i -> followers.add(new Follower(first)));
        List<String> published = new ArrayList<>();
        ChildProcess leaving = processes.get(1);
        leaving.process().destroy();
        await().pollInterval(Duration.ofMillis(20)).atMost(LONG).until(() -> {
            published.add("event " + published.size());
            publish(published.get(published.size() - 1));
            followers.forEach(each -> each.has("last"));
            return !leaving.process().isAlive();
        });
        assertThat(leaving.process().exitValue()).as(leaving.output()).isZero();
        published.add("last");
        publish("last");

        await().atMost(LONG).until(() -> followers.stream().allMatch(each -> each.has("last")));
        assertThat(followers).allSatisfy(each -> assertThat(each.data).isEqualTo(published));
        assertThat(followers).as("some were on the node that left").anyMatch(each -> each.streams > 1);

        startReadyNode(0);
        try (EventStream back = EventStream.open(nodePorts.get(0), STREAM, "Last-Event-ID: " + first)) {
            assertThat(back.next(published.size()))
                    .extracting(EventStream.Event::data)
                    .isEqualTo(published);
        }
    }

    @Test
    void aRedisWithoutItsPasswordDoesNotStart() throws Exception {
        makeSecrets("");
        ChildProcess redis = startRedis();

        assertThat(redis.exited(LONG)).isTrue();
        assertThat(redis.process().exitValue()).isNotZero();
        assertThat(redis.output()).contains("requirepass");
    }

    /** Readers of processes see the options, and not the password. */
    @Test
    void thePasswordIsNoArgumentOfAProcess() throws Exception {
        String password = "a-secret-of-redis";
        makeSecrets(password);
        ChildProcess redis = startRedis();
        awaitRedis();

        Path arguments = Path.of("/proc", "" + redis.process().pid(), "cmdline");
        assumeThat(arguments).as("the arguments of a process").isReadable();
        assertThat(Files.readString(arguments)).startsWith("redis-server").doesNotContain(password);
    }
}
