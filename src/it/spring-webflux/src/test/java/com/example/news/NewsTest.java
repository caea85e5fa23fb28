package com.example.news;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fanfare.Fanfare;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Talks to the application on a free port. Another one that closes takes the threads along that all of Netty share: last. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NewsTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static ConfigurableApplicationContext context;

    /** Closed in the end: all servers of a JVM share Netty's threads, and the first that is closed takes them along. */
    private static ConfigurableApplicationContext late;

    @BeforeAll
    static void start() {
        context = run();
    }

    private static ConfigurableApplicationContext run(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--server.port=0");
        return SpringApplication.run(NewsApplication.class, all.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        context.close();
        if (late != null) {
            late.close();
        }
    }

    private static URI uri(ConfigurableApplicationContext application, String path) {
        return URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + path);
    }

    private static String send(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(uri(context, path))
                        .header("Content-Type", "text/plain;charset=UTF-8")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 300, () -> answer.statusCode() + " " + answer.body());
        return answer.body();
    }

    private static String get(String path) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(uri(context, path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static int statusOf(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(context, path)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private record Event(String id, String type, String data) {}

    /** A stream that is read as the standard says. */
    private static final class Stream implements AutoCloseable {
        final HttpResponse<java.io.InputStream> answer;
        private final BufferedReader lines;
        private String lastId = "";

        Stream(ConfigurableApplicationContext application, String path, String... headers) throws Exception {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(uri(application, path)).header("Accept", "text/event-stream");
            if (headers.length > 0) {
                request.headers(headers);
            }
            answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        }

        /** Until the stream is open; null at its end. */
        String line() throws IOException {
            return lines.readLine();
        }

        /** Null at the end of the stream. */
        Event next() throws IOException {
            String type = "message";
            List<String> data = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    if (!data.isEmpty()) {
                        return new Event(lastId, type, String.join("\n", data));
                    }
                    type = "message";
                    continue;
                }
                int colon = line.indexOf(':');
                String name = colon < 0 ? line : line.substring(0, colon);
                String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
                switch (name) {
                    case "data" -> data.add(value);
                    case "id" -> lastId = value;
                    case "event" -> type = value;
                    default -> {}
                }
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            answer.body().close();
        }
    }

    @Test
    void everyTextArrivesUnderItsId() throws Exception {
        List<String> texts = List.of(
                "Hello", " begins with a blank", "two\nlines", "an\n\nempty line", "ends\n", "a:b", "id: 1", "é€𝄞",
                "{\"a\": \"b\"}", "x".repeat(100_000));
        try (Stream stream = new Stream(context, "/news/texts")) {
            stream.line();
            for (String text : texts) {
                String id = send("POST", "/news/texts", text);
                assertEquals(new Event(id, "message", text), stream.next());
            }
        }
    }

    @Test
    void aClientThatWasAwayGetsWhatItMissed() throws Exception {
        String seen = send("POST", "/news/away", "1");
        send("POST", "/news/away", "2");
        send("POST", "/news/away", "3");
        try (Stream stream = new Stream(context, "/news/away", "Last-Event-ID", seen)) {
            assertEquals("2", stream.next().data());
            assertEquals("3", stream.next().data());
        }
    }

    @Test
    void aLongReplayArrivesWholeAndInOrder() throws Exception {
        String first = send("POST", "/news/long", "0");
        for (int i = 1; i <= 300; i++) {
            send("POST", "/news/long", i + " " + "x".repeat(8000));
        }
        try (Stream stream = new Stream(context, "/news/long", "Last-Event-ID", first)) {
            for (int i = 1; i <= 300; i++) {
                assertTrue(stream.next().data().startsWith(i + " "));
            }
        }
    }

    @Test
    void nothingOnTheWayKeepsTheStreamOrHoldsItBack() throws Exception {
        try (Stream stream = new Stream(context, "/news/headers")) {
            assertEquals(200, stream.answer.statusCode());
            assertEquals("text/event-stream", stream.answer.headers().firstValue("Content-Type").orElse(""));
            assertEquals(
                    "no-cache, no-store, no-transform",
                    stream.answer.headers().firstValue("Cache-Control").orElse(""));
            assertEquals("no", stream.answer.headers().firstValue("X-Accel-Buffering").orElse(""));
        }
        assertEquals(200, statusOf("HEAD", "/news/headers"));
    }

    @Test
    void aStatusIsStreamedUntilItsEnd() throws Exception {
        assertEquals(404, statusOf("GET", "/jobs/none"));
        send("PUT", "/jobs/7", "{\"state\":\"running\"}");
        String end;
        try (Stream stream = new Stream(context, "/jobs/7")) {
            assertEquals("{\"state\":\"running\"}", stream.next().data());
            send("PUT", "/jobs/7", "{\"state\":\"done\"}");
            assertEquals("{\"state\":\"done\"}", stream.next().data());
            Event last = stream.next();
            assertEquals("end", last.type());
            end = last.id();
            assertNull(stream.next());
        }
        assertEquals(204, statusOf("GET", "/jobs/7", "Last-Event-ID", end));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void stopsInTimeAndEndsTheStreamsThatAreOpen() throws Exception {
        ConfigurableApplicationContext other = run("--server.shutdown=graceful");
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Stream stream = new Stream(other, "/news/stop");
            stream.line();
            streams.add(stream);
        }
        long begin = System.nanoTime();
        other.close();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("stopped with 20 streams open in " + took.toMillis() + " ms");
        for (Stream stream : streams) {
            assertNull(stream.next());
        }
        assertTrue(took.compareTo(Duration.ofSeconds(3)) < 0, took::toString);
    }

    @Test
    void whoComesBetweenTheEndOfTheStreamsAndThatOfTheServerIsToldToComeBack() throws Exception {
        ConfigurableApplicationContext other = run();
        late = other;
        other.getBean(Fanfare.class).close();
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(other, "/news/late"));
        HttpResponse<String> stream = HTTP.send(
                request.header("Accept", "text/event-stream").build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, stream.statusCode(), stream.body());
        assertEquals("shutdown", stream.headers().firstValue("Fanfare-Refused").orElse(""));
        assertTrue(stream.body().matches(": refused, shutdown\nretry: [0-9]+\n"), stream.body());
        HttpResponse<String> any = HTTP.send(
                HttpRequest.newBuilder(uri(other, "/news/late")).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(503, any.statusCode(), any.body());
        assertTrue(any.headers().firstValue("Retry-After").isPresent());
    }

    @Test
    void theActuatorTellsItsHealthAndItsNumbers() throws Exception {
        String health = get("/actuator/health");
        assertTrue(health.contains("\"fanfare\":{\"status\":\"UP\"}"), health);
        try (Stream stream = new Stream(context, "/news/numbers")) {
            stream.line();
            String numbers = get("/actuator/metrics/fanfare.connections");
            assertTrue(numbers.matches(".*\"value\":[1-9].*"), numbers);
        }
    }

    private static String faults(String... options) {
        for (Throwable e = assertThrows(RuntimeException.class, () -> run(options).close()); ; e = e.getCause()) {
            assertNotNull(e, "no fault of the configuration");
            if (e.getClass().getSimpleName().equals("ConfigFaults")) {
                return e.getMessage();
            }
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aWrongConfigurationIsToldWhole() {
        String faults = faults("--fanfare.stream.heartbeat=often", "--fanfare.stream.hartbeat=5s", "--fanfare.http.port=1");
        assertTrue(faults.contains("fanfare.stream.heartbeat = 'often' ("), faults);
        assertTrue(faults.contains("did you mean fanfare.stream.heartbeat?"), faults);
        assertTrue(faults.contains("fanfare.http.port = '1' ("), faults);
        assertEquals(3, faults.lines().count(), faults);
    }

    @Test
    void aFluxIsComposedAndResumes() throws Exception {
        String seen = send("POST", "/news/flux", "seen");
        send("POST", "/news/flux", "no");
        String id = send("POST", "/news/flux", "missed");
        try (Stream stream = new Stream(context, "/long-news/flux", "Last-Event-ID", seen)) {
            assertEquals(new Event(id, "message", "missed"), stream.next());
            String next = send("POST", "/news/flux", "two\nlines");
            assertEquals(new Event(next, "message", "two\nlines"), stream.next());
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aPathForTheHubIsRefusedInWords() {
        assertTrue(faults("--fanfare.spring.path=/live").contains("runs on WebFlux"));
    }
}
