package dev.fanfare.auth;

import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.fanfare.auth.TokenRefused.Kind;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Key servers that hang, drip and flood: nobody who checks a token waits for them. */
@Timeout(240)
class KeyServerFaultsTest {
    private static final String SET = new JWKSet(new ECKey.Builder(
                            Curve.P_256, (ECPublicKey) KeyPairs.of(ES256).getPublic())
                    .keyID("k")
                    .build())
            .toString(true);
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: " + SET.length() + "\r\n\r\n" + SET;

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final RecordedLog log = new RecordedLog(KeySet.class.getName());
    private volatile Behaviour behaviour = out -> out.write(GOOD.getBytes(US_ASCII));
    private ServerSocket server;
    private @Nullable Authority authority;

    private interface Behaviour {
        void answer(OutputStream out) throws IOException, InterruptedException;
    }

    @BeforeEach
    void serve() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (!server.isClosed()) {
                Socket client = server.accept();
                connections.incrementAndGet();
                open.incrementAndGet();
                daemon(() -> answer(client));
            }
        });
    }

    private void answer(Socket client) throws IOException {
        try (client) {
            client.getInputStream().read();
            behaviour.answer(client.getOutputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.decrementAndGet();
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // The other side is gone, or the test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (authority != null) {
            authority.close();
        }
        server.close();
        log.close();
    }

    private void start() {
        TokenKey key = TokenKey.ofKeySet(ES256, "http://127.0.0.1:" + server.getLocalPort() + "/keys.json");
        authority = new Authority(new AuthSettings(key, key, true, false, "c", false, TokenLimits.DEFAULTS), ticker);
    }

    private @Nullable Kind refused(@Nullable String id) {
        String token =
                KeyPairs.issuer(ES256).issue(List.of("*"), List.of(), ManualTicker.BEGIN.plusSeconds(36_000), id);
        TokenRefused refused = catchThrowableOfType(TokenRefused.class, () -> authority.publisher(token));
        return refused == null ? null : refused.kind();
    }

    private void awaitGood() {
        await().until(() -> refused("k") == null);
    }

    /** Waits until the next fetch is set, which is so a moment after the keys are good. */
    private void awaitRest() {
        await().until(() -> KeySet.KEPT.equals(ticker.untilFirst()));
    }

    private void awaitFailure(String reason) {
        await().until(() ->
                log.messages().stream().anyMatch(line -> line.contains("can't be fetched") && line.contains(reason)));
    }

    private static void hang(OutputStream out) throws InterruptedException {
        Thread.sleep(600_000);
    }

    private static void drip(OutputStream out) throws IOException, InterruptedException {
        while (true) {
            out.write('a');
            out.flush();
            Thread.sleep(20);
        }
    }

    @Test
    void nobodyWaitsForTheFirstSetOfAServerThatHangs() {
        behaviour = KeyServerFaultsTest::hang;
        start();
        await().until(() -> connections.get() == 1);

        assertThat(refused("k")).isEqualTo(Kind.UNVERIFIABLE);
        assertThat(refused(null)).isEqualTo(Kind.UNVERIFIABLE);
        assertThat(connections).hasValue(1);
    }

    @Test
    void theLastSetHoldsWhileTheServerHangs() {
        start();
        awaitGood();
        awaitRest();
        behaviour = KeyServerFaultsTest::hang;
        ticker.advance(KeySet.KEPT);
        await().until(() -> connections.get() == 2);

        assertThat(refused("k")).isNull();
        assertThat(refused("other")).isEqualTo(Kind.UNVERIFIABLE);
        assertThat(connections).hasValue(2);
    }

    @Test
    void aFetchThatHangsIsBrokenOffAfterItsBoundAndTriedAgain() {
        behaviour = KeyServerFaultsTest::hang;
        start();
        await().until(() -> connections.get() == 1);
        behaviour = out -> out.write(GOOD.getBytes(US_ASCII));
        ticker.advance(KeySet.BOUND);
        awaitFailure("within 5 s");

        await().until(() -> ticker.alarms() == 1); // the next attempt
        ticker.advance(KeySet.RETRY);

        awaitGood();
        assertThat(connections).hasValue(2);
    }

    @Test
    void aHeadThatDripsIsBrokenOffAfterItsBound() {
        behaviour = out -> {
            out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(US_ASCII));
            drip(out);
        };
        start();
        await().until(() -> connections.get() == 1);

        ticker.advance(KeySet.BOUND);

        await().until(() -> open.get() == 0);
        awaitFailure("within 5 s");
    }

    @Test
    void aBodyThatDripsIsBrokenOffAfterItsBound() {
        behaviour = out -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            drip(out);
        };
        start();
        await().until(() -> connections.get() == 1);

        ticker.advance(KeySet.BOUND);

        await().until(() -> open.get() == 0);
        awaitFailure("within 5 s");
    }

    @Test
    void aBodyWithoutEndIsReadToTheLongestLength() {
        behaviour = out -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            byte[] blanks = new byte[65_536];
            while (true) {
                out.write(blanks);
            }
        };
        start();

        awaitFailure("longer than 262144 bytes");
        await().until(() -> open.get() == 0);
    }

    @Test
    void garbageIsAFailureThatLeavesTheLastSet() {
        start();
        awaitGood();
        awaitRest();
        behaviour = out -> out.write("\0\1 this is no HTTP\r\n\r\n".getBytes(US_ASCII));

        ticker.advance(KeySet.KEPT);

        awaitFailure("The previous one stays valid for 4 h");
        assertThat(refused("k")).isNull();
    }

    @Test
    void tokensOfUnknownKeysStartAFetchAtMostTwiceInAnInterval() {
        start();
        awaitGood();
        for (int i = 0; i < 100; i++) {
            String id = "none" + i;
            await().until(() -> refused(id) == Kind.INVALID);
        }

        assertThat(connections).hasValue(3);
    }

    @Test
    void closingBreaksOffAFetch() {
        behaviour = KeyServerFaultsTest::drip;
        start();
        await().until(() -> connections.get() == 1);

        authority.close();

        await().until(() -> open.get() == 0);
        assertThat(log.messages()).isEmpty();
    }
}
