package dev.fanfare.auth;

import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;

/** A key for each algorithm, as operators write them; made once. */
final class KeyPairs {
    static final String SECRET = "a secret that is long enough for each of the three HS algorithms, as 64 bytes are";
    private static final KeyPair RSA = pair("RSA", null, 2048);

    private static final Map<TokenAlgorithm, KeyPair> PAIRS = new EnumMap<>(TokenAlgorithm.class);

    private KeyPairs() {}

    static synchronized KeyPair of(TokenAlgorithm algorithm) {
        return PAIRS.computeIfAbsent(algorithm, wanted -> switch (wanted) {
            case ES256 -> ec("secp256r1");
            case ES384 -> ec("secp384r1");
            case ES512 -> ec("secp521r1");
            case EDDSA -> pair("Ed25519", null, 0);
            default -> RSA;
        });
    }

    static KeyPair ec(String curve) {
        return pair("EC", new ECGenParameterSpec(curve), 0);
    }

    static KeyPair pair(String name, AlgorithmParameterSpec spec, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(name);
            if (spec != null) {
                generator.initialize(spec);
            } else if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException | java.security.InvalidAlgorithmParameterException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What checks tokens. */
    static String publicText(TokenAlgorithm algorithm) {
        return algorithm.isSymmetric()
                ? SECRET
                : pem("PUBLIC KEY", of(algorithm).getPublic());
    }

    /** What makes them. */
    static String privateText(TokenAlgorithm algorithm) {
        return algorithm.isSymmetric()
                ? SECRET
                : pem("PRIVATE KEY", of(algorithm).getPrivate());
    }

    static String pem(String label, Key key) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    static TokenKey key(TokenAlgorithm algorithm) {
        return TokenKey.of(algorithm, publicText(algorithm));
    }

    static TokenIssuer issuer(TokenAlgorithm algorithm) {
        return TokenIssuer.of(algorithm, privateText(algorithm));
    }
}
