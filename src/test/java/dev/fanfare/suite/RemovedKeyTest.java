package dev.fanfare.suite;

import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpServer;
import dev.fanfare.auth.TokenIssuer;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams that are open when the key of their token is removed from the key set. */
@Timeout(240)
class RemovedKeyTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final KeyPair oldKey = pair();
    private final KeyPair newKey = pair();
    private volatile String set = "";
    private HttpServer keys;
    private GrizzlyHost host;

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey jwk(String id, KeyPair pair) {
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                .keyID(id)
                .build();
    }

    private static String header(String id, KeyPair pair) {
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----";
        String token = TokenIssuer.of(ES256, pem)
                .issue(List.of("*"), List.of("*"), Instant.now().plusSeconds(3600), id);
        return Tokens.header(token);
    }

    @BeforeEach
    void start() throws IOException {
        set = new JWKSet(jwk("old", oldKey)).toString(true);
        keys = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        keys.createContext("/", exchange -> {
            byte[] body = set.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        keys.start();
        host = GrizzlyHost.start(Map.of(
                "fanfare.demo.enabled", "false",
                "fanfare.history.store", "memory",
                "fanfare.stream.heartbeat", "100ms",
                "fanfare.auth.algorithm", "ES256",
                "fanfare.auth.jwks", "http://127.0.0.1:" + keys.getAddress().getPort() + "/keys.json",
                "fanfare.status.builds.push", "true",
                "fanfare.status.builds.access", "token"));
    }

    @AfterEach
    void stop() {
        host.close();
        keys.stop(0);
    }

    private int put(String header) {
        return RawHttp.request(
                        host.port(), "PUT", "/status/builds", List.of(header, "Content-Type: application/json"), "1")
                .status();
    }

    @Test
    void theyEndWithAHeartbeatAfterTheSetWasFetched() {
        String old = header("old", oldKey);
        await().atMost(LONG).until(() -> put(old) == 204);
        try (EventStream anonymous = EventStream.open(host.port(), HubSubject.HUB + "?topic=a");
                EventStream hub = EventStream.open(host.port(), HubSubject.HUB + "?topic=a", old);
                EventStream status = EventStream.open(host.port(), "/status/builds/stream", old)) {
            hub.awaitComments(3);
            assertThat(status.next().data()).isEqualTo("1");
            set = new JWKSet(jwk("new", newKey)).toString(true);
            String latest = header("new", newKey); // an unknown key has the set fetched

            await().atMost(LONG).until(() -> put(latest) == 204);

            assertThat(hub.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
            assertThat(status.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
            await().atMost(LONG).until(() -> put(old) == 401); // 503 while the key is looked for
            assertThat(anonymous.isOpen()).isTrue();
        }
    }
}
