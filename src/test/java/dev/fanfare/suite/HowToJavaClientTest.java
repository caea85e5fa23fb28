package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** The code of the page on Java clients, compiled as it is written there, in a process of its own. */
@Timeout(240)
class HowToJavaClientTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String IMPORTS = """
            import jakarta.ws.rs.client.*;
            import jakarta.ws.rs.sse.*;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.function.*;
            """;

    private final Document page = Document.read("docs/how-to/java-client.md");
    private final List<AutoCloseable> closing = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.history.store", "memory",
            "fanfare.demo.enabled", "true",
            "fanfare.demo.count", "40",
            "fanfare.demo.delay", "300ms",
            "fanfare.demo.retry", "100ms"));
    private Path directory = Path.of("");
    private GrizzlyHost host;

    @BeforeEach
    void directory(TestInfo info) {
        directory = ChildProcess.directory(
                "java-client-" + info.getTestMethod().orElseThrow().getName());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private void start() throws IOException {
        host = GrizzlyHost.start(settings);
        closing.add(0, host);
        settings.put("fanfare.http.port", String.valueOf(host.port()));
    }

    private void compile(String name, String source) throws IOException {
        Path file = Files.writeString(directory.resolve(name + ".java"), IMPORTS + source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter faults = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-d", directory.toString(), "-cp", classPath(), "-proc:none");
            assertThat(compiler.getTask(faults, files, null, options, null, files.getJavaFileObjects(file))
                            .call())
                    .as(name + ": " + faults)
                    .isTrue();
        }
    }

    private String classPath() {
        return directory + File.pathSeparator + System.getProperty("java.class.path");
    }

    /** Runs statements of the page as a program. */
    private ChildProcess run(String statements) throws IOException {
        String here = statements.replace("http://127.0.0.1:8080", "http://127.0.0.1:" + host.port());
        assertThat(here).isNotEqualTo(statements);
        compile(
                "Reader",
                "public class Reader { public static void main(String[] args) throws Exception {\n" + here + "}}");
        // Relative entries would mean something else in the folder of the child.
        List<String> entries = List.of(classPath().split(File.pathSeparator)).stream()
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .toList();
        ChildProcess reader =
                ChildProcess.java(directory, List.of("-cp", String.join(File.pathSeparator, entries), "Reader"));
        closing.add(0, reader);
        return reader;
    }

    private static void awaitText(ChildProcess reader, String text) {
        await().atMost(LONG).untilAsserted(() -> assertThat(reader.output()).contains(text));
    }

    private static List<String> events(ChildProcess reader) {
        return reader.output()
                .lines()
                .filter(line -> line.matches("(new_message|end_event|update|end) .*"))
                .toList();
    }

    @Test
    void theReaderOfAStatusSeesItsEnd() throws IOException {
        JobSource jobs = new JobSource();
        closing.add(jobs);
        jobs.set("42", "{\"state\":\"RUNNING\"}");
        settings.put("fanfare.status.jobs.url", "http://127.0.0.1:" + jobs.port() + "/jobs/{id}");
        settings.put("fanfare.status.jobs.end", "/state=DONE");
        settings.put("fanfare.status.jobs.every", "100ms");
        start();

        ChildProcess reader = run(page.block("java"));
        awaitText(reader, "update ");
        jobs.set("42", "{\"state\":\"DONE\"}");

        awaitText(reader, "end end-");
        assertThat(events(reader)).extracting(line -> line.split(" ")[0]).containsExactly("update", "update", "end");
    }

    /** Away for longer than a few retries, so that {@code SseEventSource} has given up. */
    @Test
    void theClientThatStaysGoesOnWhereItWasThoughTheServerWasAway() throws IOException {
        start();
        compile("Follow", page.blockWith("public final class Follow"));
        ChildProcess reader = run(
                "Client client = ClientBuilder.newClient();\n" + page.blockWith("new Follow()") + "client.close();");
        awaitText(reader, "Counter value 7");

        host.close();
        closing.remove(host);
        settings.put("fanfare.demo.delay", "50ms"); // until here it was slow, so that it could not end before
        await().during(Duration.ofSeconds(2)).until(() -> reader.process().isAlive());
        start();

        awaitText(reader, "end_event ");
        List<String> expected = new ArrayList<>(IntStream.rangeClosed(1, 40)
                .mapToObj(i -> "new_message " + i + " Counter value " + i)
                .toList());
        expected.add("end_event 41 End of the stream");
        assertThat(events(reader)).containsExactlyElementsOf(expected);
        assertThat(reader.exited(LONG)).as(reader.output()).isTrue();
    }
}
