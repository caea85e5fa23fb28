package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.config.SettingsLoader;
import dev.fanfare.rest.StreamGate;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.EventStream.End;
import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests get that come between the close of the service and that of its server. */
@Timeout(240)
class ClosedServiceTest {
    private GrizzlyServer server;

    @BeforeEach
    void start() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("fanfare.http.port", "0");
        properties.setProperty("fanfare.auth.anonymous-publish", "true");
        properties.setProperty("fanfare.cors.allow-origins", "https://pages.example");
        properties.setProperty("fanfare.metrics.enabled", "true");
        properties.setProperty("fanfare.metrics.access", "anonymous");
        properties.setProperty("fanfare.status.builds.push", "true");
        properties.setProperty("fanfare.status.builds.params", "build");
        server = GrizzlyServer.start(SettingsLoader.of(List.of(), properties));
        server.service().close();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /.well-known/mercure | application/x-www-form-urlencoded | topic=a&data=1",
                "POST | /.well-known/mercure | application/json | [{\"topic\":\"a\"}]",
                "GET | /.well-known/mercure?topic=a | text/plain | ''",
                "GET | /events?topic=a | text/plain | ''",
                "PATCH | /events/abc | application/json | {}",
                "PUT | /status/builds?build=1 | application/json | 1",
                "DELETE | /status/builds?build=1 | text/plain | ''",
                "GET | /status/builds?build=1 | text/plain | ''",
                "GET | /status/builds/stream?build=1 | text/plain | ''",
                "GET | /status | text/plain | ''",
                "GET | /metrics | text/plain | ''",
                "GET | /health/ready | text/plain | ''",
                "GET | /nowhere | text/plain | ''"
            })
    void everyRequestIsAskedToTryLater(String method, String target, String type, String body) {
        RawHttp.Answer answer =
                RawHttp.request(server.uri().getPort(), method, target, List.of("Content-Type: " + type), body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).contains("application/problem+json");
        assertThat(answer.header("Retry-After")).containsOnlyDigits();
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(answer.body()).contains("urn:fanfare:problem:unavailable", "shutting down");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.well-known/mercure?topic=a",
                "/events?topic=a",
                "/status/builds/stream?build=1",
                "/status/builds?build=1"
            })
    void anEventSourceOfAnotherOriginReconnects(String target) {
        try (EventStream stream = EventStream.open(
                server.uri().getPort(), target, "Accept: text/event-stream", "Origin: https://pages.example")) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header(StreamGate.REFUSED_HEADER)).isEqualTo("shutdown");
            assertThat(stream.header("Access-Control-Allow-Origin")).isEqualTo("https://pages.example");
            assertThat(stream.awaitEnd()).isEqualTo(End.COMPLETE);
            assertThat(stream.retry()).isNotNull();
        }
    }

    @Test
    void aPublisherThatNamesEventStreamsGetsTheProblem() {
        RawHttp.Answer answer = RawHttp.request(
                server.uri().getPort(),
                "POST",
                "/.well-known/mercure",
                List.of("Content-Type: application/x-www-form-urlencoded", "Accept: text/event-stream"),
                "topic=a&data=1");
        assertThat(answer.status()).isEqualTo(503);
    }
}
