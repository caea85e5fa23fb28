package dev.fanfare.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Parts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands as they are typed, against a real server. */
@Timeout(240)
class CommandsTest extends CommandFixture {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private static int run(Callable<Integer> command, String... args) throws Exception {
        new CommandLine(command).parseArgs(args);
        return command.call();
    }

    private static CompletableFuture<Integer> begin(Callable<Integer> command, String... args) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return run(command, args);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private SubCommand sub() {
        return new SubCommand().printingTo(output);
    }

    private int publish(String url, String... more) throws Exception {
        String[] args = Stream.concat(Stream.of(url, "--topic", "news"), Arrays.stream(more))
                .toArray(String[]::new);
        return run(
                new PubCommand()
                        .printingTo(new Output(
                                new PrintStream(OutputStream.nullOutputStream()),
                                new PrintStream(OutputStream.nullOutputStream()),
                                false)),
                args);
    }

    private void awaitSubscriber() {
        await().atMost(LONG)
                .until(() -> Parts.of(server.service().fanfare()).loops().openStreams() > 0);
    }

    private static int request(String method, String url, String json) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(json))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void subPrintsWhatIsPublishedAndEndsAfterItsCount() throws Exception {
        String url = start(Map.of());
        var ended = begin(sub(), url, "--topic", "news", "--count", "2", "--json");
        awaitSubscriber();

        assertThat(publish(url, "--data", "first", "--type", "t", "--id", "one"))
                .isZero();
        assertThat(publish(url, "--data", "two\nlines")).isZero();

        assertThat(ended.get()).isZero();
        assertThat(out.toString(UTF_8).lines()).hasSize(2);
        assertThat(out.toString(UTF_8))
                .contains("{\"id\":\"one\",\"type\":\"t\",\"data\":\"first\"}")
                .contains("\"data\":\"two\\nlines\"}");
    }

    @Test
    void subGoesOnWhereItWasWhenTheServerWasRestarted() throws Exception {
        Map<String, String> kept = Map.of(
                "fanfare.history.store", "sqlite",
                "fanfare.history.path", folder.resolve("events.db").toString(),
                "fanfare.stream.retry", "100ms");
        String url = start(kept);
        String port = String.valueOf(server.uri().getPort());
        var ended = begin(sub(), url, "--topic", "news", "--count", "3", "--format", "data");
        awaitSubscriber();
        publish(url, "--data", "before");
        await().atMost(LONG).until(() -> out.toString(UTF_8).contains("before"));

        server.close();
        Map<String, String> again = new HashMap<>(kept);
        again.put("fanfare.http.port", port);
        // Closing returns before all is over where that takes long.
        await().atMost(LONG).ignoreExceptions().until(() -> !start(again).isEmpty());
        publish(url, "--data", "meanwhile");
        publish(url, "--data", "after");

        assertThat(ended.get()).isZero();
        assertThat(out.toString(UTF_8).lines()).containsExactly("before", "meanwhile", "after");
        assertThat(err.toString(UTF_8)).contains("Reconnecting in");
    }

    @Test
    void subEndsWhenNobodyReadsItsOutputAnyMore() throws Exception {
        String url = start(Map.of("fanfare.demo.enabled", "true", "fanfare.demo.delay", "10ms"));
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        Output nobody = new Output(new PrintStream(closed, true, UTF_8), new PrintStream(err, true, UTF_8), false);

        assertThat(run(new SubCommand().printingTo(nobody), url + "/stream")).isZero();
    }

    @Test
    void whatTheServerRefusesIsToldInItsOwnWords() throws Exception {
        String url = start(Map.of(
                "fanfare.auth.anonymous-subscribe", "false", "fanfare.auth.key", "0123456789abcdef0123456789abcdef"));

        assertThatThrownBy(() -> run(sub(), url, "--topic", "news"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("401")
                .hasMessageContaining("FANFARE_TOKEN");
        assertThatThrownBy(() -> run(sub(), url + "/openapi.yaml", "--header", "Accept: application/yaml"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("is not an event stream");
        assertThatThrownBy(() -> run(sub(), url)).hasMessageContaining("--topic");
        assertThatThrownBy(() -> run(sub(), "http://127.0.0.1:1", "--topic", "a"))
                .hasMessageContaining("refuses connections");
    }

    @Test
    void pubMakesAnEventOfEachLineInOrder() throws Exception {
        String url = start(Map.of());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1200; i++) {
            lines.append(i).append('\n');
        }
        PubCommand pub = new PubCommand()
                .printingTo(output)
                .readingFrom(new ByteArrayInputStream(lines.toString().getBytes(UTF_8)));

        assertThat(run(pub, url, "--topic", "news", "--lines")).isZero();

        assertThat(out.toString(UTF_8).lines()).hasSize(1200).doesNotHaveDuplicates();
        out.reset();
        assertThat(run(
                        sub(),
                        url,
                        "--topic",
                        "news",
                        "--last-event-id",
                        "earliest",
                        "--count",
                        "1200",
                        "--format",
                        "data"))
                .isZero();
        assertThat(out.toString(UTF_8)).isEqualTo(lines.toString().replace("\n", System.lineSeparator()));
    }

    @Test
    void pubRepeatsARequestWhoseAnswerIsLostAndPublishesOnce() throws Exception {
        String url = start(Map.of());
        try (Proxy proxy = Proxy.losingTheFirstAnswer(server.uri().getPort())) {
            assertThat(run(new PubCommand().printingTo(output), proxy.url(), "--topic", "news", "--data", "x"))
                    .isZero();
            assertThat(proxy.connections()).isGreaterThan(1);
        }
        publish(url, "--data", "last");
        out.reset();

        run(sub(), url, "--topic", "news", "--last-event-id", "earliest", "--count", "2", "--format", "data");

        assertThat(out.toString(UTF_8).lines()).containsExactly("x", "last");
    }

    @Test
    void watchPrintsWhatChangesAndFailsAsItWasTold() throws Exception {
        String url = start(Map.of(
                "fanfare.status.jobs.push", "true",
                "fanfare.status.jobs.params", "id",
                "fanfare.status.jobs.access", "anonymous",
                "fanfare.status.jobs.end", "/state=DONE,FAILED",
                "fanfare.auth.key", "0123456789abcdef0123456789abcdef"));
        server.service()
                .fanfare()
                .set("jobs", Map.of("id", "7"), "{\"state\":\"RUNNING\",\"n\":[1]}")
                .toCompletableFuture()
                .get();
        var ended = begin(new WatchCommand().printingTo(output), url, "jobs", "id=7", "--fail-on", "/state=FAILED");
        await().atMost(LONG).until(() -> out.toString(UTF_8).contains("RUNNING"));
        out.reset();

        server.service()
                .fanfare()
                .set("jobs", Map.of("id", "7"), "{\"state\":\"FAILED\",\"n\":[1,2]}")
                .toCompletableFuture()
                .get();

        assertThat(ended.get()).isEqualTo(1);
        assertThat(out.toString(UTF_8).lines()).containsExactly("~ /state: \"RUNNING\" -> \"FAILED\"", "+ /n/1: 2");
    }

    @Test
    void doctorTellsAProxyThatHoldsEventsBackFromOneThatDoesNot() throws Exception {
        String url = start(Map.of());
        // A busy machine may hold events back itself.
        await().atMost(LONG).untilAsserted(() -> {
            out.reset();
            assertThat(run(new DoctorCommand().printingTo(output), url, "--for", "5"))
                    .as(() -> out.toString(UTF_8))
                    .isZero();
        });
        assertThat(out.toString(UTF_8))
                .contains("events arrive when they are sent")
                .contains("goes on where it was");

        out.reset();
        try (Proxy proxy = Proxy.holdingAnswersBack(server.uri().getPort())) {
            assertThat(run(new DoctorCommand().printingTo(output), proxy.url(), "--for", "5"))
                    .isEqualTo(1);
        }
        assertThat(out.toString(UTF_8)).contains("proxy_buffering off");
    }
}
