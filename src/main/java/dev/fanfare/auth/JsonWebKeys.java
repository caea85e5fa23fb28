package dev.fanfare.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.Key;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a JSON Web Key Set that tokens of one algorithm may be signed by. An entry that can't be read, or is meant for
 * something else, is ignored, as <a href="https://www.rfc-editor.org/rfc/rfc7517#section-5">RFC 7517, 5</a> says. Immutable.
 *
 * @param usable in the order of the set
 * @param ignored how many entries are no keys at all
 */
record JsonWebKeys(List<Usable> usable, int ignored) {
    /** RFC 8410, 4: what stands before the 32 bytes of an Ed25519 key in its encoding. */
    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** A key of the set, ready to check signatures. */
    record Usable(@Nullable String id, Key key, JWSVerifier verifier) {}

    JsonWebKeys {
        usable = List.copyOf(usable);
    }

    /** @throws ParseException if the text is no key set; its message holds nothing of the text */
    static JsonWebKeys parse(String text, TokenAlgorithm algorithm) throws ParseException {
        JWKMatcher wanted = new JWKMatcher.Builder()
                .keyType(KeyType.forAlgorithm(algorithm.jws()))
                .algorithms(algorithm.jws(), null)
                .keyUses(KeyUse.SIGNATURE, null)
                .build();
        List<Usable> usable = new ArrayList<>();
        int ignored = 0;
        for (Object entry : entries(text)) {
            JWK jwk = read(entry);
            if (jwk == null) {
                ignored++;
            } else if (wanted.matches(jwk) && isForVerifying(jwk)) {
                Usable key = usable(jwk, algorithm);
                if (key != null) {
                    usable.add(key);
                }
            }
        }
        return new JsonWebKeys(usable, ignored);
    }

    private static List<?> entries(String text) throws ParseException {
        Map<String, Object> object;
        try {
            object = JSONObjectUtils.parse(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
        } catch (ParseException e) {
            throw new ParseException("it is not a JSON object", 0);
        }
        if (object == null || !(object.get("keys") instanceof List<?> keys)) {
            throw new ParseException("it has no list 'keys'", 0);
        }
        return keys;
    }

    private static @Nullable JWK read(@Nullable Object entry) {
        if (!(entry instanceof Map<?, ?> members)) {
            return null;
        }
        try {
            @SuppressWarnings("unchecked") // a name in JSON is a text
            Map<String, Object> typed = (Map<String, Object>) members;
            return JWK.parse(typed);
        } catch (ParseException | RuntimeException e) { // the library throws both for broken members
            return null;
        }
    }

    private static boolean isForVerifying(JWK key) {
        return key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY);
    }

    /** Null for a key of another curve or size, which is none for this algorithm. */
    private static @Nullable Usable usable(JWK jwk, TokenAlgorithm algorithm) {
        try {
            Key key = key(jwk);
            return key == null ? null : new Usable(jwk.getKeyID(), key, TokenKey.verifier(algorithm, key));
        } catch (JOSEException | InvalidKeySpecException | IllegalArgumentException e) {
            return null;
        }
    }

    /** The JDK has Ed25519, the library has not. */
    private static @Nullable Key key(JWK jwk) throws JOSEException, InvalidKeySpecException {
        if (jwk instanceof OctetKeyPair pair) {
            byte[] x = pair.getDecodedX();
            byte[] encoded = new byte[ED25519_PREFIX.length + x.length];
            System.arraycopy(ED25519_PREFIX, 0, encoded, 0, ED25519_PREFIX.length);
            System.arraycopy(x, 0, encoded, ED25519_PREFIX.length, x.length);
            return Pem.factory(TokenAlgorithm.Family.ED25519).generatePublic(new X509EncodedKeySpec(encoded));
        }
        return jwk instanceof AsymmetricJWK pair ? pair.toPublicKey() : null;
    }

    /** The keys that a token with this {@code kid} may be signed by; with none, all. */
    List<Usable> named(@Nullable String id) {
        return id == null
                ? usable
                : usable.stream().filter(key -> id.equals(key.id())).toList();
    }

    Set<Key> keys() {
        Set<Key> keys = new HashSet<>();
        usable.forEach(one -> keys.add(one.key()));
        return keys;
    }

    /** Shows no key. */
    @Override
    public String toString() {
        return "JsonWebKeys[" + usable.size() + "]";
    }
}
