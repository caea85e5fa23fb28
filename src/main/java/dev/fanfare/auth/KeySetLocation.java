package dev.fanfare.auth;

import dev.fanfare.file.SmallFile;
import dev.fanfare.file.UnfitFile;
import dev.fanfare.stream.Ticker;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where a key set is.
 *
 * @param url of a file, or http or https
 * @param atStart what a file holds; null for a URL, which may be slow to answer, so nobody waits for it
 */
record KeySetLocation(URI url, @Nullable JsonWebKeys atStart) {
    /** Longest key set, in bytes. */
    static final int MAX_BYTES = 256 << 10;

    private static final String RIGHT = "give a file, or a URL such as https://login.example.org/keys.json";

    static KeySetLocation of(String place, TokenAlgorithm algorithm) {
        String lower = place.toLowerCase(Locale.ROOT);
        if (lower.startsWith("https:") || lower.startsWith("http:")) {
            return new KeySetLocation(url(place, lower.startsWith("http:")), null);
        }
        return file(place, algorithm);
    }

    private static URI url(String place, boolean clear) {
        URI url;
        try {
            url = URI.create(place);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not a URL: " + RIGHT, e);
        }
        if (url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
            throw new IllegalArgumentException("is not a URL with a host and without a user name: " + RIGHT);
        }
        if (clear && !LoopbackName.matches(url.getHost())) {
            throw new IllegalArgumentException(
                    "would be fetched without encryption, which lets others put keys into it on the way: give an https URL");
        }
        return url;
    }

    /** A file is there at start, or never. */
    private static KeySetLocation file(String place, TokenAlgorithm algorithm) {
        try {
            Path path = Path.of(place);
            JsonWebKeys keys = JsonWebKeys.parse(SmallFile.text(path, MAX_BYTES >> 10), algorithm);
            if (keys.usable().isEmpty()) {
                throw new IllegalArgumentException("has no key for checking signatures of " + algorithm);
            }
            return new KeySetLocation(path.toAbsolutePath().toUri(), keys);
        } catch (UnfitFile e) {
            throw new IllegalArgumentException(e.words(), e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is not text in UTF-8", e);
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException("is not a file that can be read: " + RIGHT, e);
        } catch (ParseException e) {
            throw new IllegalArgumentException("is not a JSON Web Key Set (RFC 7517): " + e.getMessage(), e);
        }
    }

    /** What keeps the set from being used, asking for it now. A fetch that hangs is given up after its bound. */
    Optional<String> fault(TokenAlgorithm algorithm) {
        try {
            fetched(algorithm);
            return Optional.empty();
        } catch (KeysMissing e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What is there now. A fetch that hangs is given up after its bound. */
    private JsonWebKeys fetched(TokenAlgorithm algorithm) {
        if (atStart != null) {
            return atStart;
        }
        try {
            KeySetFetch fetch = new KeySetFetch(url.toURL(), KeySet.BOUND);
            CompletableFuture<String> read = new CompletableFuture<>();
            KeySet.thread(() -> {
                        try {
                            read.complete(fetch.read());
                        } catch (IOException | RuntimeException e) {
                            read.completeExceptionally(e);
                        }
                    })
                    .start();
            read.orTimeout(KeySet.BOUND.toMillis(), TimeUnit.MILLISECONDS);
            JsonWebKeys keys = JsonWebKeys.parse(
                    read.whenComplete((text, error) -> fetch.abandon()).join(), algorithm);
            if (keys.usable().isEmpty()) {
                throw new KeysMissing(this + " has no key for checking signatures of " + algorithm);
            }
            return keys;
        } catch (CompletionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            String words = cause instanceof TimeoutException
                    ? "it was not complete within " + KeySet.BOUND.toSeconds() + " s"
                    : KeySet.reason(url, cause);
            throw new KeysMissing(this + " can't be fetched: " + words);
        } catch (ParseException e) {
            throw new KeysMissing(this + " is not a JSON Web Key Set (RFC 7517)");
        } catch (MalformedURLException e) {
            throw new IllegalStateException("checked when it was made", e);
        }
    }

    VerificationKeys open(TokenAlgorithm algorithm, Ticker ticker) {
        return opened(algorithm, atStart, ticker);
    }

    /** Fetched first, so that there are keys at once. */
    VerificationKeys openNow(TokenAlgorithm algorithm, Ticker ticker) {
        return opened(algorithm, fetched(algorithm), ticker);
    }

    private VerificationKeys opened(TokenAlgorithm algorithm, @Nullable JsonWebKeys known, Ticker ticker) {
        try {
            return new KeySet(url.toURL(), algorithm, known, ticker);
        } catch (MalformedURLException e) {
            throw new IllegalStateException("checked when it was made", e);
        }
    }

    /** Without the query, which may hold a secret. */
    @Override
    public String toString() {
        return url.getScheme() + "://" + (url.getHost() == null ? "" : url.getHost())
                + (url.getPort() < 0 ? "" : ":" + url.getPort()) + url.getPath();
    }
}
