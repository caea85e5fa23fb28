package dev.fanfare.tls;

import dev.fanfare.file.SmallFile;
import dev.fanfare.file.UnfitFile;
import dev.fanfare.tls.TlsFault.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
        try {
            return new String(
                    SmallFile.bytes(file, MOST_KIB),
                    part == Part.PASSWORD ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        } catch (UnfitFile e) {
            throw new TlsFault(part, e.words(), e);
        } catch (IOException e) {
            throw new TlsFault(part, "can't be read: give a file that exists and that this process may read", e);
        }
    }
}
