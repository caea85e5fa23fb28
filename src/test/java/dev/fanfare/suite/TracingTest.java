package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.FreePorts;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RedisServer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The spans of standalone servers, as OpenTelemetry's own kit records them. */
@Timeout(240)
class TracingTest {
    private static final String HUB = HubSubject.HUB;
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String SAMPLED = "traceparent: 00-" + TRACE + "-" + CALLER + "-01";
    private static final String NO_SPAN = "0000000000000000";

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final List<GrizzlyHost> hosts = new ArrayList<>();
    private OpenTelemetrySdk sdk;

    @TempDir
    Path folder;

    @BeforeEach
    void trace() {
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(Sampler.parentBased(Sampler.alwaysOn()))
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build();
        GlobalOpenTelemetry.resetForTest();
        GlobalOpenTelemetry.set(sdk);
    }

    @AfterEach
    void stop() {
        hosts.forEach(GrizzlyHost::close);
        GlobalOpenTelemetry.resetForTest();
        sdk.close();
    }

    private int start(String... settings) throws IOException {
        Map<String, String> all = new HashMap<>();
        all.put("fanfare.demo.enabled", "false");
        all.put("fanfare.auth.anonymous-publish", "true");
        all.put("fanfare.history.store", "memory");
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        GrizzlyHost host = GrizzlyHost.start(all);
        hosts.add(host);
        return host.port();
    }

    private static RawHttp.Answer publish(int port, String form, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: " + HubSubject.FORM);
        RawHttp.Answer answer = RawHttp.request(port, "POST", HUB, all, form);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static EventStream subscribe(int port, String query, String... headers) {
        EventStream stream = EventStream.open(port, HUB + "?topic=" + query, headers);
        stream.awaitComments(1);
        return stream;
    }

    private List<SpanData> named(String name) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    private List<SpanData> awaitSpans(String name, int count) {
        await().untilAsserted(() -> assertThat(named(name)).hasSize(count));
        return named(name);
    }

    private static String text(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }

    private static Long number(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.longKey(key));
    }

    private static Boolean flag(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.booleanKey(key));
    }

    @Test
    void aPublicationIsASpanUnderItsRequestAndItsDeliveryIsOneUnderThat() throws IOException {
        int port = start();
        try (EventStream one = subscribe(port, "news");
                EventStream other = subscribe(port, "*");
                EventStream third = subscribe(port, "other")) {
            RawHttp.Answer answer = publish(port, "topic=news&data=secret-words", SAMPLED, "tracestate: vendor=1");
            assertThat(one.next().data()).isEqualTo("secret-words");
            assertThat(other.next().data()).isEqualTo("secret-words");

            SpanData publication = awaitSpans("publish", 1).get(0);
            assertThat(publication.getTraceId()).isEqualTo(TRACE);
            assertThat(publication.getParentSpanId()).isEqualTo(CALLER);
            assertThat(publication.getSpanContext().getTraceState().get("vendor"))
                    .isEqualTo("1");
            assertThat(publication.getKind()).isEqualTo(SpanKind.PRODUCER);
            assertThat(text(publication, "messaging.system")).isEqualTo("fanfare");
            assertThat(text(publication, "messaging.operation.name")).isEqualTo("publish");
            assertThat(text(publication, "messaging.operation.type")).isEqualTo("send");
            assertThat(text(publication, "messaging.destination.name")).isEqualTo("news");
            assertThat(text(publication, "messaging.message.id")).isEqualTo(answer.body());

            SpanData delivery = awaitSpans("deliver", 1).get(0);
            assertThat(delivery.getTraceId()).isEqualTo(TRACE);
            assertThat(delivery.getParentSpanId()).isEqualTo(publication.getSpanId());
            assertThat(delivery.getSpanContext().getTraceState().get("vendor")).isEqualTo("1");
            assertThat(delivery.getKind()).isEqualTo(SpanKind.CONSUMER);
            assertThat(text(delivery, "messaging.destination.name")).isEqualTo("news");
            assertThat(text(delivery, "messaging.message.id")).isEqualTo(answer.body());
            assertThat(number(delivery, "fanfare.delivery.clients")).isEqualTo(2);
            assertThat(flag(delivery, "fanfare.delivery.complete")).isTrue();
            assertThat(flag(delivery, "fanfare.delivery.replay")).isFalse();
            assertThat(delivery.getStartEpochNanos()).isLessThanOrEqualTo(delivery.getEndEpochNanos());
            assertThat(spans.getFinishedSpanItems().toString()).doesNotContain("secret-words");
        }
    }

    @Test
    void aBatchIsOneSpanAndEachOfItsEventsHasADelivery() throws IOException {
        int port = start();
        try (EventStream stream = subscribe(port, "news")) {
            RawHttp.Answer answer = RawHttp.request(
                    port,
                    "POST",
                    HUB,
                    List.of("Content-Type: application/json", SAMPLED),
                    "[{\"topic\":\"news\",\"data\":\"1\"},{\"topic\":\"news\",\"data\":\"2\"}]");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            stream.next();
            stream.next();
            SpanData publication = awaitSpans("publish", 1).get(0);
            assertThat(number(publication, "messaging.batch.message_count")).isEqualTo(2);
            assertThat(text(publication, "messaging.message.id")).isNull();
            assertThat(awaitSpans("deliver", 2))
                    .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(publication.getSpanId()))
                    .extracting(span -> text(span, "messaging.message.id"))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void whatTheCallerDoesNotSampleIsNotRecordedNorCarriedOn() throws IOException {
        int port = start();
        try (EventStream stream = subscribe(port, "news")) {
            publish(port, "topic=news&data=1", SAMPLED.substring(0, SAMPLED.length() - 2) + "00");
            assertThat(stream.next().data()).isEqualTo("1");
            publish(port, "topic=news&data=2", SAMPLED);
            assertThat(stream.next().data()).isEqualTo("2");
            awaitSpans("deliver", 1);
        }
        try (EventStream all = subscribe(port, "news&lastEventID=earliest")) {
            assertThat(all.next().data()).isEqualTo("1");
            assertThat(all.next().data()).isEqualTo("2");
            awaitSpans("deliver", 2);
        }
        awaitSpans("publish", 1);
        assertThat(named("deliver")).allMatch(span -> span.getTraceId().equals(TRACE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
                "traceparent: ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "traceparent: x",
                "traceparent:",
                "long",
                "twice"
            })
    void aTraceparentThatIsNoneIsPassedOver(String header) throws IOException {
        int port = start();
        switch (header) {
            case "long" -> publish(port, "topic=news&data=1", SAMPLED + "0".repeat(30_000));
            case "twice" -> publish(port, "topic=news&data=1", SAMPLED, SAMPLED.replace("0f067", "0f068"));
            default -> publish(port, "topic=news&data=1", header);
        }
        SpanData publication = awaitSpans("publish", 1).get(0);
        assertThat(publication.getTraceId()).isNotEqualTo(TRACE);
        assertThat(publication.getParentSpanId()).isEqualTo(NO_SPAN);
    }

    @Test
    void aHugeTracestateDoesNotGoAlongWithTheEvent() throws IOException {
        int port = start();
        try (EventStream stream = subscribe(port, "news")) {
            publish(
                    port,
                    "topic=news&data=1",
                    SAMPLED,
                    "tracestate: a=" + "x".repeat(250) + ",b=" + "y".repeat(250) + ",c=" + "z".repeat(250));
            stream.next();
            SpanData delivery = awaitSpans("deliver", 1).get(0);
            assertThat(delivery.getTraceId()).isEqualTo(TRACE);
            assertThat(delivery.getSpanContext().getTraceState().isEmpty()).isTrue();
        }
    }

    @Test
    void subscribersSeeNothingOfATrace() throws IOException {
        int port = start();
        try (EventStream stream = subscribe(port, "news")) {
            publish(port, "topic=news&data=1&id=a&type=t", SAMPLED);
            stream.next();
            assertThat(stream.toString()).contains("event: t\nid: a\ndata: 1\n").doesNotContain(TRACE);
        }
    }

    @Test
    void aClientThatResumesAfterARestartIsADeliveryUnderThePublicationOfBefore() throws IOException {
        String[] settings = {
            "fanfare.history.store",
            "sqlite",
            "fanfare.history.path",
            folder.resolve("events.db").toString()
        };
        int before = start(settings);
        RawHttp.Answer answer = publish(before, "topic=news&data=1&id=mine", SAMPLED, "tracestate: vendor=1");
        SpanData publication = awaitSpans("publish", 1).get(0);
        assertThat(named("deliver")).isEmpty();
        hosts.remove(0).close();
        int after = start(settings);
        try (EventStream resumed = subscribe(after, "news", "Last-Event-ID: earliest")) {
            assertThat(resumed.next().id()).isEqualTo(answer.body());
            SpanData delivery = awaitSpans("deliver", 1).get(0);
            assertThat(delivery.getTraceId()).isEqualTo(TRACE);
            assertThat(delivery.getParentSpanId()).isEqualTo(publication.getSpanId());
            assertThat(delivery.getSpanContext().getTraceState().get("vendor")).isEqualTo("1");
            assertThat(flag(delivery, "fanfare.delivery.replay")).isTrue();
            assertThat(text(delivery, "messaging.message.id")).isEqualTo("mine");
        }
    }

    @Test
    void deliveriesOnEachNodeAreUnderThePublicationOnOne() throws Exception {
        try (RedisServer redis = RedisServer.start()) {
            String[] node = {
                "fanfare.cluster.url", redis.url(), "fanfare.http.drain", "0s", "fanfare.http.drain-delay", "0s"
            };
            int one = start(node);
            int other = start(node);
            for (int port : List.of(one, other)) {
                await().until(() ->
                        RawHttp.request(port, "GET", "/health/ready").status() == 200);
            }
            try (EventStream near = subscribe(one, "news");
                    EventStream far = subscribe(other, "news");
                    EventStream alsoFar = subscribe(other, "news")) {
                publish(one, "topic=news&data=1", SAMPLED);
                List.of(near, far, alsoFar).forEach(EventStream::next);
                SpanData publication = awaitSpans("publish", 1).get(0);
                assertThat(awaitSpans("deliver", 2))
                        .allSatisfy(span -> {
                            assertThat(span.getTraceId()).isEqualTo(TRACE);
                            assertThat(span.getParentSpanId()).isEqualTo(publication.getSpanId());
                        })
                        .extracting(span -> number(span, "fanfare.delivery.clients"))
                        .containsExactlyInAnyOrder(1L, 2L);
            }
            hosts.forEach(GrizzlyHost::close);
            hosts.clear();
        }
    }

    @Test
    void aStatusThatIsSetOrEndedIsAPublicationUnderItsRequest() throws IOException {
        int port = start("fanfare.status.builds.push", "true", "fanfare.status.builds.params", "job");
        RawHttp.Answer put = RawHttp.request(
                port, "PUT", "/status/builds?job=1", List.of("Content-Type: application/json", SAMPLED), "{\"a\":1}");
        assertThat(put.status()).as(put.body()).isEqualTo(204);
        RawHttp.Answer deleted = RawHttp.request(port, "DELETE", "/status/builds?job=1", List.of(SAMPLED), "");
        assertThat(deleted.status()).as(deleted.body()).isEqualTo(204);
        assertThat(awaitSpans("publish", 2)).allSatisfy(span -> {
            assertThat(span.getParentSpanId()).isEqualTo(CALLER);
            assertThat(text(span, "messaging.destination.name")).isEqualTo("/status/builds?job=1");
        });
    }

    @Test
    void aPollIsASpanOfWhichTheServiceThatIsAskedHears() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        HttpServer jobs = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        jobs.createContext("/42", exchange -> {
            heard.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
            byte[] body = "{\"state\":\"running\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        jobs.start();
        try {
            int port = start(
                    "fanfare.status.jobs.url",
                    "http://127.0.0.1:" + jobs.getAddress().getPort() + "/{job}",
                    "fanfare.status.jobs.every",
                    "1h");
            assertThat(RawHttp.request(port, "GET", "/status/jobs?job=42").status())
                    .isEqualTo(200);
            SpanData poll = awaitSpans("poll jobs", 1).get(0);
            assertThat(poll.getKind()).isEqualTo(SpanKind.CLIENT);
            assertThat(poll.getParentSpanId()).isEqualTo(NO_SPAN);
            assertThat(text(poll, "fanfare.source")).isEqualTo("jobs");
            assertThat(text(poll, "fanfare.status")).isEqualTo("/status/jobs?job=42");
            assertThat(text(poll, "fanfare.poll.outcome")).isEqualTo("value");
            assertThat(poll.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(heard.poll(60, TimeUnit.SECONDS))
                    .isEqualTo("00-" + poll.getTraceId() + "-" + poll.getSpanId() + "-"
                            + poll.getSpanContext().getTraceFlags().asHex());
        } finally {
            jobs.stop(0);
        }
    }

    @Test
    void aPollThatFailsIsASpanWithAnError() throws IOException {
        int nobody = FreePorts.take();
        int port =
                start("fanfare.status.jobs.url", "http://127.0.0.1:" + nobody + "/", "fanfare.status.jobs.every", "1h");
        assertThat(RawHttp.request(port, "GET", "/status/jobs").status()).isEqualTo(502);
        SpanData poll = awaitSpans("poll jobs", 1).get(0);
        assertThat(poll.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(text(poll, "fanfare.poll.outcome")).isEqualTo("failed");
        assertThat(text(poll, "error.type")).isNotEmpty();
    }

    @Test
    void nothingIsRecordedWhereTracingIsOff() throws IOException {
        int port = start("fanfare.tracing", "off");
        try (EventStream stream = subscribe(port, "news")) {
            publish(port, "topic=news&data=1", SAMPLED);
            stream.next();
        }
        hosts.remove(0).close();
        assertThat(spans.getFinishedSpanItems()).isEmpty();
    }
}
