package dev.fanfare.rest.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.config.SettingsLoader;
import dev.fanfare.server.grizzly.GrizzlyServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(240)
class AccessLogTest {
    private static final Logger LOGGER = Logger.getLogger(AccessLog.LOGGER);

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            lines.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private GrizzlyServer server;

    @BeforeEach
    void listen() {
        LOGGER.setLevel(Level.ALL);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void stop() {
        LOGGER.removeHandler(handler);
        if (server != null) {
            server.close();
        }
    }

    private String start(String access) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("fanfare.http.port", "0");
        properties.setProperty("fanfare.log.access", access);
        server = GrizzlyServer.start(SettingsLoader.of(List.of(), properties));
        return "http://127.0.0.1:" + server.uri().getPort();
    }

    /** The line about this; a server that was closed amid a request may log that one's end later. */
    private String onlyLine(String part) {
        Supplier<List<String>> found =
                () -> lines.stream().filter(line -> line.contains(part)).toList();
        Awaitility.await().until(() -> !found.get().isEmpty());
        assertThat(found.get()).hasSize(1);
        return found.get().get(0);
    }

    private static int get(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer hidden.in.header")
                .build();
        HttpResponse<java.io.InputStream> answer =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
        answer.body().close();
        return answer.statusCode();
    }

    @Test
    void eachRequestIsALineWithoutItsTokens() throws Exception {
        String base = start("true");
        get(base + "/none?a=%0Ab&authorization=hidden.in.query&%61uthorization=hidden.too&access_token=hidden");
        assertThat(onlyLine(" GET /none"))
                .matches(
                        "127\\.0\\.0\\.1 GET /none\\?a=%0Ab&authorization=\\.\\.\\.&%61uthorization=\\.\\.\\.&access_token=\\.\\.\\. \\d{3} \\d+ ms")
                .doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource({
        "/a?b=c&d=e;f=g, /a?b=c&d=e;f=g",
        "/events?status=jobs%3Fid%3D42&topic=a, /events?status=jobs%3Fid%3D42&topic=a",
        "/a?tokens=3&mytoken=4&topic=https%3A%2F%2Fa%2Ftoken, /a?tokens=3&mytoken=4&topic=https%3A%2F%2Fa%2Ftoken",
        "/a?b=100%25, /a?b=100%25",
        "/a?authorization=hidden, /a?authorization=...",
        "/a?AUTHORIZATION=hidden&b=c, /a?AUTHORIZATION=...&b=c",
        "/a?b=c;authorization=hidden;d=e, /a?b=c;authorization=...;d=e",
        "/a?b=c%3Bauthorization%3Dhidden, /a?b=...",
        "/a?authorization%3Dhidden, /a?...",
        "/a?%61uthorization%3dhidden, /a?...",
        "/events?status=jobs%3Fid%3D42%26authorization%3Dhidden, /events?status=...",
        "/events?status=jobs%3Faccess%5Ftoken%3Dhidden, /events?status=...",
        "/events?status=jobs%3Ftoken=hidden, /events?status=...",
        "/events?status=jobs%253Ftoken%253Dhidden, /events?status=...",
        "/events?status=jobs?token=hidden, /events?status=jobs?token=...",
        "/a?b=%25252525252561, /a?b=...",
        "/a?b=%zz, /a?b=...",
        "/a;token=hidden/b?c=d, /a;token=.../b?c=d",
        "/a%3Btoken%3Dhidden, /...",
    })
    void whateverMayHoldATokenIsLeftOutWhereverItStands(String target, String shown) {
        assertThat(AccessLog.withoutSecrets(target)).isEqualTo(shown);
    }

    @Test
    void aStreamIsLoggedWhenItOpens() throws Exception {
        String base = start("true");
        HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(base + "/.well-known/mercure?topic=news"))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertThat(onlyLine(" GET /.well-known/")).startsWith("127.0.0.1 GET /.well-known/mercure?topic=news 200 ");
    }

    @Test
    void withoutTheKeyNothingIsLogged() throws Exception {
        String base = start("false");
        assertThat(get(base + "/health/ready")).isIn(200, 401);
        // The line of a test before may come late.
        assertThat(lines).noneMatch(line -> line.contains("/health/ready"));
    }
}
