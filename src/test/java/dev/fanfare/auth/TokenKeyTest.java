package dev.fanfare.auth;

import static dev.fanfare.auth.TokenAlgorithm.EDDSA;
import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static dev.fanfare.auth.TokenAlgorithm.ES384;
import static dev.fanfare.auth.TokenAlgorithm.HS256;
import static dev.fanfare.auth.TokenAlgorithm.HS384;
import static dev.fanfare.auth.TokenAlgorithm.HS512;
import static dev.fanfare.auth.TokenAlgorithm.PS256;
import static dev.fanfare.auth.TokenAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.Key;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A key and its algorithm fit, or are refused in words without the key. */
class TokenKeyTest {

    private static void assertRefused(TokenAlgorithm algorithm, String key, String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenKey.of(algorithm, key))
                .withMessageContaining(words)
                .satisfies(e -> assertThat(String.valueOf(e.getMessage())).doesNotContain(middle(key)));
    }

    /** Some of the key that no message has by chance. */
    private static String middle(String key) {
        return key.substring(key.length() / 2, key.length() / 2 + Math.min(12, key.length() / 2));
    }

    @Test
    void aSecretHasAsManyBytesAsTheHash() {
        for (var least : List.of(HS256, HS384, HS512)) {
            int bytes = least.leastSecretBytes();
            assertRefused(least, "x".repeat(bytes - 1), "has " + (bytes - 1) + " bytes, and " + least);
            assertThat(TokenKey.of(least, "x".repeat(bytes)).algorithm()).isEqualTo(least);
        }
        // Bytes count, not characters.
        assertThat(TokenKey.of(HS256, "\u20ac".repeat(11)).algorithm()).isEqualTo(HS256);
    }

    @Test
    void aKeyInPemIsNoSecret() {
        assertRefused(HS256, KeyPairs.publicText(RS256), "HS256 needs a secret text: set the algorithm of the key");
        assertRefused(HS512, KeyPairs.privateText(ES256), "HS512 needs a secret text: set the algorithm of the key");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"HS256", "HS384", "HS512"})
    void aSecretIsNoPublicKey(TokenAlgorithm algorithm) {
        assertRefused(algorithm, KeyPairs.SECRET, algorithm + " needs a public key in PEM");
    }

    @Test
    void aKeyOfAnotherKindOrCurveOrSizeIsRefused() {
        assertRefused(RS256, KeyPairs.publicText(ES256), "is an EC key, where an RSA key is needed");
        assertRefused(ES256, KeyPairs.publicText(PS256), "is an RSA key, where an EC key is needed");
        assertRefused(EDDSA, KeyPairs.publicText(ES256), "is an EC key, where an Ed25519 key is needed");
        assertRefused(ES256, KeyPairs.publicText(EDDSA), "is an Ed25519 key, where an EC key is needed");
        assertRefused(ES256, KeyPairs.publicText(ES384), "is not a key for ES256, which needs an EC key on P-256");
        assertRefused(RS256, small(), "is not a key for RS256, which needs an RSA key of 2048 to 8192 bits");
        assertRefused(PS256, small(), "is not a key for PS256, which needs an RSA key of 2048 to 8192 bits");
    }

    private static String small() {
        return KeyPairs.pem("PUBLIC KEY", KeyPairs.pair("RSA", null, 1024).getPublic());
    }

    @Test
    void aPrivateKeyIsRefusedWhereThePublicOneBelongs() {
        assertRefused(ES256, KeyPairs.privateText(ES256), "is a private key, which only the issuer of tokens may have");
    }

    @Test
    void brokenPemIsRefused() {
        String good = KeyPairs.publicText(ES256);
        assertRefused(ES256, good.replace("-----END PUBLIC KEY-----", ""), "is not one key in PEM");
        assertRefused(ES256, good + good, "is not one key in PEM: give a single block");
        assertRefused(ES256, good.replace("PUBLIC", "SECRET"), "is PEM of another kind");
        assertRefused(ES256, good.replaceFirst("\n.", "\n="), "base64");
        String garbage = Base64.getEncoder().encodeToString(new byte[60]);
        assertRefused(
                ES256,
                "-----BEGIN PUBLIC KEY-----\n" + garbage + "\n-----END PUBLIC KEY-----",
                "is not a readable key");
        assertRefused(
                ES256,
                "-----BEGIN CERTIFICATE-----\n" + garbage + "\n-----END CERTIFICATE-----",
                "is not a readable certificate");
    }

    @Test
    void pemMayBeWrittenInOneLine() {
        String oneLine = KeyPairs.publicText(ES256).replace("\n", "\\n");

        assertThat(TokenKey.of(ES256, oneLine)).isEqualTo(KeyPairs.key(ES256));
        assertThat(TokenKey.of(ES256, KeyPairs.publicText(ES256).replace("\n", "\r\n")))
                .isEqualTo(KeyPairs.key(ES256));
    }

    @Test
    void aPublicKeyMakesNoTokensAndAPrivateOneHasToBePkcs8() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenIssuer.of(KeyPairs.key(ES256)))
                .withMessageContaining("needs a private key for signing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenIssuer.of(ES256, KeyPairs.publicText(ES256)))
                .withMessageContaining("is not a private key");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        TokenIssuer.of(ES256, KeyPairs.privateText(ES256).replace("PRIVATE KEY", "EC PRIVATE KEY")))
                .withMessageContaining("openssl pkcs8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenIssuer.of(ES384, KeyPairs.privateText(ES256)))
                .withMessageContaining("is not a key for ES384");
    }

    @ParameterizedTest
    @EnumSource
    void anIssuerKnowsTheKeyThatItsTokensAreGoodBy(TokenAlgorithm algorithm) {
        TokenIssuer issuer = KeyPairs.issuer(algorithm);

        assertThat(issuer.fits(KeyPairs.key(algorithm))).isTrue();
        TokenKey other = algorithm.isSymmetric()
                ? TokenKey.of(algorithm, KeyPairs.SECRET + "!")
                : TokenKey.of(algorithm, KeyPairs.pem("PUBLIC KEY", another(algorithm)));
        assertThat(issuer.fits(other)).isFalse();
    }

    private static Key another(TokenAlgorithm algorithm) {
        return switch (algorithm) {
            case ES256 -> KeyPairs.ec("secp256r1").getPublic();
            case ES384 -> KeyPairs.ec("secp384r1").getPublic();
            case ES512 -> KeyPairs.ec("secp521r1").getPublic();
            case EDDSA -> KeyPairs.pair("Ed25519", null, 0).getPublic();
            default -> KeyPairs.pair("RSA", null, 2048).getPublic();
        };
    }

    @Test
    void aKeyOfThisRunIsNewEachTime() {
        TokenKey key = TokenKey.random();

        assertThat(key.ofThisRun()).isTrue();
        assertThat(key).isNotEqualTo(TokenKey.random());
        assertThat(TokenIssuer.of(key).fits(key)).isTrue();
        assertThatThrownBy(() -> TokenKey.ofKeySet(HS256, "keys.json")).hasMessageContaining("HS256 needs a secret");
    }
}
