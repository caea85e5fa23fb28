package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.server.Main;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RedisServer;
import dev.fanfare.testing.TestClassPath;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code docs/how-to/several-nodes.md}, word by word: a Redis with those lines, two servers with that file and those commands, that
 * nginx before them, and a kill. Only ports and paths are the test's. Skipped where Redis, nginx or curl is missing.
 */
@Timeout(300)
class HowToSeveralNodesTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String ACCEPT = "Accept: text/event-stream";

    private final Document page = Document.read("docs/how-to/several-nodes.md");
    private final Path directory = ChildProcess.directory("several-nodes");
    private final List<Integer> ports = ChildProcess.freePorts(3);
    private final List<AutoCloseable> closing = new ArrayList<>();
    private RedisServer redis;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T closed(T part) {
        closing.add(0, part);
        return part;
    }

    private static Path program(String name) {
        return Stream.of("/usr/sbin/", "/usr/local/sbin/", "/usr/bin/")
                .map(folder -> Path.of(folder + name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of(name));
    }

    private String here(String text) {
        return text.replace("127.0.0.1:6379", "127.0.0.1:" + redis.port())
                .replace("127.0.0.1:8081", "127.0.0.1:" + ports.get(0))
                .replace("127.0.0.1:8082", "127.0.0.1:" + ports.get(1))
                .replace("127.0.0.1:8080", "127.0.0.1:" + ports.get(2))
                .replace("--port 8081", "--port " + ports.get(0))
                .replace("--port 8082", "--port " + ports.get(1))
                .replace("listen 8080;", "listen 127.0.0.1:" + ports.get(2) + ";");
    }

    private void startRedis() throws Exception {
        String[] options = page.block("redis")
                .lines()
                .flatMap(line -> {
                    String[] words = line.split(" ", 2);
                    return Stream.of("--" + words[0], words[1]);
                })
                .toArray(String[]::new);
        redis = closed(RedisServer.start(options));
    }

    private ChildProcess startNode(String command, int port) {
        String[] words = here(command).split(" ");
        assertThat(words[0]).isEqualTo("java");
        List<String> arguments = new ArrayList<>();
        for (String word : Arrays.copyOfRange(words, 1, words.length)) {
            switch (word) {
                case "-jar" -> arguments.addAll(List.of("-cp", TestClassPath.absolute(), Main.class.getName()));
                case "target/fanfare.jar" -> assertThat(arguments).contains(Main.class.getName());
                default -> arguments.add(word);
            }
        }
        return closed(ChildProcess.java(directory, arguments)).awaitReady(URI.create("http://127.0.0.1:" + port + "/"));
    }

    private void startNginx() throws IOException {
        String temporary = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(each -> each + "_temp_path " + each + ";\n")
                .reduce("", String::concat);
        String whole = "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n"
                + temporary + here(page.block("nginx")) + "}\n";
        assertThat(whole).doesNotContain(":8080", ":8081", ":8082");
        Files.writeString(directory.resolve("nginx.conf"), whole);
        closed(ChildProcess.start(
                ChildProcess.directory("several-nodes-nginx"),
                List.of(program("nginx").toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log"),
                Map.of()));
        await().atMost(LONG)
                .ignoreExceptions()
                .until(() ->
                        RawHttp.request(ports.get(2), "GET", "/health/live").status() == 200);
    }

    private ChildProcess run(String command) {
        String name = "several-nodes-" + closing.size();
        return closed(ChildProcess.start(
                ChildProcess.directory(name),
                List.of("bash", "-c", "exec " + here(command).replaceFirst("^curl ", "curl -sS ")),
                Map.of()));
    }

    private String answer(String command) {
        ChildProcess process = run(command);
        assertThat(process.exited(LONG)).as(command).isTrue();
        assertThat(process.process().exitValue()).as(process.output()).isZero();
        return process.output().strip();
    }

    private static void awaitText(ChildProcess process, String text) {
        await().atMost(LONG).untilAsserted(() -> assertThat(process.output()).contains(text));
    }

    private static String take(List<String> commands, String begins, String... texts) {
        String found = commands.stream()
                .filter(command -> command.startsWith(begins))
                .filter(command -> Stream.of(texts).allMatch(command::contains))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no command with " + List.of(texts) + " in " + commands));
        commands.remove(found);
        return found;
    }

    @Test
    void twoNodesOnOneRedisBehindNginxLoseNothingWhenOneIsKilled() throws Exception {
        assumeThat(program("nginx")).as("nginx is installed").isExecutable();
        assumeThat(program("curl")).as("curl is installed").isExecutable();
        startRedis();
        Files.writeString(directory.resolve("nodes.properties"), here(page.block("properties")));
        List<String> commands = new ArrayList<>(page.commands());
        ChildProcess first = startNode(take(commands, "java", "8081"), ports.get(0));
        String second = take(commands, "java", "8082");
        startNode(second, ports.get(1));

        ChildProcess reader = run(take(commands, "curl -N", "8081"));
        awaitText(reader, "retry: ");
        String one = answer(take(commands, "curl", "8082", "data=one"));
        assertThat(one).matches("#[0-9a-z]+\\.[0-9]+");
        awaitText(reader, "data: one\n");

        startNginx();
        String two = take(commands, "curl", "Idempotency-Key", "data=two");
        String id = answer(two);
        awaitText(reader, "data: two\n");
        assertThat(answer(two)).as("sent again").isEqualTo(id);

        first.process().destroyForcibly();
        assertThat(reader.exited(LONG)).as("its reader ends").isTrue();
        answer(take(commands, "curl", "data=three"));
        ChildProcess all = run(take(commands, "curl -N", "earliest"));
        awaitText(all, "data: three\n");
        assertThat(all.output()).containsSubsequence("data: one\n", "data: two\n", "data: three\n");
        assertThat(all.output()).containsOnlyOnce("data: two\n");
        assertThat(commands).as("commands that nobody has run").isEmpty();
        try (EventStream back =
                EventStream.open(ports.get(2), "/.well-known/mercure?topic=news", ACCEPT, "Last-Event-ID: " + id)) {
            assertThat(back.next().data()).isEqualTo("three");
        }
    }
}
