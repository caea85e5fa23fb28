package dev.fanfare.auth;

import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static dev.fanfare.auth.TokenAlgorithm.HS256;
import static dev.fanfare.auth.TokenAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.fanfare.auth.TokenRefused.Kind;
import dev.fanfare.testing.ManualTicker;
import java.net.URI;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of broken token is refused for what is wrong with it, the first time and again. */
class BrokenTokensTest {
    private static final String GOOD = RawToken.payload(RawToken.PAYLOAD);

    private static Authority authority(TokenAlgorithm algorithm) {
        TokenKey key = KeyPairs.key(algorithm);
        return new Authority(
                new AuthSettings(key, key, true, true, "c", false, TokenLimits.DEFAULTS), new ManualTicker());
    }

    private static void assertRefused(TokenAlgorithm algorithm, String token, String words) {
        Authority authority = authority(algorithm);
        for (int i = 0; i < 2; i++) {
            TokenRefused refused = catchThrowableOfType(TokenRefused.class, () -> authority.publisher(token));
            assertThat(refused).as(words).isNotNull().hasMessageContaining(words);
            assertThat(refused.kind()).isEqualTo(Kind.INVALID);
        }
    }

    private static void assertRefused(String token, String words) {
        assertRefused(HS256, token, words);
    }

    @Test
    void theModelOfThemAllIsGood() {
        assertThat(authority(HS256).publisher(GOOD).anonymous()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "", "hs256", "HS256 "})
    void anAlgorithmOfNoneOrSpelledOtherwiseIsRefused(String alg) {
        String header = "{\"alg\":\"" + alg + "\"}";

        assertRefused(RawToken.with(header, RawToken.PAYLOAD), "must be signed with HS256");
        assertRefused(RawToken.base64(header) + "." + RawToken.base64(RawToken.PAYLOAD) + ".", "three parts");
        assertRefused(ES256, RawToken.with(header, RawToken.PAYLOAD), "must be signed with ES256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"alg\":null}", "{\"alg\":5}", "{\"alg\":[\"HS256\"]}"})
    void aHeaderWithoutAnAlgorithmIsRefused(String header) {
        assertRefused(RawToken.with(header, RawToken.PAYLOAD), "must be signed with HS256");
    }

    @Test
    void thePublicKeyUsedAsASecretIsRefused() {
        String content = RawToken.base64(RawToken.HEADER) + "." + RawToken.base64(RawToken.PAYLOAD);
        for (String secret : List.of(
                KeyPairs.publicText(RS256),
                KeyPairs.publicText(RS256).strip(),
                new String(KeyPairs.of(RS256).getPublic().getEncoded(), ISO_8859_1))) {
            assertRefused(RS256, RawToken.signed(content, secret.getBytes(ISO_8859_1)), "must be signed with RS256");
        }
        String relabelled = RawToken.base64("{\"alg\":\"RS256\"}") + "." + RawToken.base64(RawToken.PAYLOAD);
        assertRefused(
                RS256,
                RawToken.signed(relabelled, KeyPairs.publicText(RS256).getBytes(UTF_8)),
                "signature of the token is wrong");
    }

    @ParameterizedTest
    @EnumSource
    void anotherLabelOnASignatureIsRefused(TokenAlgorithm algorithm) {
        for (TokenAlgorithm other : TokenAlgorithm.values()) {
            if (other == algorithm) {
                continue;
            }
            String header = RawToken.base64("{\"alg\":\"" + algorithm + "\"}");
            String[] parts = issued(other).split("\\.");
            assertRefused(algorithm, issued(other), "must be signed with " + algorithm);
            assertRefused(algorithm, header + "." + parts[1] + "." + parts[2], "signature of the token is wrong");
        }
    }

    private static String issued(TokenAlgorithm algorithm) {
        return KeyPairs.issuer(algorithm).issue(List.of("*"), List.of("*"), ManualTicker.BEGIN.plusSeconds(3600), null);
    }

    @ParameterizedTest
    @EnumSource
    void aSignatureOfAnotherKeyIsRefused(TokenAlgorithm algorithm) {
        String[] parts = issued(algorithm).split("\\.");
        byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
        for (int i : new int[] {0, signature.length / 2, signature.length - 1}) {
            byte[] changed = signature.clone();
            changed[i] ^= 1;
            assertRefused(
                    algorithm,
                    parts[0] + "." + parts[1] + "." + RawToken.base64(changed),
                    "signature of the token is wrong");
        }
        for (int length : new int[] {1, signature.length - 1, signature.length + 1}) {
            String other = RawToken.base64(Arrays.copyOf(signature, length));
            assertRefused(algorithm, parts[0] + "." + parts[1] + "." + other, "signature of the token is wrong");
        }
        String zeros = RawToken.base64(new byte[signature.length]);
        assertRefused(algorithm, parts[0] + "." + parts[1] + "." + zeros, "signature of the token is wrong");
    }

    @Test
    void aSwappedPayloadIsRefused() {
        String[] parts = RawToken.mercure("{\"publish\":[\"a\"]}").split("\\.");

        assertRefused(
                parts[0] + "." + RawToken.base64(RawToken.PAYLOAD) + "." + parts[2], "signature of the token is wrong");
    }

    @Test
    void anotherSpellingOfAGoodTokenIsRefused() {
        char last = GOOD.charAt(GOOD.length() - 1);
        String sameBits = GOOD.substring(0, GOOD.length() - 1) + (char) (last + 1);

        for (String spelling : List.of(
                GOOD + "=", GOOD + "\n", " " + GOOD, GOOD + ".", "." + GOOD, GOOD.replace(".", ". "), sameBits)) {
            assertRefused(spelling, "three parts of base64url");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b", "a..c", "a.b.c.d.e", "Bearer x", "\u00e4.b.c", "a.b.\u0000"})
    void whatIsNoTokenIsRefused(String token) {
        assertRefused(token, "three parts of base64url");
    }

    @Test
    void aHeaderThatIsNoJsonOrSaysAThingTwiceIsRefused() {
        for (String header : List.of(
                "x",
                "[]",
                "{",
                "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
                "{\"alg\":\"HS256\"}}",
                "{\"alg\":\"HS256\",}")) {
            assertRefused(RawToken.with(header, RawToken.PAYLOAD), "header of the token is malformed");
        }
    }

    @Test
    void anExtensionInTheHeaderIsRefused() {
        assertRefused(
                RawToken.with("{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", RawToken.PAYLOAD), "extensions");
        assertRefused(RawToken.with("{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", RawToken.PAYLOAD), "extensions");
    }

    @Test
    void aKeyThatTheTokenBringsAlongIsNotHeeded() throws Exception {
        ECKey own = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .jwk(own.toPublicJWK())
                .keyID("k")
                .jwkURL(URI.create("https://example.org/keys.json"))
                .build();
        JWSObject token = new JWSObject(header, new Payload(RawToken.PAYLOAD));
        token.sign(new ECDSASigner(own));

        assertRefused(ES256, token.serialize(), "signature of the token is wrong");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "true", "[1]", "{}", "-1"})
    void aTimeThatIsNoNumberOfSecondsIsRefused(String time) {
        assertRefused(RawToken.payload("{\"exp\":" + time + "}"), "claim exp of the token must be a number");
        assertRefused(RawToken.payload("{\"nbf\":" + time + "}"), "claim nbf of the token must be a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"*\"", "[\"*\"]", "true", "1"})
    void aClaimThatIsNoObjectIsRefused(String claim) {
        assertRefused(RawToken.mercure(claim), "claim mercure of the token must be an object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"*\"", "{\"*\":1}", "true", "[1]", "[[\"*\"]]", "[\"a\",null]", "[{\"match\":\"*\"}]"})
    void aListOfSelectorsThatIsNoneIsRefused(String list) {
        assertRefused(
                RawToken.mercure("{\"publish\":" + list + "}"),
                "mercure.publish of the token must be a list of strings");
        assertRefused(
                RawToken.mercure("{\"subscribe\":" + list + "}"),
                "mercure.subscribe of the token must be a list of strings");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"\"]", "[\"a\\nb\"]", "[\"a\\u0000\"]", "[\"\\ud800\"]"})
    void aSelectorThatIsNoneIsRefused(String list) {
        assertRefused(
                RawToken.mercure("{\"publish\":" + list + "}"), "mercure.publish of the token has an invalid selector");
    }

    @Test
    void aSelectorThatIsTooLongIsRefused() {
        assertRefused(RawToken.mercure("{\"publish\":[\"" + "a".repeat(4097) + "\"]}"), "an invalid selector");
    }

    @Test
    void moreThanAThousandSelectorsAreRefused() {
        String list = String.join(",", Collections.nCopies(1000, "\"a\""));

        assertThat(authority(HS256)
                        .publisher(RawToken.mercure("{\"publish\":[" + list + "]}"))
                        .anonymous())
                .isFalse();
        assertRefused(RawToken.mercure("{\"publish\":[" + list + ",\"a\"]}"), "more than 1000 selectors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"mercure\":{\"publish\":[]},\"mercure\":{\"publish\":[\"*\"]}}",
                "{\"mercure\":{\"publish\":[],\"publish\":[\"*\"]}}",
                "{\"mercure\":{\"publish\":[],\"pub\\u006cish\":[\"*\"]}}",
                "{\"exp\":1,\"exp\":9999999999}"
            })
    void aClaimThatStandsTwiceIsRefused(String payload) {
        assertRefused(RawToken.payload(payload), "a duplicate name in an object");
    }

    @Test
    void deepNestingIsRefusedWhereverItIs() {
        String arrays = "[".repeat(2500) + "]".repeat(2500);
        String objects = "{\"a\":".repeat(900) + "1" + "}".repeat(900);

        assertRefused(RawToken.payload("{\"x\":" + arrays + "}"), "nested deeper than 16");
        assertRefused(RawToken.mercure("{\"publish\":" + arrays + "}"), "nested deeper than 16");
        assertRefused(RawToken.payload("{\"x\":" + objects + "}"), "nested deeper than 16");
        assertRefused(RawToken.payload("[".repeat(5000)), "is not a JSON object");
        assertRefused(
                RawToken.with("{\"alg\":\"HS256\",\"x\":" + arrays + "}", RawToken.PAYLOAD),
                "header of the token is malformed");
    }

    @Test
    void aNumberWithoutEndIsRefused() {
        assertRefused(RawToken.payload("{\"exp\":1" + "0".repeat(5000) + "}"), "a number of more than 40 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "[]", "1", "null", "{", "{\"a\"}", "{}x", "{}{}", "{'a':1}", "{\"a\":1,}", "{\"a\":NaN}"
            })
    void aPayloadThatIsNoJsonObjectIsRefused(String payload) {
        String token = payload.isEmpty() ? RawToken.payload(" ") : RawToken.payload(payload);
        assertRefused(token, "The payload of the token is");
    }

    @Test
    void aPayloadThatIsNoUtf8IsRefused() {
        byte[] payload = "{\"sub\":\"\u00e4\"}".getBytes(ISO_8859_1);

        assertRefused(RawToken.with(RawToken.HEADER.getBytes(UTF_8), payload), "is not text in UTF-8");
    }

    @Test
    void aMegabyteIsRefusedWithoutBeingRead() {
        String huge = RawToken.payload("{\"x\":\"" + "a".repeat(1 << 20) + "\"}");

        assertRefused(huge, "more than 65536 characters");
        assertRefused("\u20ac".repeat(65_537), "more than 65536 characters");
        assertRefused("a".repeat(65_536), "three parts of base64url");
    }

    @Test
    void anEncryptedTokenIsRefused() {
        assertRefused("a.b.c.d.e", "three parts of base64url");
        assertRefused(
                RawToken.with("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", RawToken.PAYLOAD), "must be signed with HS256");
    }
}
