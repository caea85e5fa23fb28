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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The configuration of {@code docs/how-to/behind-a-proxy.md} in a real nginx, but for TLS. Skipped where there is none. */
@Timeout(120)
class HowToProxyTest {
    private static final String HUB = HubSubject.HUB;
    private static final String STREAM = HUB + "?topic=news";
    private static final String ACCEPT = "Accept: text/event-stream";

    private final Path directory = ChildProcess.directory("proxy");
    private final int port = ChildProcess.freePort();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.auth.anonymous-publish", "true",
            "fanfare.history.store", "sqlite",
            "fanfare.history.path", directory.resolve("fanfare.db").toString()));
    private GrizzlyHost host;
    private ChildProcess nginx;

    @BeforeEach
    void start() throws IOException {
        Path program = Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of("nginx"));
        assumeThat(program).as("nginx is installed").isExecutable();
        host = GrizzlyHost.start(settings);
        settings.put("fanfare.http.port", String.valueOf(host.port()));
        Files.writeString(directory.resolve("nginx.conf"), configuration());
        nginx = ChildProcess.start(
                directory,
                List.of(program.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log"),
                Map.of());
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> RawHttp.request(port, "GET", "/health/live").status() == 200);
    }

    /** One process, with all its files in its directory. */
    private String configuration() {
        String site = Document.read("docs/how-to/behind-a-proxy.md")
                .block("nginx")
                .replace("127.0.0.1:8080", "127.0.0.1:" + host.port())
                .replace("listen 443 ssl http2;", "listen 127.0.0.1:" + port + ";")
                .replaceAll("(?m)^ *ssl_.*\n", "");
        assertThat(site).doesNotContain("443", "ssl");
        String temporary = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(each -> each + "_temp_path " + each + ";\n")
                .reduce("", String::concat);
        return "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n" + temporary
                + site + "}\n";
    }

    @AfterEach
    void close() {
        if (nginx != null) {
            nginx.close();
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

    @Test
    void eventsComeAtOnceAndWhoWasCutOffByARestartGoesOn() throws Exception {
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
        publish("2");

        try (EventStream stream = EventStream.open(port, STREAM, ACCEPT, "Last-Event-ID: " + lastId)) {
            assertThat(stream.next().data()).isEqualTo("2");
        }
    }

    @Test
    void whileTheServerIsAwayStreamsAreToldToComeAgainAndAllElseFails() {
        host.close();

        RawHttp.Answer stream = RawHttp.request(port, "GET", STREAM, ACCEPT);
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(stream.body()).isEqualTo("retry: 5000\n");
        assertThat(RawHttp.request(port, "GET", HUB).status()).isEqualTo(502);
        assertThat(RawHttp.request(port, "POST", HUB, List.of(), "topic=news").status())
                .isEqualTo(502);
    }
}
