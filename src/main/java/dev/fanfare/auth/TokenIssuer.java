package dev.fanfare.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.fanfare.event.Selector;
import java.security.Key;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Makes tokens with the claim {@code mercure}: for the command line, and for the lines that are printed at start. Thread-safe. */
public final class TokenIssuer {
    private final TokenAlgorithm algorithm;
    private final JWSSigner signer;

    private TokenIssuer(TokenAlgorithm algorithm, JWSSigner signer) {
        this.algorithm = algorithm;
        this.signer = signer;
    }

    /**
     * Signs with the secret that tokens are checked with.
     *
     * @throws IllegalArgumentException if the key is no secret
     */
    public static TokenIssuer of(TokenKey key) {
        if (!(key.key() instanceof SecretKey secret)) {
            throw new IllegalArgumentException(
                    key.algorithm() + " needs a private key for signing, and only the public one is configured");
        }
        return new TokenIssuer(key.algorithm(), signer(key.algorithm(), secret));
    }

    /**
     * Signs with a key as operators write it.
     *
     * @param text a secret for HMAC, else a private key in PEM (PKCS #8)
     * @throws IllegalArgumentException if the key and the algorithm do not fit; says what would be right, and nothing of the key
     */
    public static TokenIssuer of(TokenAlgorithm algorithm, String text) {
        if (algorithm.isSymmetric()) {
            return new TokenIssuer(algorithm, signer(algorithm, TokenKey.secret(algorithm, text)));
        }
        if (!Pem.looksLike(text)) {
            throw new IllegalArgumentException(
                    algorithm + " needs a private key in PEM, which begins with -----BEGIN PRIVATE KEY-----");
        }
        return new TokenIssuer(algorithm, signer(algorithm, Pem.privateKey(text, algorithm.family())));
    }

    private static JWSSigner signer(TokenAlgorithm algorithm, SecretKey secret) {
        return required(algorithm, () -> new MACSigner(secret));
    }

    private static JWSSigner signer(TokenAlgorithm algorithm, PrivateKey key) {
        return required(algorithm, () -> {
            if (key instanceof ECPrivateKey ec) {
                return new ECDSASigner(ec);
            }
            return algorithm == TokenAlgorithm.EDDSA ? new Ed25519.Signer(key) : new RSASSASigner(key);
        });
    }

    private interface Making {
        JWSSigner make() throws JOSEException;
    }

    private static JWSSigner required(TokenAlgorithm algorithm, Making making) {
        try {
            JWSSigner signer = making.make();
            if (signer.supportedJWSAlgorithms().contains(algorithm.jws())) {
                return signer;
            }
        } catch (JOSEException e) {
            throw new IllegalArgumentException("is not a key for " + algorithm, e);
        }
        throw new IllegalArgumentException("is not a key for " + algorithm);
    }

    /**
     * A signed token.
     *
     * @param publish selectors of what may be published to
     * @param subscribe selectors of which private events are seen
     * @param expiresAt its {@code exp}
     * @param keyId names the key, as key sets need it; null to leave it out
     * @throws IllegalArgumentException if a selector is none
     */
    public String issue(List<String> publish, List<String> subscribe, Instant expiresAt, @Nullable String keyId) {
        Map<String, Object> mercure = new LinkedHashMap<>();
        add(mercure, "publish", publish);
        add(mercure, "subscribe", subscribe);
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .expirationTime(Date.from(expiresAt))
                .claim("mercure", mercure)
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm.jws())
                        .type(JOSEObjectType.JWT)
                        .keyID(keyId)
                        .build(),
                claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("The key can't sign", e);
        }
        return token.serialize();
    }

    /** Whether its tokens are good by that key; taken for granted of a key set, which may be elsewhere. */
    public boolean fits(TokenKey key) {
        Key single = key.key();
        if (single == null) {
            return true;
        }
        try {
            JWSObject token = JWSObject.parse(issue(List.of(), List.of(), Instant.EPOCH, null));
            return VerificationKeys.verify(token, TokenKey.verifier(key.algorithm(), single));
        } catch (ParseException e) {
            throw new IllegalStateException("A token that was just made can't be read", e);
        }
    }

    private static void add(Map<String, Object> mercure, String name, List<String> selectors) {
        selectors.forEach(Selector::parse);
        if (!selectors.isEmpty()) {
            mercure.put(name, selectors);
        }
    }

    /** Shows no key. */
    @Override
    public String toString() {
        return "TokenIssuer[" + algorithm + "]";
    }
}
