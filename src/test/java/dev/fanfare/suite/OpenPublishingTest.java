package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What pages that a browser on this machine has open may do where nobody needs a token. */
@Timeout(240)
class OpenPublishingTest {
    private static final String ALLOWED = "https://app.example";

    private GrizzlyHost host;

    private void start(String key, String value) throws IOException {
        Map<String, String> settings = new HashMap<>(Map.of(
                "fanfare.http.port", "0",
                "fanfare.history.store", "memory",
                "fanfare.cors.allow-origins", ALLOWED,
                "fanfare.status.builds.push", "true"));
        settings.put(key, value);
        host = GrizzlyHost.standalone(settings);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private String own() {
        return "http://localhost:" + host.port();
    }

    private int status(String method, String target, String name, String... headers) {
        return RawHttp.exchange(host.port(), request(method, target, name, headers))
                .status();
    }

    private byte[] request(String method, String target, String name, String... headers) {
        String body = method.equals("GET") || method.equals("DELETE") ? "" : method.equals("PUT") ? "1" : "topic=a";
        String type = method.equals("PUT") ? "application/json" : HubSubject.FORM;
        String head = method + " " + target + " HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n"
                + (body.isEmpty() ? "" : "Content-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n")
                + String.join(
                        "", List.of(headers).stream().map(line -> line + "\r\n").toList()) + "\r\n" + body;
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    private void assertPagesOfOtherOriginsChangeNothing() {
        String name = "localhost:" + host.port();
        for (String other : List.of("http://evil.example", "null", "http://localhost.evil.example", own() + "0")) {
            String origin = "Origin: " + other;
            if (other.startsWith("http://localhost:")) {
                continue; // another port of this machine, which development mode allows
            }
            assertThat(status("POST", HubSubject.HUB, name, origin)).as(other).isEqualTo(403);
            assertThat(status("PUT", "/status/builds", name, origin)).as(other).isEqualTo(403);
            assertThat(status("DELETE", "/status/builds", name, origin))
                    .as(other)
                    .isEqualTo(403);
        }
        assertThat(status("POST", HubSubject.HUB, name, "Origin: " + own(), "Origin: http://evil.example"))
                .isNotEqualTo(200);
        for (String good : List.of(own(), ALLOWED)) {
            assertThat(status("POST", HubSubject.HUB, name, "Origin: " + good)).isEqualTo(200);
            assertThat(status("PUT", "/status/builds", name, "Origin: " + good)).isEqualTo(204);
        }
        assertThat(status("POST", HubSubject.HUB, name)).as("as curl sends it").isEqualTo(200);
    }

    @Test
    void inDevelopmentModeOnlyOwnAndAllowedPagesChangeSomething() throws IOException {
        start("fanfare.dev", "true");

        assertPagesOfOtherOriginsChangeNothing();
        assertThat(status("POST", HubSubject.HUB, "localhost:" + host.port(), "Origin: http://127.0.0.1:3000"))
                .isEqualTo(200);
    }

    @Test
    void withAnonymousPublishingOnlyOwnAndAllowedPagesChangeSomething() throws IOException {
        start("fanfare.auth.anonymous-publish", "true");

        assertPagesOfOtherOriginsChangeNothing();
    }

    @Test
    void aNameThatSomebodyPointsToThisMachineIsNoOwnOrigin() throws IOException {
        start("fanfare.auth.anonymous-publish", "true");

        assertThat(status(
                        "POST",
                        HubSubject.HUB,
                        "evil.example:" + host.port(),
                        "Origin: http://evil.example:" + host.port()))
                .isEqualTo(403);
        assertThat(status("POST", HubSubject.HUB, "hub.example"))
                .as("through a proxy")
                .isEqualTo(200);
    }

    @Test
    void developmentModeRefusesAHostThatIsNoNameOfThisMachine() throws IOException {
        start("fanfare.dev", "true");

        for (String name : List.of("evil.example", "evil_x.example", "127.0.0.1.evil.example", "192.0.2.1", "[::2]")) {
            for (String target : List.of("/", "/status", "/metrics", "/health/live")) {
                assertThat(status("GET", target, name + ":" + host.port()))
                        .as(name + target)
                        .isIn(400, 403);
            }
            assertThat(status("POST", HubSubject.HUB, name)).as(name).isIn(400, 403);
        }
        for (String name : List.of("localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.0.0.2", "[::1]")) {
            assertThat(status("GET", "/health/live", name + ":" + host.port()))
                    .as(name)
                    .isEqualTo(200);
        }
        assertThat(RawHttp.exchange(host.port(), request("GET", "/", "evil.example"))
                        .body())
                .contains("fanfare.http.host");
    }
}
