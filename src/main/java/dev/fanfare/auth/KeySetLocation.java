package dev.fanfare.auth;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Locale;

/**
 * Where a key set is.
 *
 * @param url of a file, or http or https
 */
record KeySetLocation(URI url) {
    /** Longest key set, in bytes. */
    static final int MAX_BYTES = 256 << 10;

    private static final String RIGHT = "give a file, or a URL such as https://login.example.org/keys.json";

    static KeySetLocation of(String place, TokenAlgorithm algorithm) {
        String lower = place.toLowerCase(Locale.ROOT);
        if (lower.startsWith("https:") || lower.startsWith("http:")) {
            return new KeySetLocation(url(place, lower.startsWith("http:")));
        }
        return new KeySetLocation(file(place, algorithm));
    }

    private static URI url(String place, boolean clear) {
        URI url;
        try {
            url = URI.create(place);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is no URL: " + RIGHT, e);
        }
        if (url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
            throw new IllegalArgumentException("is no URL with a host, and without a user: " + RIGHT);
        }
        if (clear && !isLoopback(url.getHost())) {
            throw new IllegalArgumentException(
                    "would come in the clear, so that anybody on the way could put keys into it: give an https URL");
        }
        return url;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** A file is there at start, or never. */
    private static URI file(String place, TokenAlgorithm algorithm) {
        try {
            Path path = Path.of(place);
            if (Files.size(path) > MAX_BYTES) {
                throw new IllegalArgumentException("is longer than " + MAX_BYTES + " bytes");
            }
            if (KeySet.fitting(JWKSet.parse(Files.readString(path)), algorithm).isEmpty()) {
                throw new IllegalArgumentException(
                        "has no key that is for " + algorithm + " and for checking signatures");
            }
            return path.toAbsolutePath().toUri();
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException("is no file that can be read: " + RIGHT, e);
        } catch (ParseException e) {
            throw new IllegalArgumentException("is no JSON Web Key Set (RFC 7517)", e);
        }
    }

    VerificationKeys open(TokenAlgorithm algorithm) {
        try {
            URL opened = url.toURL();
            return new KeySet(opened, algorithm);
        } catch (MalformedURLException e) {
            throw new IllegalStateException("checked when it was made", e);
        }
    }

    /** Without the query, which may hold a secret. */
    @Override
    public String toString() {
        return url.getScheme() + "://" + (url.getHost() == null ? "" : url.getHost()) + url.getPath();
    }
}
