package dev.fanfare.auth;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How tokens are signed. See <a href="https://www.rfc-editor.org/rfc/rfc7518#section-3.1">RFC 7518, 3.1</a> and, for EdDSA,
 * <a href="https://www.rfc-editor.org/rfc/rfc8037#section-3.1">RFC 8037, 3.1</a>.
 */
public enum TokenAlgorithm {
    /** HMAC with SHA-256; the secret has at least 32 bytes. */
    HS256("HS256", Family.SECRET),
    /** HMAC with SHA-384; the secret has at least 48 bytes. */
    HS384("HS384", Family.SECRET),
    /** HMAC with SHA-512; the secret has at least 64 bytes. */
    HS512("HS512", Family.SECRET),
    /** RSA PKCS #1 v1.5 with SHA-256. */
    RS256("RS256", Family.RSA),
    /** RSA PKCS #1 v1.5 with SHA-384. */
    RS384("RS384", Family.RSA),
    /** RSA PKCS #1 v1.5 with SHA-512. */
    RS512("RS512", Family.RSA),
    /** RSA PSS with SHA-256. */
    PS256("PS256", Family.RSA),
    /** RSA PSS with SHA-384. */
    PS384("PS384", Family.RSA),
    /** RSA PSS with SHA-512. */
    PS512("PS512", Family.RSA),
    /** ECDSA on P-256 with SHA-256. */
    ES256("ES256", Family.EC),
    /** ECDSA on P-384 with SHA-384. */
    ES384("ES384", Family.EC),
    /** ECDSA on P-521 with SHA-512. */
    ES512("ES512", Family.EC),
    /** Ed25519. */
    EDDSA("EdDSA", Family.ED25519);

    /** What kind of key an algorithm needs. */
    enum Family {
        SECRET("a secret text"),
        RSA("an RSA key"),
        EC("an EC key"),
        ED25519("an Ed25519 key");

        private final String words;

        Family(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    private final String jwsName;
    private final Family family;

    TokenAlgorithm(String jwsName, Family family) {
        this.jwsName = jwsName;
        this.family = family;
    }

    /**
     * The algorithm of that name.
     *
     * @throws IllegalArgumentException saying what is wrong, as it follows the text: "is no such algorithm"
     */
    public static TokenAlgorithm of(String name) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is no such algorithm"));
    }

    /** All names, for people. */
    public static String names() {
        return Arrays.stream(values()).map(TokenAlgorithm::toString).collect(Collectors.joining("`, `", "`", "`"));
    }

    /** Whether the key that checks tokens is also the one that makes them. */
    public boolean isSymmetric() {
        return family == Family.SECRET;
    }

    JWSAlgorithm jws() {
        return JWSAlgorithm.parse(jwsName);
    }

    Family family() {
        return family;
    }

    /** Fewest bytes of a secret: as many as the hash has. RFC 7518, 3.2. */
    int leastSecretBytes() {
        return switch (this) {
            case HS256 -> 32;
            case HS384 -> 48;
            case HS512 -> 64;
            default -> throw new IllegalStateException(this + " needs no secret");
        };
    }

    /** The name as tokens and the configuration have it. */
    @Override
    public String toString() {
        return jwsName;
    }
}
