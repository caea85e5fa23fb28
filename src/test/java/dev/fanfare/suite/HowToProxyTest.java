package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The configurations of {@code docs/how-to/behind-a-proxy.md} and {@code prometheus.md}, and that of the archive's compose file, in
 * a real nginx and a real HAProxy, but for TLS. Skipped where there is none.
 */
@Timeout(240)
class HowToProxyTest {
    private static final String HUB = HubSubject.HUB;
    private static final String STREAM = HUB + "?topic=news";
    private static final String ACCEPT = "Accept: text/event-stream";

    private final Path directory = ChildProcess.directory("proxy");
    private final int port = ChildProcess.freePort();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.auth.anonymous-publish", "true",
            "fanfare.metrics.enabled", "true",
            "fanfare.metrics.access", "anonymous",
            "fanfare.history.store", "sqlite",
            "fanfare.history.path", directory.resolve("fanfare.db").toString()));
    private GrizzlyHost host;
    private ChildProcess proxy;

    /** A proxy that the how-to has a configuration for. */
    enum Proxy {
        NGINX("nginx"),
        NGINX_OF_THE_COMPOSE_FILE("nginx"),
        HAPROXY("haproxy");

        private final String program;

        Proxy(String program) {
            this.program = program;
        }

        Path program() {
            return Stream.of("/usr/sbin/", "/usr/local/sbin/", "/usr/bin/")
                    .map(directory -> Path.of(directory + program))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(Path.of(program));
        }
    }

    private void start(Proxy kind) throws IOException {
        Path program = kind.program();
        assumeThat(program).as("%s is installed", program).isExecutable();
        host = GrizzlyHost.start(settings);
        settings.put("fanfare.http.port", String.valueOf(host.port()));
        List<String> command;
        if (kind != Proxy.HAPROXY) {
            Files.writeString(
                    directory.resolve("nginx.conf"),
                    kind == Proxy.NGINX
                            ? nginxConfiguration()
                            : ComposeFiles.nginxConfiguration(port, List.of(host.port())));
            command = List.of(program.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log");
        } else {
            Files.writeString(directory.resolve("haproxy.cfg"), haproxyConfiguration());
            command = List.of(program.toString(), "-db", "-f", "haproxy.cfg");
        }
        proxy = ChildProcess.start(directory, command, Map.of());
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
    }

    /** One process, with all its files in its directory. */
    private String nginxConfiguration() {
        String rule = Document.read("docs/how-to/prometheus.md").block("nginx");
        String site = Document.read("docs/how-to/behind-a-proxy.md")
                .block("nginx")
                .replace("127.0.0.1:8080", "127.0.0.1:" + host.port())
                .replace("listen 443 ssl http2;", "listen 127.0.0.1:" + port + ";")
                .replace("    location / {", rule + "\n    location / {")
                .replaceAll("(?m)^ *ssl_.*\n", "");
        assertThat(site).doesNotContain("listen 443", "ssl").contains(rule);
        return ComposeFiles.inOneProcess("events {}\nhttp {\naccess_log off;\n" + site + "}\n");
    }

    private String haproxyConfiguration() {
        String rule = Document.read("docs/how-to/prometheus.md").block("haproxy");
        String whole = Document.read("docs/how-to/behind-a-proxy.md")
                .block("haproxy")
                .replace("127.0.0.1:8080", "127.0.0.1:" + host.port())
                .replaceAll("(?m)^ *bind :443 .*$", "    bind 127.0.0.1:" + port + "\n" + rule);
        assertThat(whole).doesNotContain(":443 ").contains(rule);
        return whole + "\n";
    }

    @AfterEach
    void close() {
        if (proxy != null) {
            proxy.close();
        }
        if (host != null) {
            host.close();
        }
    }

    private void publish(String data) {
        String form = HubSubject.form("topic", "news", "data", data);
        List<String> type = List.of("Content-Type: " + HubSubject.FORM);
        assertThat(RawHttp.request(port, "POST", HUB, type, form).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void eventsComeAtOnceAndWhoWasCutOffByARestartGoesOn(Proxy kind) throws Exception {
        start(kind);
        String lastId;
        try (EventStream stream = EventStream.open(port, STREAM, ACCEPT)) {
            publish("1");
            EventStream.Event first = stream.next();
            assertThat(first.data()).isEqualTo("1");
            assertThat(stream.isOpen()).isTrue();
            lastId = first.id();
            host.close();
            assertThat(stream.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
        }

        host = GrizzlyHost.start(settings);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
        publish("2");

        try (EventStream stream = EventStream.open(port, STREAM, ACCEPT, "Last-Event-ID: " + lastId)) {
            assertThat(stream.next().data()).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whileTheServerIsAwayStreamsAreToldToComeAgainAndAllElseFails(Proxy kind) throws IOException {
        start(kind);
        host.close();
        // From the first request on: no stream may meet an error, at which an EventSource gives up for good.
        RawHttp.Answer stream = RawHttp.request(port, "GET", STREAM, ACCEPT);
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(stream.body()).isEqualTo("retry: 5000\n");
        int away = kind == Proxy.HAPROXY ? 503 : 502;
        assertThat(RawHttp.request(port, "GET", HUB).status()).isEqualTo(away);
        assertThat(RawHttp.request(port, "POST", HUB, List.of(), "topic=news").status())
                .isEqualTo(away);
    }

    @ParameterizedTest
    @EnumSource
    void aPathIsKeptBackInEverySpelling(Proxy kind) throws IOException {
        start(kind);

        assertThat(RawHttp.request(host.port(), "GET", "/metrics").body()).contains("fanfare_");
        for (String target : List.of(
                "/metrics",
                "/metrics?x",
                "/metrics/",
                "/metrics;x",
                "/metrics;x/",
                "/metrics#x",
                "//metrics",
                "/./metrics",
                "/x/../metrics",
                "/%6detrics",
                "/%6Detrics%3Fx",
                "http://localhost/metrics")) {
            RawHttp.Answer answer = RawHttp.request(port, "GET", target);
            assertThat(answer.status()).as(target).isBetween(400, 404);
            assertThat(answer.body()).as(target).doesNotContain("fanfare_");
        }
    }
}
