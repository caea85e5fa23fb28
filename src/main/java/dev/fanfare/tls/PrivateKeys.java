package dev.fanfare.tls;

import dev.fanfare.tls.TlsFault.Part;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/*
 * Java reads PKCS #8 alone. The two older forms are what PKCS #8 holds in its last field:
 *
 *   PKCS #8   SEQUENCE { INTEGER 0, SEQUENCE { algorithm, parameters }, OCTET STRING { key } }
 *   PKCS #1   RSAPrivateKey, the key of a PKCS #8 with the algorithm rsaEncryption
 *   SEC 1     ECPrivateKey, the key of a PKCS #8 with the algorithm id-ecPublicKey; it names its curve in [0]
 */
/**
 * Private keys in PEM, as openssl writes them: {@code PRIVATE KEY}, {@code ENCRYPTED PRIVATE KEY} (RFC 5958), {@code RSA PRIVATE
 * KEY} (RFC 8017, A.1.2) and {@code EC PRIVATE KEY} (RFC 5915). Stateless.
 */
final class PrivateKeys {
    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----\\s*((?:[A-Za-z-]+:[^\\n]*\\n)*)([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

    /** Below 64 KiB in DER. */
    private static final int MOST_CHARS = 80_000;

    private static final byte[] VERSION_0 = {2, 1, 0};
    /** rsaEncryption with NULL: 1.2.840.113549.1.1.1. */
    private static final byte[] RSA = {
        0x30, 0x0d, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
    };
    /** id-ecPublicKey: 1.2.840.10045.2.1. */
    private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    private static final int OCTET_STRING = 4;
    private static final int OBJECT_IDENTIFIER = 6;
    private static final int SEQUENCE = 0x30;
    private static final int CURVE = 0xa0;

    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private PrivateKeys() {}

    /**
     * The first private key of a text.
     *
     * @param password of an encrypted key
     * @throws TlsFault saying what is wrong and what would be right
     */
    static PrivateKey read(String pem, @Nullable String password) {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw fault("holds no whole private key in PEM: give -----BEGIN PRIVATE KEY----- to its END line", null);
        }
        if (!block.group(2).isEmpty()) {
            throw fault(
                    "is encrypted in a form of before PKCS #8: convert it with openssl pkcs8 -topk8 -in KEY.pem", null);
        }
        byte[] bytes = decoded(block.group(3));
        boolean isEncrypted = block.group(1).equals("ENCRYPTED PRIVATE KEY");
        if (!isEncrypted && password != null) {
            throw new TlsFault(
                    Part.PASSWORD, "is for a key that has no password: leave it out, or give the encrypted key");
        }
        try {
            return switch (block.group(1)) {
                case "PRIVATE KEY" -> ofPkcs8(new PKCS8EncodedKeySpec(bytes));
                case "RSA PRIVATE KEY" -> ofPkcs8(pkcs8(RSA, bytes));
                case "EC PRIVATE KEY" -> ofPkcs8(pkcs8(der(SEQUENCE, EC, curve(bytes)), bytes));
                case "ENCRYPTED PRIVATE KEY" -> ofPkcs8(decrypted(bytes, password));
                default -> throw fault("holds a key of another kind: give RSA, EC or Ed25519", null);
            };
        } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw fault("is broken: what stands between its BEGIN and END is no key", e);
        }
    }

    private static TlsFault fault(String words, @Nullable Throwable cause) {
        return new TlsFault(Part.KEY, words, cause);
    }

    private static byte[] decoded(String base64) {
        if (base64.length() > MOST_CHARS) {
            throw fault("is longer than any key", null);
        }
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw fault("is broken: what stands between its BEGIN and END is not base64", e);
        }
    }

    private static PrivateKey ofPkcs8(PKCS8EncodedKeySpec spec) {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // Another algorithm's key, mostly; told below if it is none's.
            }
        }
        throw fault("holds no key that can be used: give RSA, EC (P-256, P-384, P-521) or Ed25519", null);
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] bytes, @Nullable String password) {
        if (password == null) {
            throw fault("is encrypted: name the file with its password in fanfare.http.tls.key-password-file", null);
        }
        EncryptedPrivateKeyInfo encrypted;
        try {
            encrypted = new EncryptedPrivateKeyInfo(bytes);
        } catch (IOException | RuntimeException e) {
            throw fault("is broken: what stands between its BEGIN and END is no encrypted key", e);
        }
        try {
            String algorithm = algorithm(encrypted);
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.toCharArray())),
                    encrypted.getAlgParameters());
            return encrypted.getKeySpec(cipher);
        } catch (NoSuchAlgorithmException e) {
            throw fault(
                    "is encrypted in a way that is not supported: convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc",
                    e);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new TlsFault(Part.PASSWORD, "does not hold the password of the key", e);
        }
    }

    /** PBES2 is a family; the parameters know which of it. */
    private static String algorithm(EncryptedPrivateKeyInfo encrypted) {
        AlgorithmParameters parameters = encrypted.getAlgParameters();
        return encrypted.getAlgName().equals("PBES2") || encrypted.getAlgName().equals("1.2.840.113549.1.5.13")
                ? String.valueOf(parameters)
                : encrypted.getAlgName();
    }

    private static PKCS8EncodedKeySpec pkcs8(byte[] algorithm, byte[] key) {
        return new PKCS8EncodedKeySpec(der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key)));
    }

    /** The name of the curve in a SEC 1 key: SEQUENCE { INTEGER 1, OCTET STRING, [0] { OBJECT IDENTIFIER }, ... }. */
    private static byte[] curve(byte[] key) {
        int at = content(key, 0);
        while (at < key.length) {
            int inside = content(key, at);
            if ((key[at] & 0xff) == CURVE && key[inside] == OBJECT_IDENTIFIER) {
                byte[] name = new byte[content(key, inside) - inside + length(key, inside)];
                System.arraycopy(key, inside, name, 0, name.length);
                return name;
            }
            at = inside + length(key, at);
        }
        throw fault("names no curve: convert it with openssl pkcs8 -topk8 -nocrypt -in KEY.pem", null);
    }

    /** The index of the first byte of content of what begins at an index. */
    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < content(der, at); i++) {
            length = (length << 8) | (der[i] & 0xff);
        }
        if (length < 0) {
            throw new IndexOutOfBoundsException("a length of " + length);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : length < 0x100
                        ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        byte[] all = Arrays.copyOf(head, head.length + length);
        int at = head.length;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
