package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.sink.EventStreamFeature;
import dev.fanfare.sink.SinkOutlets;
import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.rules.ChangeRule;
import dev.fanfare.status.watch.Statuses;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.RawHttp;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code /status} on a real server. */
@Timeout(240)
class StatusResourceTest {
    private static final String[] NOTHING = {};
    private static final JsonValue RUNNING = json("running");
    private static final JsonValue DONE = json("done");

    private final Map<String, Supplier<CompletionStage<Reading>>> answers = new ConcurrentHashMap<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final SystemTicker ticker = new SystemTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker);
    private final BlockingPool pool = new BlockingPool();
    private final Statuses statuses = statuses();
    private final RestServer server = new RestServer(
            CorsSettings.none(),
            new StatusResource(statuses, new SinkOutlets(pool), "jobs", StatusAccess.READ_ONLY, pool, 2),
            new StatusResource.VaryOnAccept(),
            new EventStreamFeature());

    private static JsonValue json(String state) {
        return Json.createObjectBuilder().add("state", state).build();
    }

    private static String id(JsonValue value) {
        return ChangeRule.ANY.idOf(value);
    }

    private Statuses statuses() {
        Statuses made = new Statuses(loops);
        made.register(
                "jobs",
                (params, validator) -> {
                    reads.incrementAndGet();
                    return answers.getOrDefault(
                                    params.get("param1"), () -> CompletableFuture.completedStage(new Reading.Gone()))
                            .get();
                },
                SourceSettings.builder()
                        .every(Duration.ofMillis(100))
                        .timeout(Duration.ofMinutes(1))
                        .params("param1")
                        .patterns(Map.of("param1", Pattern.compile("[a-z0-9]+")))
                        .end("/state=done")
                        .maxWatches(50)
                        .build());
        return made;
    }

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
        server.close();
        pool.close();
        ticker.close();
    }

    private void say(String name, JsonValue value) {
        answers.put(name, () -> CompletableFuture.completedStage(Reading.of(value)));
    }

    private RawHttp.Answer get(String target, String... headers) {
        return server.request("GET", target, headers);
    }

    private static void assertProblem(RawHttp.Answer answer, int status, String... parts) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        List.of(parts).forEach(part -> assertThat(answer.body()).contains(part));
    }

    @Test
    void theStreamOfAStatusThatHasEndedIsWhole() {
        say("test", DONE);
        RawHttp.Answer answer = get("/status/stream?param1=test", "Accept: text/event-stream");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-cache, no-store, no-transform");
        assertThat(answer.body()).startsWith(":").contains("retry: ", "event: update\n", "id: " + id(DONE) + "\n");
        assertThat(answer.body()).contains("event: end\n", "id: end-" + id(DONE) + "\n", "data: " + DONE + "\n");
    }

    @Test
    void aSourceHasItsStreamUnderItsNameAndUnderAccept() {
        say("test", DONE);
        String[] accept = {"Accept: text/event-stream"};
        assertThat(get("/status/jobs/stream?param1=test", accept).body()).contains("event: end\n");
        assertThat(get("/status/jobs/stream?param1=test").body()).contains("event: end\n");
        RawHttp.Answer chosen = get("/status/jobs?param1=test", accept);
        assertThat(chosen.header("Content-Type"))
                .startsWith("text/event-stream")
                .doesNotContain("qs");
        assertThat(chosen.header("Vary")).contains("Accept");
        assertThat(chosen.body()).contains("event: end\n");
    }

    @Test
    void acceptDecidesBetweenSnapshotAndStream() {
        say("test", DONE);
        for (String accept : List.of(
                "*/*",
                "application/json",
                "application/*",
                "text/event-stream;q=0.1, application/json",
                "application/json, text/event-stream")) {
            assertThat(get("/status/jobs?param1=test", "Accept: " + accept).header("Content-Type"))
                    .as(accept)
                    .isEqualTo("application/json");
        }
        assertThat(get("/status/jobs?param1=test").header("Content-Type")).isEqualTo("application/json");
        for (String accept : List.of("text/event-stream, */*;q=0.1", "text/event-stream, application/json;q=0.9")) {
            assertThat(get("/status/jobs?param1=test", "Accept: " + accept).header("Content-Type"))
                    .as(accept)
                    .startsWith("text/event-stream");
        }
        assertProblem(get("/status/jobs?param1=test", "Accept: text/html"), 406);
    }

    @Test
    void aSnapshotIsTheStatusWithItsIdAsEtag() {
        say("test", RUNNING);
        RawHttp.Answer answer = get("/status/jobs?param1=test");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(RUNNING.toString());
        assertThat(answer.header("ETag")).isEqualTo('"' + id(RUNNING) + '"');
        assertThat(answer.header("Vary")).contains("Accept");
    }

    @Test
    void aSnapshotThatTheClientHasIs304() {
        say("test", RUNNING);
        String tag = '"' + id(RUNNING) + '"';
        for (String value : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
            RawHttp.Answer answer = get("/status/jobs?param1=test", "If-None-Match: " + value);
            assertThat(answer.status()).as(value).isEqualTo(304);
            assertThat(answer.header("ETag")).isEqualTo(tag);
            assertThat(answer.header("Vary")).contains("Accept");
            assertThat(answer.body()).isEmpty();
        }
        assertThat(get("/status/jobs?param1=test", "If-None-Match: \"x\"").status())
                .isEqualTo(200);
    }

    @Test
    void aSnapshotWaitsForTheFirstPoll() throws Exception {
        CompletableFuture<Reading> slow = new CompletableFuture<>();
        answers.put("slow", () -> slow);
        CompletableFuture<RawHttp.Answer> answer =
                CompletableFuture.supplyAsync(() -> get("/status/jobs?param1=slow", "If-None-Match: \"x\""));
        await().untilAsserted(() -> assertThat(reads).hasValue(1));
        slow.complete(Reading.of(RUNNING));
        assertThat(answer.get().body()).isEqualTo(RUNNING.toString());
    }

    @Test
    void aClientThatNamesTheEndGets204() {
        say("test", DONE);
        String header = "Last-Event-ID: end-" + id(DONE);
        RawHttp.Answer first = get("/status/stream?param1=test", header, "Accept: text/event-stream");
        assertThat(first.status()).isEqualTo(204);
        assertThat(first.body()).isEmpty();
        assertThat(get("/status/jobs?param1=test&lastEventID=end-" + id(DONE), "Accept: text/event-stream")
                        .status())
                .isEqualTo(204);
        assertThat(get("/status/stream?param1=test&lastEventID=end-" + id(DONE), "Last-Event-ID: x")
                        .status())
                .as("the header goes before the query")
                .isEqualTo(200);
    }

    @Test
    void aStatusThatTheSourceDoesNotKnowIs404AsSnapshotAndAsStream() {
        assertProblem(get("/status/jobs?param1=nothing"), 404, "has no such status");
        assertProblem(get("/status/jobs/stream?param1=nothing"), 404, "has no such status");
        assertProblem(get("/status/stream?param1=nothing", "Accept: text/event-stream"), 404);
    }

    @Test
    void wrongParametersAre400WithWhatWouldBeRight() {
        for (String path : List.of("/status/jobs", "/status/jobs/stream", "/status/stream")) {
            assertProblem(get(path), 400, "'param1' is missing", "takes param1");
            assertProblem(get(path + "?param1=a&x=1"), 400, "no parameter 'x'", "takes param1");
            assertProblem(get(path + "?param1=a&param1=b"), 400, "given 2 times");
            assertProblem(get(path + "?param1="), 400, "no value");
            assertProblem(get(path + "?param1=" + "a".repeat(1025)), 400, "1025 bytes");
            assertProblem(get(path + "?param1=A"), 400, "does not match [a-z0-9]+");
        }
        assertThat(reads).hasValue(0);
    }

    @Test
    void reservedNamesAreNoParameters() {
        say("test", DONE);
        assertThat(get("/status/jobs?param1=test&heartbeat=event&authorization=x&lastEventId=1")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anUnknownSourceIs404() {
        assertProblem(get("/status/nope"), 404, "no status source 'nope'");
        assertProblem(get("/status/nope/stream"), 404, "no status source 'nope'");
        assertProblem(get("/status/stream/stream"), 404, "no status source 'stream'");
    }

    @Test
    void aFailingSourceIs502WithRetryAfterAsSnapshotWhileTheStreamOpens() throws Exception {
        answers.put("bad", () -> CompletableFuture.failedStage(new SourceFailure("answers with status 500")));
        RawHttp.Answer snapshot = get("/status/jobs?param1=bad");
        assertProblem(snapshot, 502, "answers with status 500");
        assertThat(Integer.parseInt(String.valueOf(snapshot.header("Retry-After"))))
                .isPositive();
        try (Client client = new Client("/status/jobs/stream?param1=bad")) {
            client.readUntil("retry: ");
            say("bad", RUNNING);
            client.readUntil("data: " + RUNNING);
        }
    }

    @Test
    void headOfAStreamEnds() {
        say("test", RUNNING);
        RawHttp.Answer answer = server.request("HEAD", "/status/jobs/stream?param1=test", NOTHING);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
    }

    @Test
    void updatesComeAndThenTheEnd() throws Exception {
        say("test", RUNNING);
        try (Client client = new Client("/status/stream?param1=test")) {
            client.readUntil("data: " + RUNNING);
            say("test", DONE);
            client.readUntil("id: end-" + id(DONE));
            client.readToEnd();
        }
    }

    @Test
    void aFullSourceIs503OrTheFormForAnEventSource() throws Exception {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            say("job" + i, RUNNING);
            Client client = new Client("/status/stream?param1=job" + i);
            clients.add(client);
            client.readUntil("data: ");
        }
        assertProblem(get("/status/jobs?param1=more"), 503, "limit of watches (fanfare.limits.watches)");
        assertProblem(get("/status/jobs/stream?param1=more"), 503);
        assertProblem(get("/status/jobs/stream?param1=more", "Accept: text/*"), 503, "full-for-source");
        RawHttp.Answer eventSource = get("/status/jobs/stream?param1=more", "Accept: text/event-stream");
        assertThat(eventSource.status()).isEqualTo(200);
        assertThat(eventSource.header("Fanfare-Refused")).isEqualTo("full-for-source");
        assertThat(eventSource.body()).contains("retry: ").doesNotContain("data:");
        for (Client client : clients) {
            client.close();
        }
    }

    @Test
    void oneRuleSetTooManyIsARefusalThatAnEventSourceSurvives() throws Exception {
        say("test", RUNNING);
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= 16; i++) {
            Client client = new Client("/status/stream?param1=test&min-interval=" + i + "s");
            clients.add(client);
            client.readUntil("data: ");
        }
        String target = "/status/stream?param1=test&min-interval=17s";
        RawHttp.Answer eventSource = get(target, "Accept: text/event-stream");
        assertThat(eventSource.status()).isEqualTo(200);
        assertThat(eventSource.header("Fanfare-Refused")).isEqualTo("full-for-rules");
        assertThat(eventSource.body()).contains("retry: ").doesNotContain("data:");
        assertProblem(get(target), 503, "full-for-rules");
        assertProblem(get(target, "Accept: text/*"), 503, "full-for-rules");
        for (Client client : clients) {
            client.close();
        }
    }

    @Test
    void clientsOfASlowSourceDoNotHoldUpTheServer() throws Exception {
        List<CompletableFuture<Reading>> slow = new ArrayList<>();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            CompletableFuture<Reading> stage = new CompletableFuture<>();
            slow.add(stage);
            answers.put("slow" + i, () -> stage);
            clients.add(new Client("/status/stream?param1=slow" + i));
        }
        await().untilAsserted(() -> assertThat(statuses.watches()).isEqualTo(40));
        await().until(() -> loops.openStreams() == 38); // two wait; who opens later may find its status gone already
        say("test", DONE);
        assertThat(get("/status/stream?param1=test").body()).contains("event: end");
        for (int i = 0; i < 40; i++) {
            slow.get(i).complete(i % 2 == 0 ? Reading.of(DONE) : new Reading.Gone());
        }
        int notFound = 0;
        for (int i = 0; i < 40; i++) {
            String answer = clients.get(i).readToEnd();
            if (i % 2 == 0) {
                assertThat(answer).startsWith("HTTP/1.1 200").contains("event: update", "event: end");
            } else if (answer.startsWith("HTTP/1.1 404")) {
                notFound++;
            } else {
                assertThat(answer)
                        .as("told by the end of the stream")
                        .startsWith("HTTP/1.1 200")
                        .doesNotContain("data:");
            }
            clients.get(i).close();
        }
        assertThat(notFound).isLessThanOrEqualTo(2);
        assertThat(get("/status/stream?param1=slow1").status()).isEqualTo(404);
    }

    @Test
    void whileTheServiceStopsNobodyIsLetIn() {
        statuses.close();
        say("test", DONE);
        assertProblem(get("/status/jobs?param1=test"), 503);
        assertProblem(get("/status/jobs/stream?param1=test"), 503);
        assertThat(get("/status/stream?param1=test", "Accept: text/event-stream")
                        .header("Fanfare-Refused"))
                .isEqualTo("shutdown");
    }

    /** A client that reads a stream while it lasts. */
    private final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(String target) {
            try {
                socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                socket.setSoTimeout((int) RawHttp.DEADLINE.toMillis());
                socket.getOutputStream()
                        .write(("GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                                        + "Accept: text/event-stream\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void readUntil(String part) throws IOException {
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf(part) < 0) {
                String line = in.readLine();
                assertThat(line).as("expected '" + part + "' after: " + seen).isNotNull();
                seen.append(line).append('\n');
            }
        }

        String readToEnd() throws IOException {
            StringBuilder seen = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                seen.append(line).append('\n');
            }
            return seen.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
