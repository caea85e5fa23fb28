package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.stream.SystemTicker;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A source of a service that answers as a test says. */
@Timeout(240)
abstract class HttpSourceFixture {
    static final HttpClient CLIENT = HttpSource.newClient();
    static final Duration SHORT = Duration.ofMillis(300);
    /** Also a busy machine has answered by then. */
    static final Duration LONG = Duration.ofSeconds(60);

    final SystemTicker ticker = new SystemTicker();

    @AfterEach
    void close() {
        ticker.close();
    }

    static String ok(String headers, String body) {
        return "HTTP/1.1 200 OK\r\nConnection: close\r\n" + headers + "\r\n" + body;
    }

    static String status(int status, String headers) {
        return "HTTP/1.1 " + status + " Reason\r\nContent-Length: 0\r\nConnection: close\r\n" + headers + "\r\n";
    }

    static HttpSourceSettings within(Duration timeout, String url) {
        return new HttpSourceSettings(url, Map.of(), timeout, HttpSourceSettings.DEFAULT_MAX_BYTES);
    }

    HttpSource source(RawSource server) {
        return source(within(LONG, server.url("/job")));
    }

    HttpSource source(HttpSourceSettings settings) {
        return new HttpSource(settings, CLIENT, ticker);
    }

    static Reading read(HttpSource source, @Nullable String validator) {
        return source.read(Map.of(), validator)
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    static SourceFailure failure(HttpSource source) {
        Throwable error = catchThrowable(() -> read(source, null));
        assertThat(error).isNotNull();
        assertThat(error.getCause()).isInstanceOf(SourceFailure.class);
        return (SourceFailure) error.getCause();
    }

    SourceFailure failureOf(String answer) throws IOException {
        try (RawSource server = RawSource.sending(answer)) {
            return failure(source(server));
        }
    }

    Reading readingOf(String answer) throws IOException {
        try (RawSource server = RawSource.sending(answer)) {
            return read(source(server), null);
        }
    }

    /** Has a certificate for this alternative name, and trusts it and no other. */
    static SSLContext selfSigned(Path keys, String name) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "SAN=" + name,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "of a test",
                        "-keystore",
                        keys.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(keys.toFile(), "of a test".toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, "of a test".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("test", store.getCertificate("test"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
