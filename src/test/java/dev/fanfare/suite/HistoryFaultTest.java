package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.history.HistoryRefused;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients and operators see of a history in a file that fails, goes away, or comes back. */
@Timeout(240)
class HistoryFaultTest {
    private static final String HUB = HubSubject.HUB;
    private static final String ALL = HUB + "?topic=*";

    @TempDir
    Path directory;

    private GrizzlyHost host;

    private Path file() {
        return directory.resolve("events.db");
    }

    private void start() throws IOException {
        start(Map.of());
    }

    private void start(Map<String, String> more) throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("fanfare.demo.enabled", "false");
        settings.put("fanfare.auth.key", Tokens.SECRET);
        settings.put("fanfare.history.store", "sqlite");
        settings.put("fanfare.history.path", file().toString());
        settings.putAll(more);
        host = GrizzlyHost.start(settings);
    }

    @AfterEach
    void stop() {
        if (host != null) {
            host.close();
        }
    }

    private RawHttp.Answer publish(String data) {
        return send("POST", HUB, HubSubject.FORM, HubSubject.form("topic", "news", "data", data));
    }

    private RawHttp.Answer send(String method, String target, String type, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: " + type);
        all.add(Tokens.header(Tokens.publisher("*")));
        return RawHttp.request(host.port(), method, target, all, body);
    }

    private String published(String data) {
        RawHttp.Answer answer = publish(data);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private RawHttp.Answer readiness() {
        return RawHttp.request(host.port(), "GET", "/health/ready");
    }

    @Test
    void anEventThatCantBeKeptIsAnsweredWith503AndReachesNobody() throws Exception {
        start();
        published("1");
        try (EventStream stream = EventStream.open(host.port(), ALL + "&lastEventID=earliest")) {
            assertThat(stream.next().data()).isEqualTo("1");
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file().toUri());
                    Statement statement = other.createStatement()) {
                statement.execute("pragma busy_timeout = 60000"); // while the server looks after the file
                statement.execute("BEGIN IMMEDIATE");

                RawHttp.Answer answer = publish("lost");

                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("Content-Type")).contains("application/problem+json");
                assertThat(answer.header("Retry-After")).isNotBlank();
                assertThat(answer.body())
                        .contains("could not be written to the history")
                        .doesNotContain(file().getFileName().toString());
                RawHttp.Answer unready = readiness();
                assertThat(unready.status()).isEqualTo(503);
                assertThat(unready.body()).contains("another program has locked the file");
                assertThat(RawHttp.request(host.port(), "GET", "/health/live").status())
                        .isEqualTo(200);
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> readiness().status() == 200);
            published("2");
            assertThat(stream.next().data()).isEqualTo("2");
        }
    }

    /** The least history, and the largest body that is read then. */
    @ParameterizedTest
    @CsvSource({"sqlite, 16MiB, 1048576, 1048576", "memory, 64KiB, 65536, 65536"})
    void whatTheHistoryCanNeverKeepIsTooLargeAndNoFault(String store, String maxBytes, int bodyBytes, String bound)
            throws Exception {
        start(Map.of(
                "fanfare.history.store",
                store,
                "fanfare.history.max-bytes",
                maxBytes,
                "fanfare.status.builds.push",
                "true",
                "fanfare.status.builds.params",
                "build"));
        published("before");
        String form = "topic=a&data=";
        String large = form + "x".repeat(bodyBytes - form.length());
        String status = "\"" + "x".repeat(bodyBytes - 2) + "\"";
        for (RawHttp.Answer answer : List.of(
                send("POST", HUB, HubSubject.FORM, large),
                send("POST", HUB, HubSubject.FORM, large, "Idempotency-Key: k"),
                send("POST", HUB, HubSubject.FORM, "id=1&" + large.substring(0, bodyBytes - 5)),
                send("PUT", "/status/builds?build=1", "application/json", status))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(413);
            assertThat(answer.header("Content-Type")).contains("application/problem+json");
            assertThat(answer.body())
                    .contains("urn:fanfare:problem:too-large")
                    .contains("the limit is " + bound)
                    .contains("fanfare.history.max-bytes");
            assertThat(readiness().status()).isEqualTo(200);
        }
        published("after");
        try (EventStream stream = EventStream.open(host.port(), ALL + "&lastEventID=earliest")) {
            assertThat(stream.next().data()).isEqualTo("before");
            assertThat(stream.next().data()).isEqualTo("after");
        }
    }

    @Test
    void aClientGoesOnAfterARestart() throws Exception {
        start();
        String first = published("1");
        published("2");
        host.close();
        start();
        published("3");
        try (EventStream stream = EventStream.open(host.port(), ALL, "Last-Event-ID: " + first)) {
            assertThat(stream.next().data()).isEqualTo("2");
            assertThat(stream.next().data()).isEqualTo("3");
        }
    }

    @Test
    void aCursorOfADeletedFileIsAGapAndNoPosition() throws Exception {
        start();
        published("1");
        String cursor = published("2");
        host.close();
        Files.delete(file());
        start();
        for (String data : List.of("a", "b", "c")) {
            published(data);
        }
        try (EventStream stream = EventStream.open(host.port(), ALL, "Last-Event-ID: " + cursor)) {
            EventStream.Event gap = stream.next();
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(gap.data()).contains("\"requested\":\"" + cursor + "\"");
            assertThat(stream.next().data()).isEqualTo("a");
        }
    }

    @Test
    void aFileThatIsNoHistoryKeepsTheServerFromStarting() throws Exception {
        Files.writeString(file(), "a diary");
        assertThatThrownBy(this::start)
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("is not a history of Fanfare")
                .hasMessageContaining(file().toString());
        assertThat(file()).hasContent("a diary");
    }

    @Test
    void aSecondServerOnTheSameFileDoesNotStart() throws Exception {
        start();
        assertThatThrownBy(this::start)
                .isInstanceOf(HistoryRefused.class)
                .hasMessageContaining("is in use by")
                .hasMessageContaining("choose another fanfare.history.path");
        published("1");
    }
}
