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
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
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
        server.close();
    }

    private String start(String access) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("fanfare.http.port", "0");
        properties.setProperty("fanfare.log.access", access);
        server = GrizzlyServer.start(SettingsLoader.of(List.of(), properties));
        return "http://127.0.0.1:" + server.uri().getPort();
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
        Awaitility.await().until(() -> lines.size() == 1);
        assertThat(lines.get(0))
                .matches(
                        "127\\.0\\.0\\.1 GET /none\\?a=%0Ab&authorization=\\.\\.\\.&%61uthorization=\\.\\.\\.&access_token=\\.\\.\\. \\d{3} \\d+ ms")
                .doesNotContain("hidden");
    }

    @Test
    void aStreamIsLoggedWhenItOpens() throws Exception {
        String base = start("true");
        HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(base + "/.well-known/mercure?topic=news"))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        Awaitility.await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).startsWith("127.0.0.1 GET /.well-known/mercure?topic=news 200 ");
    }

    @Test
    void withoutTheKeyNothingIsLogged() throws Exception {
        String base = start("false");
        assertThat(get(base + "/health/ready")).isIn(200, 401);
        assertThat(lines).isEmpty();
    }
}
