package dev.fanfare.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import dev.fanfare.stream.Ticker;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What tokens are checked with, bound to one algorithm: a secret, a public key, or the place of a key set. Immutable; {@code
 * toString} shows no key.
 */
public final class TokenKey {
    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 8192;
    private static final int RANDOM_BYTES = 32;

    private final TokenAlgorithm algorithm;
    private final @Nullable Key key;
    private final @Nullable KeySetLocation place;
    private final boolean ofThisRun;

    private TokenKey(TokenAlgorithm algorithm, @Nullable Key key, @Nullable KeySetLocation place, boolean ofThisRun) {
        this.algorithm = algorithm;
        this.key = key;
        this.place = place;
        this.ofThisRun = ofThisRun;
    }

    /**
     * A key as operators write it.
     *
     * @param text a secret for HMAC, else a public key or a certificate in PEM
     * @throws IllegalArgumentException if the key and the algorithm do not fit; says what would be right, and nothing of the key
     */
    public static TokenKey of(TokenAlgorithm algorithm, String text) {
        return new TokenKey(
                algorithm,
                algorithm.isSymmetric() ? secret(algorithm, text) : requireFit(algorithm, publicKey(algorithm, text)),
                null,
                false);
    }

    /**
     * The keys of a JSON Web Key Set (RFC 7517).
     *
     * @param place a file, or an https URL; http only to this machine
     * @throws IllegalArgumentException if there can be none, or a file holds none for this algorithm; says what would be right
     */
    public static TokenKey ofKeySet(TokenAlgorithm algorithm, String place) {
        if (algorithm.isSymmetric()) {
            throw new IllegalArgumentException("a key set has public keys, and " + algorithm
                    + " needs a secret: set the algorithm of its keys, such as ES256 or RS256");
        }
        return new TokenKey(algorithm, null, KeySetLocation.of(place, algorithm), false);
    }

    /** A secret for HS256 that nobody knows yet. */
    public static TokenKey random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new TokenKey(TokenAlgorithm.HS256, new SecretKeySpec(bytes, "HmacSHA256"), null, true);
    }

    static SecretKey secret(TokenAlgorithm algorithm, String text) {
        if (Pem.looksLike(text)) {
            throw new IllegalArgumentException("is a key in PEM, and " + algorithm + " needs a secret text: set the"
                    + " algorithm of the key, such as ES256, RS256 or EdDSA");
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < algorithm.leastSecretBytes()) {
            throw new IllegalArgumentException("has " + bytes.length + " bytes, and " + algorithm + " needs at least "
                    + algorithm.leastSecretBytes() + " (openssl rand -hex " + algorithm.leastSecretBytes()
                    + " makes a good one)");
        }
        return new SecretKeySpec(bytes, "Hmac");
    }

    private static PublicKey publicKey(TokenAlgorithm algorithm, String text) {
        if (!Pem.looksLike(text)) {
            throw new IllegalArgumentException(
                    algorithm + " needs a public key in PEM, which begins with -----BEGIN" + " PUBLIC KEY-----");
        }
        return Pem.publicKey(text, algorithm.family());
    }

    private static PublicKey requireFit(TokenAlgorithm algorithm, PublicKey key) {
        verifier(algorithm, key);
        return key;
    }

    /** @throws IllegalArgumentException if the key and the algorithm do not fit */
    static JWSVerifier verifier(TokenAlgorithm algorithm, Key key) {
        try {
            JWSVerifier verifier = madeFor(algorithm, key);
            if (verifier != null && verifier.supportedJWSAlgorithms().contains(algorithm.jws())) {
                return verifier;
            }
        } catch (JOSEException e) {
            throw new IllegalArgumentException("is not a key for " + algorithm, e);
        }
        throw new IllegalArgumentException("is not a key for " + algorithm + ", which needs " + needed(algorithm));
    }

    private static @Nullable JWSVerifier madeFor(TokenAlgorithm algorithm, Key key) throws JOSEException {
        if (key instanceof SecretKey secret && algorithm.isSymmetric()) {
            return new MACVerifier(secret);
        }
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            return bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS ? null : new RSASSAVerifier(rsa);
        }
        if (key instanceof ECPublicKey ec) {
            return new ECDSAVerifier(ec);
        }
        boolean isEd25519 = key instanceof EdECPublicKey edwards
                && edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
        return isEd25519 ? new Ed25519.Verifier((PublicKey) key) : null;
    }

    private static String needed(TokenAlgorithm algorithm) {
        return switch (algorithm) {
            case HS256, HS384, HS512 -> "a secret text";
            case RS256, RS384, RS512, PS256, PS384, PS512 ->
                "an RSA key of " + LEAST_RSA_BITS + " to " + MOST_RSA_BITS + " bits";
            case ES256 -> "an EC key on P-256";
            case ES384 -> "an EC key on P-384";
            case ES512 -> "an EC key on P-521";
            case EDDSA -> "an Ed25519 key";
        };
    }

    /** The one algorithm that tokens have to name. */
    public TokenAlgorithm algorithm() {
        return algorithm;
    }

    /** Whether it was made by {@link #random} for this run, and no token of another run is good. */
    public boolean ofThisRun() {
        return ofThisRun;
    }

    /** The key, or null where it is a set of them. */
    @Nullable
    Key key() {
        return key;
    }

    /**
     * Fetches the key set, if there is one, and looks into it. Blocks for seconds at most.
     *
     * @return what keeps tokens from being checked with it, in words; empty if nothing does
     */
    public Optional<String> keySetFault() {
        return place == null ? Optional.empty() : place.fault(algorithm);
    }

    /** Whether there is a set of keys. */
    public boolean isKeySet() {
        return place != null;
    }

    VerificationKeys keys(Ticker ticker) {
        return place != null ? place.open(algorithm, ticker) : one();
    }

    /**
     * The keys, ready at once; a key set is fetched first. Blocks for seconds at most.
     *
     * @throws KeysMissing if it can't be fetched, or has no key
     */
    VerificationKeys keysNow(Ticker ticker) {
        return place != null ? place.openNow(algorithm, ticker) : one();
    }

    private VerificationKeys one() {
        Key only = Objects.requireNonNull(key);
        return new VerificationKeys.One(only, verifier(algorithm, only));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenKey that
                && algorithm == that.algorithm
                && Objects.equals(key, that.key)
                && Objects.equals(place, that.place);
    }

    @Override
    public int hashCode() {
        return Objects.hash(algorithm, place);
    }

    @Override
    public String toString() {
        return "TokenKey[" + algorithm + "]";
    }
}
