package dev.fanfare.tls;

import dev.fanfare.file.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate for {@code localhost} that nobody certifies, for development. It is made once, by the {@code keytool} of the JVM,
 * and kept in two files, so that a browser that was asked to trust it goes on doing that. Stateless.
 */
public final class DevCertificate {
    private static final System.Logger LOG = System.getLogger(DevCertificate.class.getName());
    private static final String ALIAS = "fanfare";
    private static final String PASSWORD = "fanfare-dev";
    private static final Duration LEFT_AT_LEAST = Duration.ofDays(1);
    private static final int MOST_SECONDS = 60;

    private DevCertificate() {}

    /**
     * Makes the files, unless there are sound ones that do not end within a day.
     *
     * @throws IOException saying what went wrong
     */
    public static void ensure(TlsFiles files, Instant now) throws IOException {
        if (Files.exists(files.certificate()) && Files.exists(files.key())) {
            try {
                LiveIdentity.check(files, now.plus(LEFT_AT_LEAST));
                return;
            } catch (TlsFault e) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "The certificate for development is made anew, since the one that there is " + e.words());
            }
        }
        Path folder = Files.createTempDirectory("fanfare-tls");
        Path store = folder.resolve("store.p12");
        try {
            make(store);
            write(store, files);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate that keytool made can't be read", e);
        } finally {
            Files.deleteIfExists(store);
            Files.delete(folder);
        }
    }

    private static void make(Path store) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost, OU=Fanfare development",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1,ip:0:0:0:0:0:0:0:1",
                "-validity",
                "365",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        Process keytool;
        try {
            keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(
                    "a certificate for development takes the keytool of the JVM, which can't be run: give"
                            + " fanfare.http.tls.certificate and fanfare.http.tls.key",
                    e);
        }
        try {
            keytool.getOutputStream().close();
            if (!keytool.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("keytool made no certificate within " + MOST_SECONDS + " s");
            }
            if (keytool.exitValue() != 0) {
                String words = new String(keytool.getInputStream().readNBytes(2000), StandardCharsets.UTF_8);
                throw new IOException("keytool made no certificate: " + words.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool made a certificate", e);
        } finally {
            keytool.destroyForcibly();
        }
    }

    private static void write(Path made, TlsFiles files) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(made.toFile(), PASSWORD.toCharArray());
        Key key = store.getKey(ALIAS, PASSWORD.toCharArray());
        SecretFile.replace(files.key(), pem("PRIVATE KEY", key.getEncoded()));
        Files.writeString(
                files.certificate(),
                pem("CERTIFICATE", store.getCertificate(ALIAS).getEncoded()));
    }

    private static String pem(String label, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
