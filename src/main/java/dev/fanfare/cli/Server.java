package dev.fanfare.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The server that a command talks to, and how: what all commands of a client have in common on their command line. */
final class Server {
    private static final String VARIABLE = "FANFARE_TOKEN";
    private static final Duration CONNECT = Duration.ofSeconds(10);

    @Parameters(
            paramLabel = "URL",
            description = "The server, such as http://localhost:8080, or a URL of one of its resources.")
    String url = "";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "A token to send. Other users of this machine can read a command line: prefer " + VARIABLE
                    + " or --token-file.")
    @Nullable
    String token;

    @Option(names = "--token-file", paramLabel = "FILE", description = "A file that holds the token.")
    @Nullable
    Path tokenFile;

    @Option(
            names = "--header",
            paramLabel = "'NAME: VALUE'",
            description = "A header to send with each request; may be repeated.")
    List<String> headers = new ArrayList<>();

    @Option(
            names = "--cacert",
            paramLabel = "FILE",
            description = "Certificates in PEM that the server's has to come from, in place of those that Java trusts.")
    @Nullable
    Path caCert;

    private @Nullable HttpClient client;

    /** One client for all requests of the command. */
    HttpClient client() {
        if (client == null) {
            HttpClient.Builder builder = HttpClient.newBuilder();
            if (caCert != null) {
                builder.sslContext(trusting(caCert));
            }
            client = builder.version(isTls() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .build();
        }
        return client;
    }

    /** What the server's certificate is checked with; null where the URL is one of clear text. */
    @Nullable
    SSLContext tls() {
        if (!isTls()) {
            return null;
        }
        try {
            return caCert == null ? SSLContext.getDefault() : trusting(caCert);
        } catch (NoSuchAlgorithmException e) {
            throw new CommandFailed("This Java can't speak TLS: " + e.getMessage(), e);
        }
    }

    private static SSLContext trusting(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + store.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw CommandFailed.badOption(
                    "--cacert " + file + " can't be used (" + e.getMessage() + "): give a file of certificates in PEM",
                    e);
        }
    }

    private boolean isTls() {
        return url.toLowerCase(Locale.ROOT).startsWith("https:");
    }

    /**
     * The URL that was given.
     *
     * @throws CommandFailed if it is none of HTTP
     */
    URI uri() {
        try {
            URI uri = new URI(url.contains("://") ? url : "http://" + url);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw CommandFailed.badOption(
                    "'" + url + "' is not a URL (" + e.getMessage()
                            + "): percent-encode it, or give one such as http://localhost:8080",
                    e);
        }
        throw CommandFailed.badOption("'" + url + "' is not a URL of HTTP: give one such as http://localhost:8080");
    }

    /** The URL that was given if it names a resource, else {@code path} on that server. */
    URI uri(String path) {
        URI given = uri();
        String own = Objects.requireNonNullElse(given.getRawPath(), "");
        return own.isEmpty() || own.equals("/") ? given.resolve(path) : given;
    }

    /** {@code uri} with more of a query. */
    static URI withQuery(URI uri, String query) {
        if (query.isEmpty()) {
            return uri;
        }
        String text = uri.toString();
        int hash = text.indexOf('#');
        String base = hash < 0 ? text : text.substring(0, hash);
        return URI.create(base + (base.indexOf('?') < 0 ? "?" : "&") + query);
    }

    /**
     * A request with the token and the headers of the command line.
     *
     * @throws CommandFailed if one of them can't be sent
     */
    HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("User-Agent", "fanfare");
        for (String header : headers) {
            int colon = header.indexOf(':');
            try {
                request.header(
                        header.substring(0, Math.max(0, colon)).strip(),
                        header.substring(colon + 1).strip());
            } catch (IllegalArgumentException e) {
                throw CommandFailed.badOption(
                        "--header '" + header + "' can't be sent: write it like 'X-Tenant: 42'", e);
            }
        }
        String bearer = bearer();
        if (bearer != null) {
            try {
                request.header("Authorization", "Bearer " + bearer);
            } catch (IllegalArgumentException e) {
                throw new CommandFailed("The token has characters that no header can carry; is it the right file?", e);
            }
        }
        return request;
    }

    private @Nullable String bearer() {
        if (token != null) {
            return token.strip();
        }
        if (tokenFile != null) {
            try {
                return Files.readString(tokenFile).strip();
            } catch (IOException e) {
                throw CommandFailed.badOption("--token-file " + tokenFile + " can't be read: " + e.getMessage(), e);
            }
        }
        String variable = System.getenv(VARIABLE);
        return variable == null || variable.isBlank() ? null : variable.strip();
    }

    /** Whether a token goes with the requests. */
    boolean hasToken() {
        return bearer() != null;
    }
}
