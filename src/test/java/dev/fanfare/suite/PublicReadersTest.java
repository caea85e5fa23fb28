package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.sse.SseEventSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Readers that others have written, in several languages, get exactly the events, and nothing else that they would take for
 * one. {@code src/test/readers/fetch target/readers} fetches them; without that their tests are skipped, or fail if
 * PUBLIC_READERS names another directory that lacks them.
 */
class PublicReadersTest {
    private static final @Nullable String NAMED = System.getenv("PUBLIC_READERS");
    private static final Path READERS =
            Path.of(NAMED == null ? "target/readers" : NAMED).toAbsolutePath();
    private static final Path SCRIPTS = Path.of("src", "test", "readers").toAbsolutePath();
    private static final int EVENTS = 6;
    private static final long DEADLINE_SECONDS = 120;

    private final ScheduledExecutorService publisher = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger number = new AtomicInteger();
    private GrizzlyHost host;

    /** Heartbeats are many, and so are events of another topic, which move the log. */
    @BeforeEach
    void start() throws Exception {
        host = GrizzlyHost.start(Map.of(
                "fanfare.stream.heartbeat", "100ms",
                "fanfare.history.store", "memory",
                "fanfare.auth.key", Tokens.SECRET));
        publisher.scheduleWithFixedDelay(this::publish, 0, 400, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void stop() {
        publisher.shutdownNow();
        host.close();
    }

    private void publish() {
        post("topic=other&data=x");
        post("topic=news&data=" + number.incrementAndGet());
    }

    private void post(String form) {
        List<String> headers =
                List.of("Content-Type: application/x-www-form-urlencoded", Tokens.header(Tokens.publisher("*")));
        assertThat(RawHttp.request(host.port(), "POST", "/.well-known/mercure", headers, form)
                        .status())
                .isEqualTo(200);
    }

    private String url() {
        return "http://127.0.0.1:" + host.port() + "/.well-known/mercure?topic=news";
    }

    /** An empty message between two of them would be one more line. */
    private static void assertNothingElse(List<String> read, String quote) {
        assertThat(read).hasSize(EVENTS);
        assertThat(read.get(0)).matches(quote + "[0-9]+" + quote);
        int first = Integer.parseInt(read.get(0).replace(quote, ""));
        assertThat(read)
                .isEqualTo(IntStream.range(first, first + EVENTS)
                        .mapToObj(event -> quote + event + quote)
                        .toList());
    }

    private void assertReads(Path needed, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        if (NAMED == null) {
            assumeTrue(
                    Files.exists(needed), needed + " is not there; src/test/readers/fetch target/readers fetches it");
        }
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(url(), String.valueOf(EVENTS)));
        ProcessBuilder builder = new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        publisher.schedule(process::destroyForcibly, DEADLINE_SECONDS, TimeUnit.SECONDS);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertNothingElse(out.lines().toList(), "\"");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"httpx-sse", "sseclient", "sseclient-py", "launchdarkly-eventsource", "aiohttp-sse-client"})
    void readersInPythonGetTheEventsAlone(String reader) throws Exception {
        Path library = READERS.resolve("python").resolve(reader);
        assertReads(
                library,
                List.of("python3", SCRIPTS.resolve("read.py").toString(), reader),
                Map.of("PYTHONPATH", library.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"eventsource", "eventsource-parser"})
    void readersInNodeGetTheEventsAlone(String reader) throws Exception {
        Path directory = READERS.resolve("node");
        assertReads(
                directory.resolve("node_modules").resolve(reader),
                List.of("node", directory.resolve("read.mjs").toString(), reader),
                Map.of());
    }

    @Test
    void aReaderInGoGetsTheEventsAlone() throws Exception {
        Path program = READERS.resolve("go").resolve("read");
        assumeTrue(
                Files.exists(program),
                program + " is not there; src/test/readers/fetch builds it where Go is installed");
        assertReads(program, List.of(program.toString()), Map.of());
    }

    @Test
    void jerseysReaderGetsTheEventsAlone() throws Exception {
        BlockingQueue<String> read = new LinkedBlockingQueue<>();
        Client client = ClientBuilder.newClient();
        try (SseEventSource source = SseEventSource.target(client.target(url())).build()) {
            source.register(event -> read.add(event.readData()));
            source.open();
            List<String> events = new ArrayList<>();
            while (events.size() < EVENTS) {
                String next = read.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
                assertThat(next).isNotNull();
                events.add(next);
            }
            assertNothingElse(events, "");
        } finally {
            client.close();
        }
    }
}
