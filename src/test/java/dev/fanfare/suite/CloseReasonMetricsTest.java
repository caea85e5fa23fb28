package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.EventGenerator;
import dev.fanfare.Fanfare;
import dev.fanfare.event.Event;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.metrics.FanfareMetrics;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.glassfish.jersey.media.sse.OutboundEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each reason for which a client's stream ends is counted, once for each client, and no other is. */
@Timeout(240)
class CloseReasonMetricsTest {
    private static final String TOPIC = "news";
    private static final String STREAM = "/.well-known/mercure?topic=" + TOPIC;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<AutoCloseable> closing = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.auth.key", Tokens.SECRET,
            "fanfare.auth.anonymous-publish", "true",
            "fanfare.demo.enabled", "true",
            "fanfare.demo.delay", "10ms",
            "fanfare.history.store", "memory",
            "fanfare.stream.send-buffer", "4KiB"));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T closeLater(T each) {
        closing.add(0, each);
        return each;
    }

    private GrizzlyHost start() throws IOException {
        GrizzlyHost host = closeLater(GrizzlyHost.start(settings));
        new FanfareMetrics(host.server().service().fanfare()).bindTo(registry);
        return host;
    }

    private Socket stalled(GrizzlyHost host, String topic) {
        Socket socket = closeLater(EventStream.openStalled(host.port(), "/.well-known/mercure?topic=" + topic));
        await().until(() -> subscribers()
                == 1
                        + closing.stream()
                                .filter(each -> each instanceof Socket && each != socket)
                                .count());
        return socket;
    }

    private double subscribers() {
        return registry.get("fanfare.subscriptions")
                .tag("stream", "topics")
                .gauge()
                .value();
    }

    private static void publish(GrizzlyHost host, String topic, String data) {
        RawHttp.Answer answer = RawHttp.request(
                host.port(),
                "POST",
                "/.well-known/mercure",
                List.of("Content-Type: " + HubSubject.FORM),
                HubSubject.form("topic", topic, "data", data));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private Map<CloseReason, Long> closed() {
        Map<CloseReason, Long> closed = new EnumMap<>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            long count = (long) registry.get("fanfare.streams.closed")
                    .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                    .functionCounter()
                    .count();
            if (count > 0) {
                closed.put(reason, count);
            }
        }
        return closed;
    }

    private void awaitClosed(CloseReason reason, long count) {
        await().atMost(LONG).untilAsserted(() -> assertThat(closed()).isEqualTo(Map.of(reason, count)));
    }

    @Test
    void theReferenceHasAllReasonsAndNoOther() throws IOException {
        String reference = Files.readString(Path.of("docs/reference/metrics.md"));
        String reasons = reference.substring(reference.indexOf("## Reasons"), reference.indexOf("## The JVM"));

        assertThat(Pattern.compile("^\\| `([a-z]+)` \\|", Pattern.MULTILINE)
                        .matcher(reasons)
                        .results()
                        .map(row -> row.group(1)))
                .filteredOn(name -> !name.equals("reason"))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(CloseReason.values())
                        .map(reason -> reason.name().toLowerCase(Locale.ROOT))
                        .toList());
    }

    @Test
    void leftByWhoClosesAndByWhoResets() throws IOException {
        GrizzlyHost host = start();
        EventStream closes = EventStream.open(host.port(), STREAM);
        EventStream resets = EventStream.open(host.port(), STREAM);
        closes.awaitText("retry: ");
        resets.awaitText("retry: ");

        closes.close();
        resets.reset();

        awaitClosed(CloseReason.LEFT, 2);
    }

    @Test
    void endedByAStreamThatHasSaidAll() throws IOException {
        GrizzlyHost host = start();

        closeLater(EventStream.open(host.port(), "/stream")).toEnd();

        awaitClosed(CloseReason.ENDED, 1);
    }

    @Test
    void stalledByWhoReadsNothing() throws IOException {
        settings.put("fanfare.stream.write-timeout", "500ms");
        GrizzlyHost host = start();
        stalled(host, TOPIC);

        for (int i = 0; i < 4; i++) {
            publish(host, TOPIC, "x".repeat(256 << 10));
        }

        awaitClosed(CloseReason.STALLED, 1);
    }

    @Test
    void expiredByTheGreatestDuration() throws IOException {
        settings.put("fanfare.stream.max-duration", "1s");
        GrizzlyHost host = start();

        closeLater(EventStream.open(host.port(), STREAM)).toEnd();

        awaitClosed(CloseReason.EXPIRED, 1);
    }

    @Test
    void expiredByTheEndOfTheToken() throws IOException {
        GrizzlyHost host = start();

        // One that comes too late is answered with 401.
        EventStream stream = await().atMost(LONG).until(() -> withTokenFor2s(host), each -> each.status() == 200);
        stream.toEnd();

        awaitClosed(CloseReason.EXPIRED, 1);
    }

    private EventStream withTokenFor2s(GrizzlyHost host) {
        String token = Tokens.subscriberUntil(Instant.now().getEpochSecond() + 2, "*");
        return closeLater(EventStream.open(host.port(), STREAM, Tokens.header(token)));
    }

    /** Each holds an event of its own in part; an event that several hold counts once. */
    @Test
    void pinnedByWhoHoldsHalfAnEventAndMovedLeast() throws IOException {
        settings.put("fanfare.stream.pinned-bytes", "1MiB");
        settings.put("fanfare.stream.write-timeout", "1h");
        GrizzlyHost host = start();
        for (int i = 0; i < 4; i++) {
            stalled(host, "of" + i);
        }

        for (int i = 0; i < 4; i++) {
            publish(host, "of" + i, "x".repeat(900 << 10));
        }

        await().atMost(LONG).untilAsserted(() -> {
            assertThat(closed().keySet()).containsExactly(CloseReason.PINNED);
            assertThat(closed().get(CloseReason.PINNED)).isBetween(2L, 4L);
        });
        await().untilAsserted(() ->
                assertThat(registry.get("fanfare.pinned.bytes").gauge().value()).isLessThanOrEqualTo(1 << 20));
    }

    @Test
    void shutdownByAServiceThatStops() throws IOException {
        GrizzlyHost host = start();
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            streams.add(closeLater(EventStream.open(host.port(), STREAM)));
            streams.get(i).awaitText("retry: ");
        }

        host.close();

        assertThat(streams).allSatisfy(stream -> assertThat(stream.awaitEnd()).isEqualTo(EventStream.End.COMPLETE));
        awaitClosed(CloseReason.SHUTDOWN, 3);
    }

    private Fanfare fanfare(StreamSettings streams) {
        Fanfare fanfare = closeLater(Fanfare.builder()
                .streams(streams)
                .history(HistorySettings.DEFAULTS)
                .build());
        new FanfareMetrics(fanfare).bindTo(registry);
        return fanfare;
    }

    @Test
    void laggedByWhoFallsBehindABroadcast() {
        StreamSettings all = StreamSettings.DEFAULTS;
        Fanfare fanfare = fanfare(new StreamSettings(
                all.heartbeat(), all.retry(), 64, 1 << 20, 64 << 20, 4 << 10, Duration.ofHours(1), all.maxDuration()));
        SseBroadcaster broadcaster = closeLater(fanfare.newBroadcaster(null));
        CompletableFuture<SseEventSink> joined = new CompletableFuture<>();
        OwnApplication application = closeLater(new OwnApplication((sink, lastEventId) -> {
            broadcaster.register(sink);
            joined.complete(sink);
        }));
        closeLater(EventStream.openStalled(application.port(), "/stream"));
        joined.orTimeout(60, TimeUnit.SECONDS).join();

        for (int i = 0; i < 400; i++) {
            broadcaster.broadcast(
                    new OutboundEvent.Builder().data("x".repeat(32 << 10)).build());
        }

        awaitClosed(CloseReason.LAGGED, 1);
    }

    /** What an application brings, and fails. */
    /** Fails when it is told to, since an event that is on its way may be cut off with its stream. */
    private static final class Failing implements EventGenerator {
        private final CompletableFuture<Optional<Event>> second = new CompletableFuture<>();
        private int asked;

        @Override
        public CompletionStage<Optional<Event>> next() {
            return asked++ == 0 ? CompletableFuture.completedStage(Optional.of(Event.of("first"))) : second;
        }
    }

    @Test
    void failedByAGeneratorThatThrows() {
        Fanfare fanfare = fanfare(StreamSettings.DEFAULTS);
        Failing generator = new Failing();
        OwnApplication application =
                closeLater(new OwnApplication((sink, lastEventId) -> fanfare.stream(sink, generator)));

        EventStream stream = closeLater(EventStream.open(application.port(), "/stream"));

        assertThat(stream.next().data()).isEqualTo("first");
        generator.second.completeExceptionally(new IllegalStateException("fails as told"));
        awaitClosed(CloseReason.FAILED, 1);
    }
}
