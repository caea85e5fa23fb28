package dev.fanfare.tls;

import dev.fanfare.tls.TlsFault.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the certificate and its key are.
 *
 * @param certificate the server's certificate and those that certify it, in PEM
 * @param key the private key, in PEM
 * @param passwordFile holds the password of the key; null for a key without one
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path passwordFile) {
    private static final int MOST_KIB = 1024;

    /** All files must be named. */
    public TlsFiles {
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
    }

    /**
     * What the files hold at one time.
     *
     * @param password null for none
     */
    record Contents(
            String certificate, String key, @Nullable String password) {}

    /** @throws TlsFault if one of them can't be read */
    Contents read() {
        return new Contents(
                text(Part.CERTIFICATE, certificate),
                text(Part.KEY, key),
                // An editor ends the only line too.
                passwordFile == null
                        ? null
                        : text(Part.PASSWORD, passwordFile).lines().findFirst().orElse(""));
    }

    /** One character a byte: PEM is ASCII, and what stands around its blocks may be anything. */
    private static String text(Part part, Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) { // a pipe would hold whoever reads it for ever
            throw new TlsFault(part, "is no file but a directory, a pipe or a device: give a file in PEM");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((MOST_KIB << 10) + 1);
            if (bytes.length > MOST_KIB << 10) {
                throw new TlsFault(part, "is longer than " + MOST_KIB + " KiB: give a file in PEM");
            }
            return new String(bytes, part == Part.PASSWORD ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new TlsFault(part, "can't be read: give a file that exists and that this process may read", e);
        }
    }
}
