package dev.fanfare.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.testing.EventStream;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** {@code top} against a real server, where there is no terminal, and its view at any width. */
@Timeout(240)
class TopCommandTest extends CommandFixture {
    private String startMeasured(String metrics) throws Exception {
        String url = start(Map.of(
                "fanfare.metrics.enabled", metrics,
                "fanfare.metrics.access", "anonymous",
                "fanfare.status.jobs.push", "true",
                "fanfare.status.jobs.params", "id"));
        server.service()
                .fanfare()
                .publish(Event.builder().topic("news").data("x").build());
        return url;
    }

    private int run(Output output, String... args) throws Exception {
        TopCommand command = new TopCommand().printingTo(output);
        new CommandLine(command).parseArgs(args);
        return command.call();
    }

    @Test
    void viewsFollowEachOtherWhereThereIsNoTerminal() throws Exception {
        assertThat(run(output, startMeasured("true"), "--count", "2", "--every", "200ms"))
                .isZero();
        assertThat(out.toString(UTF_8).lines().filter(line -> line.startsWith("Streams  0 open")))
                .hasSize(2);
        assertThat(out.toString(UTF_8))
                .contains("History  up  1 events", "SOURCE", "jobs")
                .doesNotContain("\u001b");
    }

    @Test
    void withJsonEachViewIsAnObject() throws Exception {
        assertThat(run(output, startMeasured("true"), "--count", "1", "--every", "200ms", "--json"))
                .isZero();
        JsonObject view =
                Json.createReader(new StringReader(out.toString(UTF_8))).readObject();
        assertThat(view.getBoolean("historyUp")).isTrue();
        assertThat(view.getJsonObject("status").getJsonArray("sources")).hasSize(1);
    }

    private static JsonObject json(String text) {
        return Json.createReader(new StringReader(text)).readObject();
    }

    private static Event news() {
        return Event.builder().topic("news").data("x").build();
    }

    @Test
    void topicsAreShownWithTheirSubscribersAndWhatComes() throws Exception {
        String url = start(Map.of(
                "fanfare.metrics.enabled",
                "true",
                "fanfare.metrics.access",
                "anonymous",
                "fanfare.console",
                "on",
                "fanfare.console.access",
                "anonymous"));
        AtomicBoolean over = new AtomicBoolean();
        try (EventStream subscriber = EventStream.open(server.uri().getPort(), "/.well-known/mercure?topic=news")) {
            CompletableFuture<Void> publisher = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    server.service()
                            .fanfare()
                            .publish(news())
                            .toCompletableFuture()
                            .join();
                    subscriber.next();
                }
            });
            try {
                // On a busy machine nothing may come while it looks.
                await().untilAsserted(() -> {
                    out.reset();
                    assertThat(run(output, url, "--count", "3", "--every", "1500ms"))
                            .isZero();
                    assertThat(out.toString(UTF_8))
                            .containsPattern("TOPIC +SUBSCRIBERS +EVENTS/S")
                            .containsPattern("news +1 +[0-9,.]*[1-9]");
                });
            } finally {
                over.set(true);
                publisher.join();
            }
        }
    }

    @Test
    void aServerWithoutMetricsShowsWhatItsConsoleKnows() throws Exception {
        String url = start(Map.of(
                "fanfare.metrics.enabled", "false", "fanfare.console", "on", "fanfare.console.access", "anonymous"));

        assertThat(run(output, url, "--count", "1", "--every", "200ms")).isZero();

        assertThat(out.toString(UTF_8))
                .contains("Streams  0 open", "History  up", "Process  - CPU  heap ")
                .contains("Metrics  not shown: set fanfare.metrics.enabled=true there");
    }

    @Test
    void aServerThatLetsOnlySomeSeeItsTopicsIsToldInWords() throws Exception {
        String url = start(Map.of(
                "fanfare.metrics.enabled", "true",
                "fanfare.metrics.access", "anonymous",
                "fanfare.auth.key", "0123456789abcdef0123456789abcdef",
                "fanfare.console", "on",
                "fanfare.console.access", "token"));

        assertThat(run(output, url, "--count", "1", "--every", "200ms")).isZero();

        assertThat(out.toString(UTF_8))
                .containsPattern("Topics   not shown: .* 401.*--token-file")
                .doesNotContain("SUBSCRIBERS");
    }

    @Test
    void nodesAreShownWithWhatTheyPoll() {
        JsonObject statuses = json("""
                {"node":"one","sources":[{"name":"jobs","kind":"polled","watchCount":3,"watches":[
                  {"owner":"one","clients":2},{"owner":"two","clients":1,"failures":3},{"owner":"two","clients":0}]}]}
                """);
        TopView view = new TopView(new TopMoment(
                Numbers.NONE,
                Numbers.NONE,
                JsonValue.EMPTY_JSON_OBJECT,
                JsonValue.EMPTY_JSON_OBJECT,
                statuses,
                List.of()));

        assertThat(view.lines(100, 50))
                .anyMatch(line -> line.matches("jobs +3 +3 +1 +-"))
                .anyMatch(line -> line.matches("one \\(this one\\) +1"))
                .anyMatch(line -> line.matches("two +2"));
    }

    @Test
    void whenNobodyReadsAnyMoreItEndsWell() throws Exception {
        PrintStream closed = new PrintStream(OutputStream.nullOutputStream()) {
            @Override
            public boolean checkError() {
                return true;
            }
        };
        assertThat(run(new Output(closed, closed, false), startMeasured("true"), "--every", "200ms"))
                .isZero();
    }

    @Test
    void aServerWithoutNumbersIsNamedWithTheKeyThatGivesThem() throws Exception {
        String url = startMeasured("false");
        assertThatThrownBy(() -> run(output, url))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("fanfare.metrics.enabled=true");
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> run(output, "http://127.0.0.1:1", "--every", "1ms"))
                .hasMessageContaining("200ms to 1h");
        assertThatThrownBy(() -> run(output, "http://127.0.0.1:1", "--every", "often"))
                .hasMessageContaining("--every 'often'");
        assertThatThrownBy(() -> run(output, "http://127.0.0.1:1", "--count", "-1"))
                .hasMessageContaining("--count -1");
    }

    @Test
    void aViewFitsIntoATerminalOfAnySize() {
        Numbers before = new Numbers(Map.of("fanfare_sent_bytes_total{stream=\"topics\"}", 0.0), 0);
        Numbers many = Numbers.parse("""
                # TYPE fanfare_connections gauge
                fanfare_connections{outlet="direct"} 1234567.0
                fanfare_subscriptions{stream="topics"} 1234567.0
                fanfare_sent_bytes_total{stream="topics"} 3.5E12
                fanfare_lag_max_events NaN
                """, 1_000_000_000L);
        StringJoiner topics = new StringJoiner(",");
        for (int i = 0; i < 5000; i++) {
            topics.add("{\"selectors\":[\"news/" + i + "\\u001b[2J\"],\"subscribers\":1,\"events\":0}");
        }
        JsonObject status = json("{\"now\":1,\"topics\":{\"count\":7000,\"listed\":[" + topics + "]}}");
        TopView view = new TopView(new TopMoment(
                before,
                many,
                JsonValue.EMPTY_JSON_OBJECT,
                status,
                JsonValue.EMPTY_JSON_OBJECT,
                List.of("Sources  not shown")));

        assertThat(view.lines(200, 50)).anyMatch(line -> line.contains("1,234,567 open  1,234,567 topics"));
        assertThat(view.lines(200, 50)).anyMatch(line -> line.contains("3.2 TiB/s"));
        for (int width : List.of(1, 20, 79)) {
            for (int height : List.of(1, 4, 22)) {
                assertThat(view.lines(width, height)).hasSize(height).allMatch(line -> line.length() <= width);
            }
        }
        assertThat(view.lines(79, 22))
                .anyMatch(line -> line.startsWith("TOPIC "))
                .anyMatch(line -> line.startsWith("news/0?[2J"))
                .noneMatch(line -> line.contains("\u001b"));
        assertThat(view.lines(20, 22)).contains("TOPIC    SUBSCRIBERS");
        assertThat(view.lines(200, 10_000)).last().asString().isEqualTo("and 2,000 more");
    }

    @Test
    void aCounterThatBeganAnewGivesNoRateBelowZero() {
        Numbers before = new Numbers(Map.of("c_total{a=\"1\"}", 100.0, "c_total_other", 5.0), 0);
        Numbers after = new Numbers(Map.of("c_total{a=\"1\"}", 40.0), 2_000_000_000L);
        assertThat(after.rate(before, "c_total", "")).isZero();
        assertThat(new Numbers(Map.of("c_total{a=\"1\"}", 140.0), 2_000_000_000L).rate(before, "c_total", ""))
                .isEqualTo(20);
    }
}
