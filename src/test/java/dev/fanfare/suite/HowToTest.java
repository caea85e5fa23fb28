package dev.fanfare.suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.StreamClient;
import dev.fanfare.testing.TestClassPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * The configurations of the how-tos, as they are written there: each is the {@code fanfare.properties} of a server in a
 * folder of its own, started as a reader starts it. Only {@code localhost:9090}, where a reader has a service of his own,
 * becomes the address of a server of the test.
 */
@Timeout(180)
class HowToTest {
    private static final Pattern PROPERTIES = Pattern.compile("```properties\n(.*?)```", Pattern.DOTALL);

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> authorizations = new ArrayList<>();
    private final List<AutoCloseable> closing = new ArrayList<>();
    private Path folder = Path.of("");
    private int port;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private static String configuration(String page) throws IOException {
        Matcher block = PROPERTIES.matcher(Files.readString(Path.of("docs", "how-to", page)));
        assertThat(block.find()).as(page + " has a configuration").isTrue();
        return block.group(1);
    }

    private void folder(TestInfo test) {
        folder = ChildProcess.directory(
                "how-to-" + test.getTestMethod().orElseThrow().getName());
    }

    private void start(String page) throws IOException {
        Files.writeString(
                folder.resolve("fanfare.properties"), configuration(page).replace("localhost:9090", service()));
        port = ChildProcess.freePort();
        run();
    }

    private ChildProcess run() {
        ChildProcess server = ChildProcess.java(
                folder,
                List.of("-cp", TestClassPath.absolute(), "dev.fanfare.server.Main", "--port", Integer.toString(port)));
        closing.add(0, server);
        return server.awaitReady(URI.create("http://127.0.0.1:" + port + "/"));
    }

    /** What a command of the page prints, which begins with {@code java -jar fanfare.jar}. */
    private String output(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("-cp", TestClassPath.absolute(), "dev.fanfare.server.Main"));
        command.addAll(List.of(arguments));
        try (ChildProcess process = ChildProcess.java(folder, command)) {
            assertThat(process.exited(Duration.ofSeconds(60))).isTrue();
            return process.output().strip();
        }
    }

    private int request(String method, String target, String token, @Nullable String json) {
        List<String> headers = List.of("Authorization: Bearer " + token, "Content-Type: application/json");
        return RawHttp.request(port, method, target, headers, json).status();
    }

    /** A service that answers with what {@link #answers} has for a path with its query, else with 404. */
    private String service() throws IOException {
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            synchronized (authorizations) {
                authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            }
            String answer = answers.get(exchange.getRequestURI().toString());
            byte[] body = answer == null ? new byte[0] : answer.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        service.start();
        closing.add(() -> service.stop(0));
        return "localhost:" + service.getAddress().getPort();
    }

    private StreamClient watch(String target) {
        StreamClient client =
                StreamClient.get(port, target, "Accept: text/event-stream").read();
        closing.add(0, client);
        assertThat(client.status()).isEqualTo(200);
        return client;
    }

    /** A stream opens and waits for its row or file; a snapshot has nothing to show. */
    private void assertNotThereYet(String source, String query) {
        assertThat(watch(source + "/stream" + query).events()).isEmpty();
        assertNoSnapshot(source + query);
    }

    private void assertNoSnapshot(String target) {
        assertThat(RawHttp.request(port, "GET", target).status()).isEqualTo(404);
    }

    private void assertMissing(String target, int status) {
        try (StreamClient client = StreamClient.get(port, target, "Accept: text/event-stream")) {
            assertThat(client.status()).isEqualTo(status);
        }
    }

    private static void assertEnded(StreamClient stream, String... types) {
        assertThat(stream.awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertThat(stream.events()).extracting(event -> event.type()).containsExactly(types);
    }

    private void execute(String file, String... statements) throws SQLException {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(file));
                Statement statement = database.createStatement()) {
            statement.execute("pragma busy_timeout = 60000"); // while the server reads
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    @Test
    void aRestEndpoint(TestInfo test) throws Exception {
        folder(test);
        answers.put("/jobs/42", "{\"state\":\"RUNNING\",\"progress\":1,\"updatedAt\":1}");
        start("status-endpoint.md");
        StreamClient stream = watch("/status/stream?id=42").awaitEvents(1);
        assertMissing("/status/jobs/stream?id=7", 404);
        assertMissing("/status/jobs/stream?id=abc", 400);

        answers.put("/jobs/42", "{\"state\":\"FAILED\",\"progress\":1,\"updatedAt\":2}");
        assertEnded(stream, "update", "update", "end");
        assertThat(stream.data().get(2)).contains("\"state\":\"FAILED\"");
    }

    @Test
    void aCiJob(TestInfo test) throws Exception {
        folder(test);
        String api = "/job/shop/17/api/json?tree=number,building,result";
        answers.put(api, "{\"number\":17,\"building\":true,\"result\":null}");
        start("ci-job.md");
        StreamClient stream = watch("/status/builds/stream?job=shop&build=17").awaitEvents(1);
        assertMissing("/status/builds/stream?job=shop&build=99", 404);
        assertMissing("/status/builds/stream?job=..%2Fadmin&build=17", 400);

        answers.put(api, "{\"number\":17,\"building\":false,\"result\":\"SUCCESS\"}");
        assertEnded(stream, "update", "update", "end");
        assertThat(stream.data()).first().isEqualTo("{\"number\":17,\"building\":true,\"result\":null}");
        synchronized (authorizations) {
            assertThat(authorizations).containsOnly("Basic d2F0Y2hlcjoxMTAxMjM=");
        }
    }

    @Test
    void aSqlQuery(TestInfo test) throws Exception {
        folder(test);
        execute(
                "orders.db",
                "create table orders(id integer primary key, state text, paid integer, changed_at text)",
                "insert into orders values (42, 'packed', 1, '2026-11-21 07:00:00')");
        start("sql-query.md");
        StreamClient stream = watch("/status/orders/stream?order=42").awaitEvents(1);
        assertNotThereYet("/status/orders", "?order=43");
        assertMissing("/status/orders/stream?order=42%20or%201=1", 400);

        execute("orders.db", "update orders set changed_at = '2026-11-21 07:00:01'");
        execute("orders.db", "update orders set state = 'sent', changed_at = '2026-11-21 07:00:02'");
        stream.awaitEvents(2);
        execute("orders.db", "update orders set state = 'delivered'");
        assertEnded(stream, "update", "update", "update", "end");
        assertThat(stream.data().get(0))
                .isEqualTo("{\"state\":\"packed\",\"paid\":1,\"changed_at\":\"2026-11-21 07:00:00\"}");
        assertThat(stream.data().get(1)).contains("\"sent\"");
    }

    @Test
    void files(TestInfo test) throws Exception {
        folder(test);
        Path state = Files.createDirectory(folder.resolve("state"));
        Path file = Files.writeString(state.resolve("import.json"), "{\"state\":\"running\",\"rows\":17}\n");
        start("status-files.md");
        StreamClient stream = watch("/status/batches/stream?batch=import").awaitEvents(1);
        assertNotThereYet("/status/batches", "?batch=none");
        assertNoSnapshot("/status/batches?batch=..%2Ffanfare.properties%00");

        Path next = Files.writeString(state.resolve("import.json.new"), "{\"state\":\"running\",\"rows\":18}\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        stream.awaitEvents(2);
        Files.writeString(file, "{\"state\":\"done\"}");
        assertEnded(stream, "update", "update", "update", "end");
        assertThat(stream.data().get(1)).isEqualTo("{\"state\":\"running\",\"rows\":18}");
    }

    @Test
    void aPushedStatusOutlivesACrash(TestInfo test) throws Exception {
        folder(test);
        String url = "/status/deploys?service=shop";
        Files.writeString(folder.resolve("fanfare.properties"), configuration("pushed-status.md"));
        port = ChildProcess.freePort();
        String token = output("token", "--publish", "/status/deploys{?service}", "--expires", "10m");
        ChildProcess server = run();
        assertThat(request("PUT", "/status/deploys?service=NOT%20OK", token, "{}"))
                .isEqualTo(400);
        assertThat(request("PUT", url, token, "{\"state\":\"building\",\"step\":1}"))
                .isEqualTo(204);
        StreamClient stream = watch("/status/deploys/stream?service=shop").awaitEvents(1);
        assertThat(request("PUT", url, token, "{\"state\":\"building\",\"step\":2}"))
                .isEqualTo(204);
        stream.awaitEvents(2);
        String lastEventId = stream.lastEventId();

        server.process().destroyForcibly();
        assertThat(server.exited(Duration.ofSeconds(60))).isTrue();
        server = run();

        assertThat(RawHttp.request(port, "GET", url).body()).isEqualTo("{\"state\":\"building\",\"step\":2}");
        StreamClient again = StreamClient.get(
                        port,
                        "/status/deploys/stream?service=shop",
                        "Accept: text/event-stream",
                        "Last-Event-ID: " + lastEventId)
                .read();
        closing.add(0, again);
        again.awaitText("retry:");
        assertThat(request("PUT", url, token, "{\"state\":\"done\",\"step\":3}"))
                .isEqualTo(204);
        assertEnded(again, "update", "end");
        String end = again.lastEventId();

        server.process().destroyForcibly();
        assertThat(server.exited(Duration.ofSeconds(60))).isTrue();
        run();

        assertThat(RawHttp.request(
                                port,
                                "GET",
                                "/status/deploys/stream?service=shop",
                                "Accept: text/event-stream",
                                "Last-Event-ID: " + end)
                        .status())
                .as("it is over, also after a crash")
                .isEqualTo(204);
        assertThat(request("DELETE", url, token, null)).isEqualTo(404);
        assertThat(request("PUT", url, token, "{\"state\":\"building\",\"step\":1}"))
                .isEqualTo(204);
        assertThat(request("DELETE", url, token, null)).isEqualTo(204);
    }

    @Test
    void severalStatusesOverOneConnection(TestInfo test) throws Exception {
        folder(test);
        execute(
                "jobs.db",
                "create table jobs(id integer primary key, name text, state text, team text)",
                "insert into jobs values (1, 'import', 'running', 'red'), (2, 'report', 'queued', 'red'), (3, 'x', 'y', 'blue')");
        start("several-statuses.md");
        StreamClient stream = watch("/status/board/stream?team=red").awaitEvents(1);
        assertThat(stream.data().get(0))
                .isEqualTo("[{\"id\":1,\"name\":\"import\",\"state\":\"running\"},"
                        + "{\"id\":2,\"name\":\"report\",\"state\":\"queued\"}]");

        execute("jobs.db", "update jobs set state = 'done' where id = 1");
        stream.awaitEvents(2);
        execute("jobs.db", "delete from jobs where team = 'red'");
        stream.awaitEvents(3);
        assertThat(stream.data().get(2)).isEqualTo("[]");
        assertThat(stream.isEnded()).isFalse();

        String page = Document.read("docs/how-to/several-statuses.md").blockWith("/events?");
        String query = Pattern.compile("\\[\"(status|topic)\", \"([^\"]+)\"]")
                .matcher(page)
                .results()
                .map(pair -> pair.group(1) + "=" + URLEncoder.encode(pair.group(2), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        StreamClient several = watch("/events?" + query).awaitEvents(3);
        assertThat(several.data().subList(1, 3).toString())
                .contains("{\"status\":\"board?team=red\",\"type\":\"update\",\"id\":\"", "\",\"data\":[]}")
                .contains("{\"status\":\"jobs?id=42\",\"type\":\"refused\",\"data\":{\"code\":404,\"reason\":\"");
    }
}
