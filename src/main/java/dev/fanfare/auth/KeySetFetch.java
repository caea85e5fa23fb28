package dev.fanfare.auth;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.fanfare.file.SmallFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * The time-outs of a URLConnection bound a single read. A server that sends a byte now and then passes each of them, so the
 * body is read against a deadline, and for everything before it (handshake, head) abandon() closes the socket.
 */
/** One fetch of a key set, which blocks the thread that calls {@link #read}. {@link #abandon} may be called by any thread. */
final class KeySetFetch {
    private static final int BUFFER_BYTES = 8192;

    private final URL url;
    private final Duration bound;

    @GuardedBy("this")
    private @Nullable HttpURLConnection connection;

    @GuardedBy("this")
    private boolean abandoned;

    /** @param bound for the whole fetch */
    KeySetFetch(URL url, Duration bound) {
        this.url = url;
        this.bound = bound;
    }

    /**
     * The document, if it is complete in time and not too long. Contacts no other place than the one that the operator has
     * named.
     */
    String read() throws IOException {
        if (url.getProtocol().equals("file")) {
            return SmallFile.text(Path.of(URI.create(url.toString())), KeySetLocation.MAX_BYTES >> 10);
        }
        long beganNanos = System.nanoTime();
        URLConnection opened = url.openConnection();
        opened.setConnectTimeout((int) bound.toMillis());
        opened.setReadTimeout((int) bound.toMillis());
        opened.setUseCaches(false);
        if (opened instanceof HttpURLConnection http) {
            register(http);
            http.setInstanceFollowRedirects(false);
            http.setRequestProperty("Accept", "application/jwk-set+json, application/json;q=0.9, */*;q=0.1");
            http.setRequestProperty("Connection", "close");
            if (http.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("the server answered with status " + http.getResponseCode());
            }
        }
        try (InputStream body = opened.getInputStream()) {
            return read(body, beganNanos);
        }
    }

    private String read(InputStream body, long beganNanos) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            all.write(buffer, 0, count);
            if (all.size() > KeySetLocation.MAX_BYTES) {
                throw new IOException("it is longer than " + KeySetLocation.MAX_BYTES + " bytes");
            }
            if (System.nanoTime() - beganNanos > bound.toNanos()) {
                throw new IOException("it was not complete within " + bound.toSeconds() + " s");
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private synchronized void register(HttpURLConnection http) throws IOException {
        if (abandoned) {
            throw new IOException("the fetch was abandoned");
        }
        connection = http;
    }

    /** Closes the socket. In a thread of its own, since closing a TLS connection may wait for the other side. */
    synchronized void abandon() {
        HttpURLConnection closing = connection;
        if (!abandoned && closing != null) {
            KeySet.thread(closing::disconnect).start();
        }
        abandoned = true;
    }
}
