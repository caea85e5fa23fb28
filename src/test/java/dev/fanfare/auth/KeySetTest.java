package dev.fanfare.auth;

import static dev.fanfare.auth.TokenAlgorithm.EDDSA;
import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static dev.fanfare.auth.TokenAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key sets from a real server and from files. */
class KeySetTest {
    private final AtomicInteger fetched = new AtomicInteger();
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
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys.json";
    }

    private static Authority authority(TokenKey key) {
        return new Authority(new AuthSettings(key, key, true, false, "c", false), new ManualTicker());
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
            assertThat(authority
                            .publisher(token(algorithm, (String) named.get(1)))
                            .anonymous())
                    .isFalse();
            assertThat(authority.publisher(token(algorithm, null)).anonymous()).isFalse();
            authority.close();
        }
    }

    @Test
    void theSetIsFetchedOnceForManyTokens() {
        answer = set(ec("a").build());
        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        for (int i = 0; i < 20; i++) {
            authority.publisher(token(ES256, "a"));
        }

        assertThat(fetched).hasValue(1);
    }

    @Test
    void anUnknownKeyHasTheSetFetchedAgainButNotForEachToken() {
        answer = set(ec("old").build());
        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        authority.publisher(token(ES256, "old"));
        answer = set(ec("new").build());

        assertThat(authority.publisher(token(ES256, "new")).anonymous()).isFalse();
        assertThat(fetched).hasValue(2);
        for (int i = 0; i < 50; i++) {
            assertThat(refused(authority, token(ES256, "none" + i))).isEqualTo(Kind.INVALID);
        }
        assertThat(fetched).hasValue(2);
        assertThat(authority.publisher(token(ES256, "new")).anonymous()).isFalse();
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
            assertThat(refused(authority(TokenKey.ofKeySet(ES256, url())), token(ES256, "k")))
                    .isEqualTo(Kind.INVALID);
        }
        answer = set(
                ec("k").keyUse(KeyUse.SIGNATURE).algorithm(JWSAlgorithm.ES256).build());
        assertThat(refused(authority(TokenKey.ofKeySet(ES256, url())), token(ES256, "k")))
                .isNull();
    }

    @Test
    void aTokenOfAnotherAlgorithmIsRefusedWithoutAFetch() {
        answer = set(ec("k").build());

        assertThat(refused(authority(TokenKey.ofKeySet(ES256, url())), RawToken.payload(RawToken.PAYLOAD)))
                .isEqualTo(Kind.INVALID);
        assertThat(fetched).hasValue(0);
    }

    @Test
    void whileTheSetCantBeHadTokensAreNeitherGoodNorBad() {
        for (int refusing : new int[] {500, 302, 404}) {
            status = refusing;
            assertThat(refused(authority(TokenKey.ofKeySet(ES256, url())), token(ES256, "k")))
                    .isEqualTo(Kind.UNVERIFIABLE);
        }
        status = 200;
        for (String nonsense : List.of("", "<html>", "[]", "{\"keys\":" + "[".repeat(100_000), " ".repeat(300 << 10))) {
            answer = nonsense;
            assertThat(refused(authority(TokenKey.ofKeySet(ES256, url())), token(ES256, "k")))
                    .isEqualTo(Kind.UNVERIFIABLE);
        }
        assertThat(fetched).hasValue(8);
    }

    @Test
    void anOutageLeavesTheKeysThatAreKnown() {
        answer = set(ec("k").build());
        Authority authority = authority(TokenKey.ofKeySet(ES256, url()));
        authority.publisher(token(ES256, "k"));
        status = 500;

        assertThat(refused(authority, token(ES256, "other"))).isIn(Kind.INVALID, Kind.UNVERIFIABLE);
        assertThat(refused(authority, token(ES256, "k"))).isNull();
    }

    @Test
    void aFileIsCheckedAtStart() throws IOException {
        Path file = Files.writeString(folder.resolve("keys.json"), set(ec("k").build()));

        assertThat(refused(authority(TokenKey.ofKeySet(ES256, file.toString())), token(ES256, "k")))
                .isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenKey.ofKeySet(RS256, file.toString()))
                .withMessageContaining("has no key that is for RS256");
        Files.writeString(file, "{\"keys\":5}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenKey.ofKeySet(ES256, file.toString()))
                .withMessageContaining("is no JSON Web Key Set");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> TokenKey.ofKeySet(ES256, folder.resolve("none").toString()))
                .withMessageContaining("is no file that can be read");
    }

    @Test
    void anUrlHasToBeHttpsExceptOnThisMachine() {
        for (String url : List.of("http://192.0.2.1/keys", "HTTP://login.invalid/keys")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenKey.ofKeySet(ES256, url))
                    .withMessageContaining("in the clear");
        }
        for (String url : List.of("https:///keys", "https://u:p@example.org/", "https://a b/", "https://a/#x")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenKey.ofKeySet(ES256, url))
                    .withMessageContaining("is no URL");
        }
        assertThat(TokenKey.ofKeySet(ES256, "https://example.org/keys?secret=hidden")
                        .toString())
                .doesNotContain("hidden");
    }
}
