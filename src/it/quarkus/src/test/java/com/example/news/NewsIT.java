package com.example.news;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Talks to the application that Quarkus has built, in a process of its own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NewsIT {
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Path LOG = Path.of("target", "quarkus.log");
    private static Process server;
    private static String base;

    @BeforeAll
    static void start() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        base = "http://127.0.0.1:" + port + "/news/";
        server = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-jar",
                        Path.of("target", "quarkus-app", "quarkus-run.jar").toString())
                .redirectErrorStream(true)
                .redirectOutput(LOG.toFile())
                .start();
        while (!answers()) {
            assertTrue(server.isAlive(), "the server ended; see target/quarkus.log");
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static boolean answers() throws InterruptedException {
        try {
            HTTP.send(HttpRequest.newBuilder(URI.create(base)).build(), HttpResponse.BodyHandlers.discarding());
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A stream that is open ends whole, and Quarkus does not wait for it. */
    @AfterAll
    static void stop() throws Exception {
        try (Stream stream = new Stream("stop")) {
            stream.line();
            server.destroy();
            while (stream.line() != null) {
                // the comment and the delay of its opening
            }
        } finally {
            assertTrue(server.waitFor(60, TimeUnit.SECONDS));
        }
        assertFalse(Files.readString(LOG).contains("Timed out waiting for graceful shutdown"), "see " + LOG);
    }

    private static String post(String target, String text) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + target))
                .header("Content-Type", "text/plain;charset=UTF-8")
                .POST(HttpRequest.BodyPublishers.ofString(text))
                .build();
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 300, () -> answer.statusCode() + " " + answer.body());
        return answer.body();
    }

    private record Event(String id, String type, String data) {}

    /** A stream that is read as the standard says. */
    private static final class Stream implements AutoCloseable {
        final HttpResponse<InputStream> answer;
        private final BufferedReader lines;
        private String lastId = "";

        Stream(String target, String... headers) throws Exception {
            this(HTTP.send(request(target, headers), HttpResponse.BodyHandlers.ofInputStream()));
        }

        Stream(HttpResponse<InputStream> answer) {
            this.answer = answer;
            lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        }

        static HttpRequest request(String target, String... headers) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(base + target)).header("Accept", "text/event-stream");
            return (headers.length > 0 ? request.headers(headers) : request).build();
        }

        String line() throws IOException {
            return lines.readLine();
        }

        Event next() throws IOException {
            String type = "message";
            List<String> data = new ArrayList<>();
            for (String line = lines.readLine(); ; line = lines.readLine()) {
                assertTrue(line != null, "the stream has ended");
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
        }

        @Override
        public void close() throws IOException {
            answer.body().close();
        }
    }

    @Test
    void everyTextArrivesUnderItsIdAndType() throws Exception {
        List<String> texts = List.of(
                "Hello", "", " begins with a blank", "two\nlines", "an\n\nempty line", "\n", "ends\n", "a:b", "id: 1", "é€𝄞", "  ",
                "{\"a\": \"b\"}", "x".repeat(100_000));
        try (Stream stream = new Stream("texts")) {
            stream.line(); // the stream is open
            for (String text : texts) {
                String id = post("texts?type=changed", text);
                assertEquals(new Event(id, "changed", text), stream.next());
            }
            String plain = post("texts", "plain");
            assertEquals(new Event(plain, "message", "plain"), stream.next());
        }
    }

    @Test
    void aClientThatWasAwayGetsWhatItMissed() throws Exception {
        String seen = post("away", "1");
        post("away", "2");
        post("away", "3");
        try (Stream stream = new Stream("away", "Last-Event-ID", seen)) {
            assertEquals("2", stream.next().data());
            assertEquals("3", stream.next().data());
        }
    }

    /** Quarkus sends the head behind the resource method, unless an event has. */
    @Test
    void streamsThatOpenAtTheSameTimeAllGetTheirEvents() throws Exception {
        String seen = post("crowd", "1");
        post("crowd", "2");
        HttpRequest request = Stream.request("crowd", "Last-Event-ID", seen);
        for (int round = 0; round < 10; round++) {
            List<CompletableFuture<HttpResponse<InputStream>>> opening = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                opening.add(HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream()));
            }
            for (CompletableFuture<HttpResponse<InputStream>> each : opening) {
                try (Stream stream = new Stream(each.get())) {
                    assertEquals("2", stream.next().data());
                }
            }
        }
        assertFalse(Files.readString(LOG).contains("head already sent"), "see " + LOG);
    }

    @Test
    void nothingOnTheWayKeepsTheStreamOrHoldsItBack() throws Exception {
        try (Stream stream = new Stream("headers")) {
            assertEquals(200, stream.answer.statusCode());
            assertEquals("text/event-stream", stream.answer.headers().firstValue("Content-Type").orElse(""));
            assertEquals(
                    "no-cache, no-store, no-transform",
                    stream.answer.headers().firstValue("Cache-Control").orElse(""));
            assertEquals("no", stream.answer.headers().firstValue("X-Accel-Buffering").orElse(""));
        }
    }

    /** An empty line behind the opening or a heartbeat would be an empty event to many readers. */
    @Test
    void aStreamIsSilentForNoLongerThanItsClientWants() throws Exception {
        try (Stream stream = new Stream("quiet?heartbeat=1s")) {
            assertEquals(":", stream.line());
            assertTrue(stream.line().startsWith("retry: "));
            long opened = System.nanoTime();
            assertEquals(":", stream.line());
            assertEquals(":", stream.line());
            assertTrue(System.nanoTime() - opened < TimeUnit.SECONDS.toNanos(14), "two heartbeats before one by default");
        }
    }

    @Test
    void aClientThatAsksForItsPositionGetsItOnOpening() throws Exception {
        String before = post("positions", "1");
        try (Stream stream = new Stream("positions?positions=true")) {
            assertEquals(":", stream.line());
            assertTrue(stream.line().startsWith("retry: "));
            assertEquals("id: " + before, stream.line());
            assertEquals("", stream.line());
        }
    }

    @Test
    void allClientsGetWhatIsBroadcast() throws Exception {
        try (Stream first = new Stream("all/headlines");
                Stream second = new Stream("all/headlines")) {
            first.line();
            second.line();
            post("all/headlines", "a\nb");
            assertEquals(new Event("7", "headline", "a\nb"), first.next());
            assertEquals(new Event("7", "headline", "a\nb"), second.next());
        }
    }
}
