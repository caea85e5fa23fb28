package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients are told while nobody can tell whether their tokens are good, since the key set can't be fetched. */
@Timeout(240)
class KeySetOutageTest {
    private static final String TOKEN =
            "Authorization: Bearer " + base64("{\"alg\":\"ES256\"}") + "." + base64("{}") + "." + base64("signed");

    private static GrizzlyHost host;

    @BeforeAll
    static void start() throws IOException {
        host = GrizzlyHost.start(Map.of(
                "fanfare.demo.enabled", "false",
                "fanfare.history.store", "memory",
                "fanfare.auth.algorithm", "ES256",
                "fanfare.auth.jwks", "http://127.0.0.1:" + ChildProcess.freePort() + "/keys.json",
                "fanfare.status.builds.push", "true",
                "fanfare.status.builds.access", "token"));
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** It would give up for good on any other status than 200. */
    @ParameterizedTest
    @ValueSource(strings = {HubSubject.HUB + "?topic=a", "/status/builds/stream", "/status/builds"})
    void anEventSourceIsToldToComeAgain(String target) {
        RawHttp.Answer answer = RawHttp.request(host.port(), "GET", target, TOKEN, "Accept: text/event-stream");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(answer.header("Fanfare-Refused")).isEqualTo("keys");
        assertThat(answer.body())
                .startsWith(": refused, keys\nretry: ")
                .endsWith("\n")
                .doesNotContain("\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {HubSubject.HUB + "?topic=a", "/status/builds/stream", "/status/builds", "/status"})
    void othersGet503AndATimeToComeAgain(String target) {
        assertUnavailable(RawHttp.request(host.port(), "GET", target, TOKEN));
    }

    @Test
    void aPublisherGets503AndATimeToComeAgain() {
        assertUnavailable(RawHttp.request(
                host.port(), "POST", HubSubject.HUB, List.of(TOKEN, "Content-Type: " + HubSubject.FORM), "topic=a"));
    }

    private static void assertUnavailable(RawHttp.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.body()).contains("try again later").doesNotContain("127.0.0.1");
    }
}
