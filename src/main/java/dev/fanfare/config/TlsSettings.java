package dev.fanfare.config;

import dev.fanfare.event.Ranges;
import dev.fanfare.tls.TlsFiles;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the standalone server speaks TLS.
 *
 * @param files the certificate and its key
 * @param selfSigned whether the server makes the files, for development
 * @param redirectPort where clear HTTP is sent on to HTTPS, 0 to 65535; 0 takes any free one, null for nowhere
 * @param hsts for how long browsers are to use HTTPS alone; zero for not saying it
 */
public record TlsSettings(
        TlsFiles files, boolean selfSigned, @Nullable Integer redirectPort, Duration hsts) {
    static final Duration LONGEST_HSTS = Duration.ofDays(3650);

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public TlsSettings {
        if (redirectPort != null) {
            Ranges.requireBetween("redirect-port", redirectPort, 0, 65_535);
        }
        Ranges.requireBetween("hsts", hsts, Duration.ZERO, LONGEST_HSTS);
    }
}
