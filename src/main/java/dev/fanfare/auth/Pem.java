package dev.fanfare.auth;

import dev.fanfare.auth.TokenAlgorithm.Family;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys in PEM, see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>. Line breaks may be written as {@code \n},
 * as in one line of an environment variable. Faults say nothing of a key.
 */
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]{1,20000})-----END \\1-----\\s*");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private Pem() {}

    /** Whether a text is meant to be PEM. */
    static boolean looksLike(String text) {
        return text.startsWith(BEGIN);
    }

    private static final class Block {
        private final String label;
        private final byte[] bytes;

        Block(String label, byte[] bytes) {
            this.label = label;
            this.bytes = bytes;
        }

        static Block of(String text) {
            Matcher matcher = BLOCK.matcher(text.replace("\\n", "\n"));
            if (!matcher.matches()) {
                throw new IllegalArgumentException(
                        "is not one key in PEM: give a single block, from -----BEGIN to -----END with the name after"
                                + " it");
            }
            try {
                String base64 = BLANKS.matcher(matcher.group(2)).replaceAll("");
                return new Block(matcher.group(1), Base64.getDecoder().decode(base64));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("is broken: the text between its BEGIN and END is not base64", e);
            }
        }
    }

    /** @throws IllegalArgumentException saying what is wrong and what would be right */
    static PublicKey publicKey(String text, Family family) {
        Block block = Block.of(text);
        return switch (block.label) {
            case "PUBLIC KEY" ->
                decode(family, other -> read(other, new X509EncodedKeySpec(block.bytes), KeyFactory::generatePublic));
            case "CERTIFICATE" -> certified(block.bytes);
            default ->
                throw new IllegalArgumentException(
                        block.label.endsWith("PRIVATE KEY")
                                ? "is a private key, which only the issuer of tokens may have: give its public key"
                                        + " (openssl pkey -in KEY.pem -pubout)"
                                : "is PEM of another kind: give -----BEGIN PUBLIC KEY----- or a certificate");
        };
    }

    private static PublicKey certified(byte[] bytes) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bytes))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("is not a readable certificate", e);
        }
    }

    /** @throws IllegalArgumentException saying what is wrong and what would be right */
    static PrivateKey privateKey(String text, Family family) {
        Block block = Block.of(text);
        if (!block.label.equals("PRIVATE KEY")) {
            throw new IllegalArgumentException(
                    block.label.endsWith("PRIVATE KEY")
                            ? "is a private key in a form that is not supported: convert it to PKCS #8 (openssl pkcs8"
                                    + " -topk8 -nocrypt -in KEY.pem)"
                            : "is not a private key: give -----BEGIN PRIVATE KEY-----");
        }
        return decode(family, other -> read(other, new PKCS8EncodedKeySpec(block.bytes), KeyFactory::generatePrivate));
    }

    /** Tries the family that is wanted, then the others, so that a mix-up is told as such. */
    private static <K> K decode(Family wanted, Function<Family, @Nullable K> attempt) {
        K key = attempt.apply(wanted);
        if (key != null) {
            return key;
        }
        for (Family other : Family.values()) {
            if (other != Family.SECRET && attempt.apply(other) != null) {
                throw new IllegalArgumentException("is " + other + ", where " + wanted + " is needed");
            }
        }
        throw new IllegalArgumentException("is not a readable key: give RSA, EC or Ed25519");
    }

    private interface Generation<K> {
        K generate(KeyFactory factory, KeySpec spec) throws InvalidKeySpecException;
    }

    private static <K> @Nullable K read(Family family, KeySpec spec, Generation<K> generation) {
        try {
            return generation.generate(factory(family), spec);
        } catch (InvalidKeySpecException e) {
            return null; // The caller tries another family, and tells if none is left.
        }
    }

    static KeyFactory factory(Family family) {
        try {
            return KeyFactory.getInstance(
                    switch (family) {
                        case RSA -> "RSA";
                        case EC -> "EC";
                        case ED25519 -> "Ed25519";
                        case SECRET -> throw new IllegalArgumentException("a secret is no PEM");
                    });
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java 17 has " + family, e);
        }
    }
}
