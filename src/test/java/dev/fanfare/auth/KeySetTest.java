package dev.fanfare.auth;

import static dev.fanfare.auth.TokenAlgorithm.EDDSA;
import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static dev.fanfare.auth.TokenAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpServer;
import dev.fanfare.auth.TokenRefused.Kind;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key sets from a real server and from files. */
class KeySetTest {
    private final ManualTicker ticker = new ManualTicker();
    private final List<Authority> authorities = new ArrayList<>();
    private final AtomicInteger fetched = new AtomicInteger();
    private final Queue<String> fetchedPaths = new ConcurrentLinkedQueue<>();
    private volatile int status = 200;
    private volatile String answer = "";
    private HttpServer server;

    @TempDir
    Path folder;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            fetched.incrementAndGet();
            fetchedPaths.add(exchange.getRequestURI().getPath());
            byte[] body = answer.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        authorities.forEach(Authority::close);
        server.stop(0);
    }

    private String url() {
        return url("/keys.json");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private Authority authority(TokenKey key) {
        Authority authority =
                new Authority(new AuthSettings(key, key, true, false, "c", false, TokenLimits.DEFAULTS), ticker);
        authorities.add(authority);
        return authority;
    }

    /** What a token is once no fetch is under way that may change it. */
    private static @Nullable Kind settled(Authority authority, String token) {
        await().until(() -> refused(authority, token) != Kind.UNVERIFIABLE);
        return refused(authority, token);
    }

    private static void assertGood(Authority authority, String token) {
        assertThat(settled(authority, token)).isNull();
    }

    private static String token(TokenAlgorithm algorithm, @Nullable String id) {
        return KeyPairs.issuer(algorithm).issue(List.of("*"), List.of(), ManualTicker.BEGIN.plusSeconds(3600), id);
    }

    private static @Nullable Kind refused(Authority authority, String token) {
        TokenRefused refused = catchThrowableOfType(TokenRefused.class, () -> authority.publisher(token));
        return refused == null ? null : refused.kind();
    }

    private static ECKey.Builder ec(String id) {
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) KeyPairs.of(ES256).getPublic()).keyID(id);
    }

    private static String set(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    private static JWK edwards() {
        byte[] encoded = KeyPairs.of(EDDSA).getPublic().getEncoded();
        Base64URL x = Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        return new OctetKeyPair.Builder(Curve.Ed25519, x).keyID("ed").build();
    }

    @Test
    void aTokenIsCheckedByTheKeyThatItNames() {
        JWK rsa = new RSAKey.Builder((RSAPublicKey) KeyPairs.of(RS256).getPublic())
                .keyID("rsa")
                .build();
        answer = set(rsa, ec("ec").build(), edwards());

        for (var named : List.of(List.of(RS256, "rsa"), List.of(ES256, "ec"), List.of(EDDSA, "ed"))) {
            TokenAlgorithm algorithm = (TokenAlgorithm) named.get(0);
            Authority authority = authority(TokenKey.ofKeySet(algorithm, url()));
            assertGood(authority, token(algorithm, (String) named.get(1)));
            assertGood(authority, token(algorithm, null));
        }
    }

    @Test
    void theSetIsFetchedOnceForManyTokens() {
        answer = set(ec("a").build());
        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        for (int i = 0; i < 20; i++) {
            assertGood(authority, token(ES256, "a"));
        }

        assertThat(fetched).hasValue(1);
    }

    @Test
    void anUnknownKeyHasTheSetFetchedAgainButNotForEachToken() {
        answer = set(ec("old").build());
        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        assertGood(authority, token(ES256, "old"));
        answer = set(ec("new").build());

        assertGood(authority, token(ES256, "new"));
        assertThat(fetched).hasValue(2);
        for (int i = 0; i < 50; i++) {
            assertThat(settled(authority, token(ES256, "none" + i))).isEqualTo(Kind.INVALID);
        }
        assertThat(fetched).hasValue(3);
        assertGood(authority, token(ES256, "new"));

        ticker.advance(KeySet.INTERVAL);
        for (int i = 0; i < 50; i++) {
            assertThat(settled(authority, token(ES256, "none" + i))).isEqualTo(Kind.INVALID);
        }
        assertThat(fetched).hasValue(5);
    }

    @Test
    void aKeyForAnotherPurposeIsNotUsed() {
        for (JWK unfit : List.of(
                ec("k").keyUse(KeyUse.ENCRYPTION).build(),
                ec("k").keyOperations(Set.of(KeyOperation.SIGN)).build(),
                ec("k").algorithm(JWEAlgorithm.ECDH_ES).build(),
                new ECKey.Builder(Curve.P_384, (ECPublicKey)
                                KeyPairs.of(TokenAlgorithm.ES384).getPublic())
                        .keyID("k")
                        .build())) {
            answer = set(unfit);
            assertThat(settled(authority(TokenKey.ofKeySet(ES256, url())), token(ES256, "k")))
                    .isEqualTo(Kind.INVALID);
        }
        answer = set(
                ec("k").keyUse(KeyUse.SIGNATURE).algorithm(JWSAlgorithm.ES256).build());
        assertGood(authority(TokenKey.ofKeySet(ES256, url())), token(ES256, "k"));
    }

    @Test
    void aTokenOfAnotherAlgorithmIsRefusedWithoutAFetch() {
        answer = set(ec("k").build());

        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        assertGood(authority, token(ES256, "k"));
        assertThat(refused(authority, RawToken.payload(RawToken.PAYLOAD))).isEqualTo(Kind.INVALID);
        assertThat(fetched).hasValue(1);
    }

    @Test
    void whileTheSetCantBeHadTokensAreNeitherGoodNorBad() {
        for (int refusing : new int[] {500, 302, 404}) {
            status = refusing;
            assertStaysUnverifiable("/" + refusing);
        }
        status = 200;
        for (String nonsense : List.of(
                "",
                "<html>",
                "[]",
                "null",
                "{\"keys\":null}",
                "{\"keys\":" + "[".repeat(100_000),
                " ".repeat(300 << 10))) {
            answer = nonsense;
            assertStaysUnverifiable("/nonsense-of-" + nonsense.length());
        }
    }

    /** @param path its own, since the server may count a fetch only after whoever made it has closed */
    private void assertStaysUnverifiable(String path) {
        try (RecordedLog log = new RecordedLog(KeySet.class.getName())) {
            Authority authority = authority(TokenKey.ofKeySet(ES256, url(path)));
            await().until(() -> log.messages().stream().anyMatch(line -> line.contains("can't be fetched")));
            assertThat(refused(authority, token(ES256, "k"))).isEqualTo(Kind.UNVERIFIABLE);
            authority.close();
        }
        assertThat(fetchedPaths).filteredOn(path::equals).hasSizeBetween(1, 2);
    }

    @Test
    void anOutageLeavesTheKeysThatAreKnownForFourHours() {
        answer = set(ec("k").build());
        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        assertGood(authority, token(ES256, "k"));
        Grant grant = authority.publisher(KeyPairs.issuer(ES256)
                .issue(List.of("*"), List.of(), ManualTicker.BEGIN.plus(Duration.ofDays(1)), "k"));
        status = 500;

        assertThat(refused(authority, token(ES256, "other"))).isEqualTo(Kind.UNVERIFIABLE);
        assertThat(refused(authority, token(ES256, "k"))).isNull();
        ticker.advance(KeySet.KEPT_IN_AN_OUTAGE.minusSeconds(1));
        assertThat(grant.holds()).isTrue();
        ticker.advance(Duration.ofSeconds(2));
        assertThat(grant.holds()).isFalse();
    }

    @Test
    void aKeyThatWasRemovedIsGoodUntilTheNextFetchAlsoForThoseWhoHaveBeenLetIn() {
        answer = set(ec("old").build(), ec("new").build());
        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        assertGood(authority, token(ES256, "old"));
        Grant grant = authority.publisher(token(ES256, "old"));
        answer = set(new ECKey.Builder(
                        Curve.P_256, (ECPublicKey) KeyPairs.ec("secp256r1").getPublic())
                .keyID("new")
                .build());
        // The next fetch is set a moment after the keys are good.
        await().until(() -> KeySet.KEPT.equals(ticker.untilFirst()));

        ticker.advance(KeySet.KEPT);

        await().until(() -> !grant.holds());
        assertThat(settled(authority, token(ES256, "old"))).isEqualTo(Kind.INVALID);
    }

    @Test
    void anEntryThatIsNotUnderstoodIsIgnored() {
        String good = ec("k").build().toJSONString();
        for (String other : List.of(
                "null",
                "5",
                "[]",
                "{}",
                "{\"kty\":5}",
                "{\"kty\":\"LATTICE\",\"kid\":\"k\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"kid\":\"k\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\"}",
                "{\"kty\":\"RSA\",\"n\":null,\"e\":\"AQAB\"}",
                good.replace("\"kid\":\"k\"", "\"kid\":\"x\",\"use\":5"),
                good.replace("\"kid\":\"k\"", "\"kid\":\"x\",\"x5c\":[\"no certificate\"]"))) {
            answer = "{\"keys\":[" + other + "," + good + "," + other + "]}";

            assertGood(authority(TokenKey.ofKeySet(ES256, url())), token(ES256, "k"));
        }
    }

    @Test
    void aFileIsCheckedAtStart() throws IOException {
        Path file = Files.writeString(folder.resolve("keys.json"), set(ec("k").build()));

        assertThat(refused(authority(TokenKey.ofKeySet(ES256, file.toString())), token(ES256, "k")))
                .isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenKey.ofKeySet(RS256, file.toString()))
                .withMessageContaining("has no key for checking signatures of RS256");
        for (String none : List.of("{\"keys\":5}", "{\"keys\":null}", "null", "[null]", "")) {
            Files.writeString(file, none);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenKey.ofKeySet(ES256, file.toString()))
                    .withMessageContaining("is not a JSON Web Key Set");
        }
        Files.writeString(file, "{\"keys\":[null]}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenKey.ofKeySet(ES256, file.toString()))
                .withMessageContaining("has no key for checking signatures");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenKey.ofKeySet(ES256, file.toString()))
                .withMessageContaining("is not text in UTF-8");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> TokenKey.ofKeySet(ES256, folder.resolve("none").toString()))
                .withMessageContaining("is not a file that can be read");
    }

    @Test
    void anUrlHasToBeHttpsExceptOnThisMachine() {
        for (String url : List.of(
                "http://192.0.2.1/keys",
                "HTTP://login.invalid/keys",
                "http://127.0.0.1.example/",
                "http://localhost.example/")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenKey.ofKeySet(ES256, url))
                    .withMessageContaining("without encryption");
        }
        for (String url : List.of("https:///keys", "https://u:p@example.org/", "https://a b/", "https://a/#x")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenKey.ofKeySet(ES256, url))
                    .withMessageContaining("is not a URL");
        }
        for (String url :
                List.of("http://127.0.0.1:1/", "http://localhost/", "http://LOGIN.localhost/", "http://[::1]/")) {
            assertThat(TokenKey.ofKeySet(ES256, url).algorithm()).isEqualTo(ES256);
        }
        assertThat(TokenKey.ofKeySet(ES256, "https://example.org/keys?secret=hidden")
                        .toString())
                .doesNotContain("hidden");
    }
}
