package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.metrics.FanfareMetrics;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The numbers of a real server are those of what its clients got over their sockets. */
@Timeout(600)
class MetricsTest {
    private static final String TOPIC = "https://example.org/books/1";

    private GrizzlyHost host;

    @BeforeEach
    void start() throws IOException {
        host = GrizzlyHost.start(Map.of(
                "fanfare.auth.anonymous-publish", "true",
                "fanfare.history.store", "memory",
                "fanfare.history.max-events", "500",
                "fanfare.metrics.enabled", "true",
                "fanfare.metrics.access", "anonymous"));
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private MetricsReader metrics() {
        RawHttp.Answer answer = RawHttp.request(host.port(), "GET", "/metrics");
        assertThat(answer.status()).isEqualTo(200);
        return MetricsReader.read(answer.body());
    }

    private void publish(String data) {
        RawHttp.Answer answer = RawHttp.request(
                host.port(),
                "POST",
                "/.well-known/mercure",
                List.of("Content-Type: application/x-www-form-urlencoded"),
                "topic=" + TOPIC + "&data=" + data);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private EventStream subscribe(String... headers) {
        EventStream stream = EventStream.open(host.port(), "/.well-known/mercure?topic=" + TOPIC, headers);
        stream.awaitText("\nretry: "); // the head comes before it is subscribed
        return stream;
    }

    private void awaitNumber(long expected, String name, String... labels) {
        await().untilAsserted(() -> assertThat(metrics().number(name, labels)).isEqualTo(expected));
    }

    private static long payloadBytes(EventStream stream) {
        String body = stream.wire().substring(stream.wire().indexOf("\r\n\r\n") + 4);
        return Pattern.compile("([0-9a-f]+)\r\n(?=[^\r]*\r\n)")
                .matcher(body)
                .results()
                .mapToLong(chunk -> Long.parseLong(chunk.group(1), 16))
                .sum();
    }

    @Test
    void countsAreThoseOfWhatClientsGot() {
        List<EventStream> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(subscribe());
        }
        for (int i = 0; i < 20; i++) {
            publish("event" + i);
        }
        clients.forEach(client -> assertThat(client.next(20)).hasSize(20));

        // A client may have an event before the server has counted it.
        await().untilAsserted(() -> {
            MetricsReader metrics = metrics();
            assertThat(metrics.number("fanfare_events_published_total", "stream", "topics"))
                    .isEqualTo(20);
            assertThat(metrics.number("fanfare_events_sent_total", "stream", "topics"))
                    .isEqualTo(200);
            assertThat(metrics.number("fanfare_sent_bytes_total", "stream", "topics"))
                    .isEqualTo(clients.stream()
                            .mapToLong(MetricsTest::payloadBytes)
                            .sum());
            assertThat(metrics.number("fanfare_connections", "outlet", "direct"))
                    .isEqualTo(10);
            assertThat(metrics.number("fanfare_subscriptions", "stream", "topics"))
                    .isEqualTo(10);
            assertThat(metrics.number("fanfare_channels", "stream", "topics")).isEqualTo(1);
            assertThat(metrics.number("fanfare_history_events")).isEqualTo(20);
            assertThat(metrics.number("fanfare_history_up")).isEqualTo(1);
            assertThat(metrics.number("fanfare_tail_events", "stream", "topics"))
                    .isEqualTo(20);
        });

        clients.forEach(EventStream::close);
        awaitNumber(10, "fanfare_streams_closed_total", "reason", "left");
        awaitNumber(0, "fanfare_connections", "outlet", "direct");
        awaitNumber(0, "fanfare_channels", "stream", "topics");
    }

    @Test
    void catchingUpAndGapsAreCounted() {
        for (int i = 0; i < 3; i++) {
            publish("event" + i);
        }
        try (EventStream known = subscribe("Last-Event-ID: earliest");
                EventStream unknown = subscribe("Last-Event-ID: nobodys")) {
            known.next(3);
            assertThat(unknown.next().type()).isEqualTo("gap");
            unknown.next(3);

            awaitNumber(7, "fanfare_events_sent_total", "stream", "topics");
            MetricsReader metrics = metrics();
            assertThat(metrics.number("fanfare_catch_ups_total", "stream", "topics"))
                    .isEqualTo(2);
            assertThat(metrics.number("fanfare_gaps_total")).isEqualTo(1);
        }
    }

    @Test
    void aThousandClientsAreCountedWhileTheyAreServed() {
        List<EventStream> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                clients.add(subscribe());
            }
            for (int i = 0; i < 5; i++) {
                publish("event" + i);
                assertThat(metrics().number("fanfare_subscriptions", "stream", "topics"))
                        .isEqualTo(1000);
            }
            clients.forEach(client -> client.next(5));
            awaitNumber(5000, "fanfare_events_sent_total", "stream", "topics");
        } finally {
            clients.forEach(EventStream::close);
        }
        awaitNumber(1000, "fanfare_streams_closed_total", "reason", "left");
    }

    @Test
    void everyNumberOfOursIsInTheReferenceAndNoOther() throws IOException {
        String reference = Files.readString(Path.of("docs/reference/metrics.md"), StandardCharsets.UTF_8);
        TreeSet<String> documented = new TreeSet<>();
        for (String line :
                reference.lines().filter(row -> row.startsWith("| `fanfare_")).toList()) {
            String names = line.split("\\|")[1];
            Pattern.compile("`([a-z_]+)`")
                    .matcher(names)
                    .results()
                    .map(name -> name.group(1))
                    .forEach(documented::add);
        }
        // Those of sources are there where there are sources, and those of a shared log where nodes share one.
        documented.removeIf(name -> name.startsWith("fanfare_watches")
                || name.startsWith("fanfare_polls")
                || name.startsWith("fanfare_log_"));
        documented.remove("_sum");
        TreeSet<String> told = new TreeSet<>();
        metrics().numbers().keySet().stream()
                .map(key -> key.replaceAll("\\{.*", ""))
                .filter(name -> name.startsWith("fanfare_") && !name.endsWith("_seconds_sum"))
                .forEach(told::add);

        assertThat(told).isEqualTo(documented);
    }

    private static Map<String, String> patient(JobSource jobs) {
        Map<String, String> settings = HttpSuite.settings(jobs);
        settings.put("fanfare.status.jobs.timeout", "30s");
        return settings;
    }

    @Test
    void pollsAndWatchesAreCountedBySource() throws Exception {
        try (JobSource jobs = new JobSource();
                GrizzlyHost gateway = GrizzlyHost.start(patient(jobs))) {
            RawHttp.Answer missing = RawHttp.request(gateway.port(), "GET", "/status/jobs?job=none");
            assertThat(missing.status()).isEqualTo(404);

            // The answer may come before the server has counted the poll, and before it has let the watch go.
            await().untilAsserted(() -> {
                MetricsReader metrics = MetricsReader.read(
                        RawHttp.request(gateway.port(), "GET", "/metrics", Tokens.header(Tokens.subscriber("/metrics")))
                                .body());
                assertThat(metrics.number("fanfare_polls_total", "outcome", "gone", "source", "jobs"))
                        .isEqualTo(1);
                assertThat(metrics.number("fanfare_polls_total", "outcome", "failed", "source", "jobs"))
                        .isZero();
                assertThat(metrics.number("fanfare_polls_duration_seconds_count", "source", "jobs"))
                        .isEqualTo(1);
                assertThat(metrics.number("fanfare_watches", "source", "jobs")).isZero();
            });
        }
    }

    @Test
    void anApplicationsOwnRegistryIsToldOfSourcesThatComeLater() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Fanfare fanfare = Fanfare.create()) {
            new FanfareMetrics(fanfare).bindTo(registry);
            fanfare.publish("a", "data")
                    .toCompletableFuture()
                    .orTimeout(60, java.util.concurrent.TimeUnit.SECONDS)
                    .join();
            Parts.of(fanfare)
                    .statuses()
                    .registerPushed(
                            "later", dev.fanfare.status.SourceSettings.builder().build());

            assertThat(registry.get("fanfare.events.published")
                            .tag("stream", "topics")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("fanfare.watches")
                            .tag("source", "later")
                            .gauge()
                            .value())
                    .isZero();
        }
    }
}
