package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP/2 by the configurations of {@code docs/how-to/behind-a-proxy.md}, in a real nginx and a real HAProxy with TLS: a browser's
 * limit of six connections does not count there. Skipped where there is none.
 */
@Timeout(300)
class Http2ProxyTest {
    private static final int STREAMS = 100;
    private static final int READERS = 20;

    private final List<InputStream> bodies = new ArrayList<>();
    private final List<GrizzlyHost> hosts = new ArrayList<>();
    private Http2Proxy proxy;

    @AfterEach
    void stop() throws IOException {
        for (InputStream body : bodies) {
            body.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        hosts.forEach(GrizzlyHost::close);
    }

    private HttpClient start(String name) throws IOException {
        return start(name, Map.of(), 1);
    }

    /** Starts servers, and the proxy of the document before them. */
    private HttpClient start(String name, Map<String, String> more, int servers, ProxyHowTo.Part... parts)
            throws IOException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("fanfare.auth.anonymous-publish", "true");
        settings.put("fanfare.history.store", "memory");
        for (int i = 0; i < servers; i++) {
            hosts.add(GrizzlyHost.start(settings));
        }
        proxy = Http2Proxy.start(
                name,
                ChildProcess.directory("http2"),
                hosts.stream().map(GrizzlyHost::port).toList(),
                parts);
        return proxy.client();
    }

    /** One of them is not read at all: flow control holds up nobody else. */
    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void aHundredStreamsOfOneOriginAreHeldAtATimeAndOneThatIsNotReadHoldsUpNobody(String name) throws Exception {
        HttpClient client = start(name);
        List<CompletableFuture<HttpResponse<InputStream>>> opening = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            opening.add(client.sendAsync(
                    proxy.request(HubSubject.HUB + "?topic=t"), HttpResponse.BodyHandlers.ofInputStream()));
        }
        for (CompletableFuture<HttpResponse<InputStream>> each : opening) {
            HttpResponse<InputStream> response = each.get(60, TimeUnit.SECONDS);
            bodies.add(response.body());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        }
        CountDownLatch received = new CountDownLatch(STREAMS - 1);
        for (InputStream body : bodies.subList(1, STREAMS)) {
            Thread reader = new Thread(() -> readTo(body, "data: last", received));
            reader.setDaemon(true);
            reader.start();
        }
        for (int i = 0; i < 20; i++) {
            publish("x".repeat(20_000));
        }
        publish("last");
        assertThat(received.await(120, TimeUnit.SECONDS))
                .as(received.getCount() + " have not got it")
                .isTrue();
    }

    /** All of them come over one connection, which is one to the network and many to the limit. */
    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void theProxysLimitForAnAddressCountsTheStreamsOfOneConnection(String name) throws Exception {
        HttpClient client = start(name, Map.of(), 1, ProxyHowTo.Part.LIMIT);
        HttpRequest request = HttpRequest.newBuilder(
                        proxy.request(HubSubject.HUB + "?topic=t").uri())
                .header("Accept", "text/event-stream")
                .build();
        for (int i = 0; i < ProxyHowTo.LIMIT; i++) {
            HttpResponse<InputStream> stream = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            bodies.add(stream.body());
            assertThat(stream.headers().firstValue("Cache-Control")).isPresent();
        }

        HttpResponse<String> beyond = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(beyond.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(beyond.statusCode()).isEqualTo(200);
        assertThat(beyond.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(beyond.body()).isEqualTo("retry: 5000\n");
        assertThat(client.send(proxy.request("/health/live"), HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void thePagesCommandShowsTheDemosEventsOneByOne(String name) throws Exception {
        Path curl = Tools.find("curl");
        assumeThat(curl).as("curl is installed").isNotNull();
        start(name, Map.of("fanfare.demo.enabled", "true", "fanfare.demo.count", "1000"), 1);
        List<String> commands = ProxyHowTo.PAGE.commands();
        String command = commands.get(commands.size() - 1);
        assertThat(command).endsWith("--http2 https://events.example.org/stream");

        try (ChildProcess reader = ChildProcess.start(
                ChildProcess.directory("http2-curl"),
                List.of(
                        "bash",
                        "-c",
                        "exec " + command
                                + " -sS -k -w '%{http_version}' --connect-to events.example.org:443:127.0.0.1:"
                                + proxy.port()),
                Map.of())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> reader.output().contains("\ndata: "));
            assertThat(reader.process().isAlive())
                    .as("events come while the stream is open: %s", reader.output())
                    .isTrue();
        }
    }

    /**
     * A server that leaves ends its streams in good order, and they begin again on the other one.
     */
    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void streamsGoOnAtTheOtherServerWhenOneIsRestartedAndNoneBreaks(String name) throws Exception {
        HttpClient client = start(name, Map.of("fanfare.http.drain-delay", "5s", "fanfare.http.drain", "1s"), 2);
        GrizzlyHost leaving = hosts.get(0);
        GrizzlyHost stays = hosts.get(1);
        CountDownLatch received = new CountDownLatch(READERS);
        List<String> faults = new CopyOnWriteArrayList<>();
        AtomicInteger opened = new AtomicInteger();
        for (int i = 0; i < READERS; i++) {
            Thread reader = new Thread(() -> readOn(client, opened, received, faults));
            reader.setDaemon(true);
            reader.start();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> opened.get() >= READERS);
        assertThat(leaving.server().openConnections()).as("streams to move").isPositive();

        leaving.server().leave();
        leaving.close();

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            publish(stays, "last");
            return received.getCount() == 0;
        });
        assertThat(faults).isEmpty();
        assertThat(opened.get()).as("those of one server have reconnected").isGreaterThan(READERS);
    }

    /** As an {@code EventSource} does: reconnects whenever a stream ends, until it has seen the last event. */
    private void readOn(HttpClient client, AtomicInteger opened, CountDownLatch received, List<String> faults) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("https://localhost:" + proxy.port() + HubSubject.HUB + "?topic=t"))
                .header("Accept", "text/event-stream")
                .build();
        while (received.getCount() > 0) {
            try {
                HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
                if (response.statusCode() != 200 || response.version() != HttpClient.Version.HTTP_2) {
                    faults.add(response.toString());
                }
                opened.incrementAndGet();
                try (Stream<String> lines = response.body()) {
                    if (lines.anyMatch("data: last"::equals)) {
                        received.countDown();
                        return;
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                faults.add(e.toString());
            } catch (InterruptedException e) {
                return; // the test has ended
            }
        }
    }

    private void publish(String data) {
        publish(hosts.get(0), data);
    }

    private static void publish(GrizzlyHost to, String data) {
        assertThat(RawHttp.request(
                                to.port(),
                                "POST",
                                HubSubject.HUB,
                                List.of("Content-Type: " + HubSubject.FORM),
                                HubSubject.form("topic", "t", "data", data))
                        .status())
                .isEqualTo(200);
    }

    private static void readTo(InputStream body, String line, CountDownLatch received) {
        try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String next = lines.readLine(); next != null; next = lines.readLine()) {
                if (next.equals(line)) {
                    received.countDown();
                    return;
                }
            }
        } catch (IOException e) {
            // The test ends, or fails for want of this one.
        }
    }
}
