package dev.fanfare.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates and keys as {@code openssl} writes them, in a folder. A test that needs them is skipped where it is missing. */
public final class PemFiles {
    private static final String ALTERNATIVE_NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1";

    private final Path folder;

    public PemFiles(Path folder) {
        this.folder = folder;
    }

    /** A file of the folder. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    /** Runs {@code openssl} in the folder. */
    public void openssl(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "openssl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeThat(e).as("openssl is not installed").isNull();
            return;
        }
        try (InputStream out = process.getInputStream()) {
            String words = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(words).isZero();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** A self-signed certificate for this machine, for a key that there is. */
    public Path certify(String key, String certificate, String commonName) {
        openssl(
                "req",
                "-x509",
                "-key",
                key,
                "-out",
                certificate,
                "-days",
                "30",
                "-subj",
                "/CN=" + commonName,
                "-addext",
                ALTERNATIVE_NAMES);
        return file(certificate);
    }

    /** A pair of {@code NAME.key} and {@code NAME.crt}, EC. */
    public PemFiles pair(String name) {
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name + ".key");
        certify(name + ".key", name + ".crt", name);
        return this;
    }

    /** A client that trusts a certificate of the folder and nothing else. */
    public SSLContext trusting(String certificate) {
        try (InputStream in = Files.newInputStream(file(certificate))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "it", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
