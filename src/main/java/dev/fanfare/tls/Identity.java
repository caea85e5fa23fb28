package dev.fanfare.tls;

import dev.fanfare.tls.TlsFault.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate with its chain, and its private key, that belong together. Thread-safe. */
final class Identity {
    private static final char[] IN_MEMORY = "in memory".toCharArray();
    private static final byte[] PROOF = "this key belongs to that certificate".getBytes(StandardCharsets.US_ASCII);

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private Identity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = key;
    }

    /**
     * Reads and checks an identity.
     *
     * @throws TlsFault saying what is wrong and what would be right
     */
    static Identity of(TlsFiles.Contents contents, Instant now) {
        List<X509Certificate> chain = certificates(contents.certificate());
        requireValid(chain, now);
        requireOrder(chain);
        PrivateKey key = PrivateKeys.read(contents.key(), contents.password());
        requireMatch(chain.get(0), key);
        return new Identity(chain, key);
    }

    private static TlsFault fault(String words) {
        return new TlsFault(Part.CERTIFICATE, words);
    }

    private static List<X509Certificate> certificates(String pem) {
        if (!pem.contains("-----BEGIN CERTIFICATE-----")) {
            throw fault(
                    "holds no certificate in PEM: give -----BEGIN CERTIFICATE----- to its END line, the server's first");
        }
        // What else a file holds, a key for example, is none of the factory's business.
        StringBuilder blocks = new StringBuilder();
        for (String part : pem.split("(?=-----BEGIN )", -1)) {
            if (part.startsWith("-----BEGIN CERTIFICATE-----")) {
                blocks.append(part);
            }
        }
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(blocks.toString().getBytes(StandardCharsets.ISO_8859_1)))) {
                chain.add((X509Certificate) certificate);
            }
            return chain;
        } catch (CertificateException e) {
            throw new TlsFault(Part.CERTIFICATE, "is broken: a certificate of it can't be read, as of half a file", e);
        }
    }

    private static void requireValid(List<X509Certificate> chain, Instant now) {
        for (X509Certificate certificate : chain) {
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                throw fault("holds a certificate that has expired at "
                        + certificate.getNotAfter().toInstant() + " (" + name(certificate) + "): renew it");
            }
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                throw fault("holds a certificate that is valid only from "
                        + certificate.getNotBefore().toInstant() + " on (" + name(certificate)
                        + "): check the clock of this machine, or wait");
            }
        }
    }

    /** Clients take what comes first for the server's, and many do not look for the next one. */
    private static void requireOrder(List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            try {
                chain.get(i).verify(chain.get(i + 1).getPublicKey());
            } catch (GeneralSecurityException e) {
                throw new TlsFault(
                        Part.CERTIFICATE,
                        "is out of order: '" + name(chain.get(i)) + "' is not certified by '"
                                + name(chain.get(i + 1)) + "', which follows it; give the server's certificate"
                                + " first, then the one that certifies it, and so on",
                        e);
            }
        }
    }

    private static void requireMatch(X509Certificate certificate, PrivateKey key) {
        String family = key.getAlgorithm();
        String algorithm = switch (family) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> family;
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROOF);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROOF);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new TlsFault(Part.KEY, mismatch(certificate), e);
        }
        throw new TlsFault(Part.KEY, mismatch(certificate));
    }

    private static String mismatch(X509Certificate certificate) {
        return "is not the key of the certificate '" + name(certificate)
                + "': give the key that it was made with (if the chain is in the wrong order, put the server's"
                + " certificate first)";
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    /** Whether the last of the chain has certified itself. */
    boolean endsInItself() {
        X509Certificate last = chain.get(chain.size() - 1);
        try {
            last.verify(last.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false; // by another one, which clients have
        }
    }

    /** Who it is and how long it is valid, for the log. */
    String words() {
        X509Certificate first = chain.get(0);
        return "'" + name(first) + "', valid until " + first.getNotAfter().toInstant();
    }

    /** Until when all of the chain is valid. */
    Instant end() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** What makes TLS engines that show it. */
    SSLContext context() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("fanfare", key, IN_MEMORY, chain.toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, IN_MEMORY);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Java has TLS", e);
        }
    }
}
