package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that is silent for an hour, and readers that have less patience. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeartbeatParameterTest {
    private GrizzlyHost host;

    @BeforeAll
    void start() throws Exception {
        host = GrizzlyHost.start(Map.of(
                "fanfare.stream.heartbeat", "1h",
                "fanfare.demo.enabled", "true",
                "fanfare.demo.delay", "1h",
                "fanfare.history.store", "memory",
                "fanfare.auth.key", Tokens.SECRET,
                "fanfare.status.builds.push", "true",
                "fanfare.status.builds.params", "build"));
        List<String> headers = List.of("Content-Type: application/json", Tokens.header(Tokens.publisher("*")));
        assertThat(RawHttp.request(host.port(), "PUT", "/status/builds?build=1", headers, "1")
                        .status())
                .isEqualTo(204);
    }

    @AfterAll
    void stop() {
        host.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.well-known/mercure?topic=a&heartbeat=1s",
                "/status/builds/stream?build=1&heartbeat=1s",
                "/status/builds/stream?build=1&heartbeat=comment&heartbeat=1s",
                "/events?topic=a&status=builds%3Fbuild%3D1&heartbeat=1s",
                "/stream?heartbeat=1s",
                "/prices?heartbeat=1s"
            })
    void everyStreamIsNoLongerSilentThanItsReaderAsks(String target) {
        try (EventStream stream = EventStream.open(host.port(), target)) {
            stream.awaitComments(3); // the opening's, and two of those that were asked for
            assertThat(stream.isOpen()).isTrue();
        }
    }
}
