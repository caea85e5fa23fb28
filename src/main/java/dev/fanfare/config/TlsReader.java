package dev.fanfare.config;

import dev.fanfare.config.Values.Found;
import dev.fanfare.tls.LiveIdentity;
import dev.fanfare.tls.TlsFault;
import dev.fanfare.tls.TlsFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code fanfare.http.tls.*} and looks whether the files can be used. */
final class TlsReader {
    /** What a certificate for development and its key are called, in the working directory. */
    static final TlsFiles SELF_SIGNED =
            new TlsFiles(Path.of("fanfare-dev-certificate.pem"), Path.of("fanfare-dev-key.pem"), null);

    private final Values values;
    private final Faults faults;

    TlsReader(Values values, Faults faults) {
        this.values = values;
        this.faults = faults;
    }

    /**
     * The settings; null for clear text. They mean nothing if there are faults.
     *
     * @param dev whether this is for development
     */
    @Nullable
    TlsSettings read(boolean dev) {
        boolean selfSigned = values.get(Keys.TLS_SELF_SIGNED);
        Found certificate = values.find(Keys.TLS_CERTIFICATE.name());
        Found key = values.find(Keys.TLS_KEY.name());
        if (selfSigned) {
            requireAlone(dev, certificate != null ? certificate : key);
            return settings(SELF_SIGNED, true);
        }
        if (certificate == null && key == null) {
            requireNothingElse();
            return null;
        }
        if (certificate == null || key == null) {
            Found one = certificate != null ? certificate : Objects.requireNonNull(key);
            Key<String> other = certificate != null ? Keys.TLS_KEY : Keys.TLS_CERTIFICATE;
            faults.add(one, "is not enough for TLS", "give " + other.name() + " too");
            return null;
        }
        TlsFiles files = files(certificate, key);
        return files == null ? null : settings(files, false);
    }

    private TlsSettings settings(TlsFiles files, boolean selfSigned) {
        Found port = values.find(Keys.TLS_REDIRECT_PORT.name());
        Integer redirect = port == null ? null : values.get(Keys.TLS_REDIRECT_PORT, 0);
        if (port != null && redirect != null && redirect != 0 && redirect.equals(values.get(Keys.PORT))) {
            faults.add(port, "is the port that TLS is on", "give another, such as 80, or leave it out");
        }
        return new TlsSettings(files, selfSigned, redirect, values.get(Keys.TLS_HSTS));
    }

    private void requireAlone(boolean dev, @Nullable Found file) {
        Found found = values.find(Keys.TLS_SELF_SIGNED.name());
        if (found != null && file != null) {
            faults.add(found, "and " + file.key() + " (" + file.origin() + ") are both set", "give one of them");
        } else if (found != null && !dev) {
            faults.add(
                    found,
                    "is for development, since nobody certifies such a certificate",
                    "set fanfare.dev (--dev), or give " + Keys.TLS_CERTIFICATE.name() + " and " + Keys.TLS_KEY.name());
        }
    }

    private void requireNothingElse() {
        for (Key<?> key : List.of(Keys.TLS_PASSWORD_FILE, Keys.TLS_REDIRECT_PORT, Keys.TLS_HSTS)) {
            Found found = values.find(key.name());
            if (found != null) {
                faults.add(
                        found,
                        "has no effect without TLS",
                        "give " + Keys.TLS_CERTIFICATE.name() + " and " + Keys.TLS_KEY.name() + ", or leave it out");
            }
        }
    }

    private @Nullable TlsFiles files(Found certificate, Found key) {
        Found password = values.find(Keys.TLS_PASSWORD_FILE.name());
        Path first = path(certificate);
        Path second = path(key);
        Path third = password == null ? null : path(password);
        if (Stream.of(first, second).anyMatch(Objects::isNull)) {
            return null;
        }
        TlsFiles files = new TlsFiles(Objects.requireNonNull(first), Objects.requireNonNull(second), third);
        try {
            LiveIdentity.check(files, Instant.now());
        } catch (TlsFault e) {
            Found wrong = switch (e.part()) {
                case CERTIFICATE -> certificate;
                case KEY -> key;
                case PASSWORD -> password == null ? key : password;
            };
            faults.add(wrong, "the file " + e.words());
        }
        return files;
    }

    private @Nullable Path path(Found found) {
        try {
            return Path.of(found.value());
        } catch (InvalidPathException e) {
            faults.add(found, "is not a file name", "give the name of a file in PEM");
            return null;
        }
    }
}
