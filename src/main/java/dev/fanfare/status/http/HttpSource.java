package dev.fanfare.status.http;

import dev.fanfare.status.Reading;
import dev.fanfare.status.SourceFailure;
import dev.fanfare.status.StatusSource;
import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import jakarta.json.JsonValue;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A source that asks another service by {@code GET}. Thread-safe; never blocks.
 *
 * <ul>
 *   <li>200 with JSON is the status; {@code text/plain} is a JSON string. So is JSON under another code that {@link
 *       AcceptedAnswers} names. Anything else is a failure.
 *   <li>Where there is no connection to the first address of a host, the others are tried in order, each for its part of the time;
 *       see {@link OtherAddresses}.
 *   <li>304 is the status asked for with {@code If-None-Match} or, without an {@code ETag}, {@code If-Modified-Since}.
 *   <li>410: there is no such status, for good; 404: there is none now.
 *   <li>Redirects are followed to the same scheme, host and port, at most five at a time; others are a
 *       failure, so that neither headers nor questions go where nobody sent them.
 *   <li>The whole exchange is bounded by the timeout, whatever the service does, and the body by its size.
 * </ul>
 */
public final class HttpSource implements StatusSource, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpSource.class.getName());
    private static final int MAX_REDIRECTS = 5;
    private static final String ETAG = "etag ";
    private static final String MODIFIED = "modified ";

    private final UrlTemplate url;
    private final HttpSourceSettings settings;
    private final Ticker ticker;
    private final OtherAddresses.Resolver resolver;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private final Tracing tracing;
    private volatile @Nullable HttpClients clients;

    /** For other addresses of a host that has a certificate, by how long a connection may take. */
    private final Map<Optional<Duration>, HttpClient> ofHost = new ConcurrentHashMap<>();

    /** A source that asks through clients like {@code client}; {@link #newClient} makes one. */
    public HttpSource(HttpSourceSettings settings, HttpClient client, Ticker ticker) {
        this(settings, client, ticker, Tracing.NONE);
    }

    /** A source that tells the other service of the span in which it is asked; otherwise like the other one. */
    public HttpSource(HttpSourceSettings settings, HttpClient client, Ticker ticker, Tracing tracing) {
        this(settings, new HttpClients(client), ticker, tracing);
    }

    /** A source that shares clients with others. */
    HttpSource(HttpSourceSettings settings, HttpClients clients, Ticker ticker, Tracing tracing) {
        this(settings, clients, ticker, InetAddress::getAllByName, tracing);
    }

    HttpSource(HttpSourceSettings settings, HttpClient client, Ticker ticker, OtherAddresses.Resolver resolver) {
        this(settings, new HttpClients(client), ticker, resolver, Tracing.NONE);
    }

    private HttpSource(
            HttpSourceSettings settings,
            HttpClients clients,
            Ticker ticker,
            OtherAddresses.Resolver resolver,
            Tracing tracing) {
        this.tracing = tracing;
        this.url = new UrlTemplate(settings.url());
        this.settings = settings;
        this.clients = clients;
        this.ticker = ticker;
        this.resolver = resolver;
    }

    /**
     * Lets sources ask the other addresses of a host under its name. It sets a property of the JVM, which counts only before
     * the first HTTP client is made: for a process that is Fanfare's alone.
     */
    public static void allowNamingHosts() {
        OtherAddresses.allowNamingHosts();
    }

    /** A client as sources want it: it follows no redirects by itself, keeps no cookies, and speaks HTTP/1.1. */
    public static HttpClient newClient() {
        return newClient(HttpClient.newBuilder());
    }

    /** A client as sources want it, whose tasks run in {@code threads}. */
    public static HttpClient newClient(Executor threads) {
        return newClient(HttpClient.newBuilder().executor(threads));
    }

    private static HttpClient newClient(HttpClient.Builder builder) {
        return HttpClients.build(builder.followRedirects(HttpClient.Redirect.NEVER)
                // Over clear text HTTP/2 is tried by an upgrade, which some servers take amiss.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .sslContext(tls()));
    }

    /**
     * The JVM's own TLS, or without its client certificate where that can't be had: GlassFish 8 names a key store and not its
     * password, and no client could be made, not even for clear text.
     */
    private static SSLContext tls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            LOG.log(System.Logger.Level.INFO, "Status sources are asked without the JVM's key store: " + e.getCause());
            return tlsWithoutKey();
        }
    }

    private static SSLContext tlsWithoutKey() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JVM has no TLS for status sources", e);
        }
    }

    /** The names of the placeholders in the URL, in their order. */
    public List<String> placeholders() {
        return url.placeholders();
    }

    @Override
    public CompletionStage<Reading> read(Map<String, String> params, @Nullable String validator) {
        URI target = url.fill(params);
        if (target == null) {
            return CompletableFuture.completedStage(new Reading.Gone());
        }
        Exchange exchange = new Exchange(validator);
        open.add(exchange);
        exchange.begin(target);
        if (clients == null) {
            exchange.cancel(true);
        }
        return exchange;
    }

    /**
     * Breaks off what is being asked; what is asked from now on is broken off at once. Lets go of the clients, whose threads end
     * on Java 17 only when nobody has them any more: some servers hold on to what they undeployed.
     */
    @Override
    public void close() {
        clients = null;
        ofHost.clear();
        open.forEach(exchange -> exchange.cancel(true));
    }

    /** One question with its redirects. Completing it in any way, by cancelling too, breaks off what is still going on. */
    private final class Exchange extends CompletableFuture<Reading> {
        private final @Nullable String validator;
        /** Of the span in which the question began; what follows may come in other threads. */
        private final Map<String, String> traceHeaders = tracing.outgoing();

        private volatile @Nullable CompletableFuture<?> sent;
        private final long beginNanos = ticker.nanos();
        // Confined to one answer after the other.
        private int redirects;

        Exchange(@Nullable String validator) {
            this.validator = validator;
        }

        void begin(URI target) {
            Ticker.Alarm alarm = ticker.schedule(settings.timeout(), this::timeOut);
            CompletionStage<Reading> outcome = this;
            outcome.whenComplete((reading, error) -> {
                alarm.cancel();
                breakOff();
                open.remove(this);
            });
            send(target);
        }

        private void timeOut() {
            completeExceptionally(SourceFailure.outage(
                    "does not answer in time",
                    "no whole answer within " + settings.timeout().toMillis() + "ms",
                    Duration.ZERO,
                    null));
        }

        private void breakOff() {
            CompletableFuture<?> asked = sent;
            if (asked != null) {
                asked.cancel(true);
            }
        }

        /** Begins with the address that the client looks up. A look-up blocks, so it is done in another thread. */
        private void send(URI target) {
            HttpClients asking = clients;
            if (asking == null) {
                cancel(true);
            } else if (OtherAddresses.isAddress(target.getHost())) {
                send(target, List.of(target));
            } else {
                try {
                    asking.threads().execute(() -> {
                        try {
                            send(target, places(target, asking));
                        } catch (RuntimeException | Error e) {
                            completeExceptionally(failure(e));
                        }
                    });
                } catch (RejectedExecutionException e) {
                    completeExceptionally(failure(e));
                }
            }
        }

        /** Where the target may be asked: under its name, then at its other addresses. */
        private List<URI> places(URI target, HttpClients asking) {
            List<URI> places = new ArrayList<>();
            places.add(target);
            if (!asking.isProxied(target)) {
                places.addAll(OtherAddresses.of(target, resolver));
            }
            return places;
        }

        /** Asks at the first place; one that doesn't connect gives way to the next. */
        private void send(URI target, List<URI> places) {
            HttpClients asking = clients;
            if (asking == null) {
                cancel(true);
                return;
            }
            if (isDone()) {
                return;
            }
            URI at = places.get(0);
            Duration left = settings.timeout().minusNanos(ticker.nanos() - beginNanos);
            HttpClient client = client(asking, target, at, HttpClients.patience(left, places.size()));
            CompletableFuture<HttpResponse<byte[]>> answer =
                    client.sendAsync(request(target, at), response -> BoundedBody.of(response, settings));
            sent = answer;
            if (isDone()) {
                breakOff();
            }
            CompletionStage<HttpResponse<byte[]>> outcome = answer;
            outcome.whenComplete((response, error) -> {
                try {
                    if (error == null) {
                        answered(target, response);
                    } else if (isNotConnected(error) && places.size() > 1) {
                        send(target, places.subList(1, places.size()));
                    } else {
                        completeExceptionally(failure(error));
                    }
                } catch (SourceFailure e) {
                    completeExceptionally(e);
                } catch (RuntimeException | Error e) {
                    completeExceptionally(
                            new SourceFailure("gives an answer that can't be read", e.toString(), Duration.ZERO, e));
                }
            });
        }

        private HttpClient client(HttpClients asking, URI target, URI at, @Nullable Duration patience) {
            return at.equals(target) || !"https".equalsIgnoreCase(target.getScheme())
                    ? asking.within(patience)
                    : ofHost.computeIfAbsent(
                            Optional.ofNullable(patience), time -> asking.newClient(patience, target.getHost()));
        }

        private HttpRequest request(URI target, URI at) {
            HttpRequest.Builder request = HttpRequest.newBuilder(at)
                    .GET()
                    .setHeader("Accept", "application/json, text/plain;q=0.5")
                    .setHeader("Accept-Encoding", "gzip")
                    .setHeader("User-Agent", "Fanfare");
            traceHeaders.forEach(request::setHeader);
            settings.headers().forEach(request::setHeader);
            if (!at.equals(target) && OtherAddresses.canNameHost()) {
                request.setHeader("Host", target.getRawAuthority());
            }
            if (validator != null && validator.startsWith(ETAG)) {
                request.setHeader("If-None-Match", validator.substring(ETAG.length()));
            } else if (validator != null && validator.startsWith(MODIFIED)) {
                request.setHeader("If-Modified-Since", validator.substring(MODIFIED.length()));
            }
            return request.build();
        }

        private void answered(URI target, HttpResponse<byte[]> response) {
            int status = response.statusCode();
            if (settings.accepted().has(status)) {
                complete(value(response));
                return;
            }
            switch (status) {
                case 304 -> complete(new Reading.Unchanged(Freshness.maxAge(response.headers())));
                case 404 -> complete(new Reading.Missing());
                case 410 -> complete(new Reading.Gone());
                case 301, 302, 303, 307, 308 -> redirect(target, response.headers());
                default -> throw refused(status, Freshness.retryAfter(response.headers(), ticker.now()));
            }
        }

        private Reading value(HttpResponse<byte[]> response) {
            HttpHeaders headers = response.headers();
            int status = response.statusCode();
            Duration retryAfter = Freshness.retryAfter(headers, ticker.now());
            JsonValue value;
            try {
                value = Answer.status(response, settings);
            } catch (SourceFailure e) {
                // Another code's body may be that of a proxy, and then the code is what the source says.
                throw status == 200 ? e : refused(status, retryAfter);
            }
            Duration maxAge = Freshness.maxAge(headers);
            return new Reading.Value(
                    value,
                    status == 200 ? validator(headers) : null,
                    maxAge.compareTo(retryAfter) > 0 ? maxAge : retryAfter);
        }

        private static SourceFailure refused(int status, Duration retryAfter) {
            String reason = "answers with status " + status;
            return switch (status) {
                case 429, 502, 503, 504 -> SourceFailure.outage(reason, "status " + status, retryAfter, null);
                default -> new SourceFailure(reason, "status " + status, retryAfter, null);
            };
        }

        private void redirect(URI from, HttpHeaders headers) {
            if (++redirects > MAX_REDIRECTS) {
                throw new SourceFailure("redirects more than " + MAX_REDIRECTS + " times");
            }
            Optional<String> location = headers.firstValue("Location");
            if (location.isEmpty()) {
                throw new SourceFailure("redirects without saying where to");
            }
            URI to;
            try {
                to = UriReference.resolve(from, location.get());
            } catch (IllegalArgumentException e) {
                throw new SourceFailure("redirects to what is no URL");
            }
            if (!sameOrigin(from, to)) {
                throw new SourceFailure(
                        "redirects to another server",
                        "a redirect from " + origin(from) + " to " + origin(to) + " was not followed",
                        Duration.ZERO,
                        null);
            }
            send(to);
        }
    }

    private static boolean sameOrigin(URI a, URI b) {
        return b.getHost() != null && b.getUserInfo() == null && origin(a).equals(origin(b));
    }

    private static String origin(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return scheme + "://" + String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT) + ":" + port;
    }

    private static boolean isNotConnected(Throwable error) {
        Throwable cause = unwrapped(error);
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    }

    private static Throwable unwrapped(Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static SourceFailure failure(Throwable error) {
        Throwable cause = unwrapped(error);
        // The client wraps what a body's subscriber failed with.
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof SourceFailure known) {
                return known;
            }
        }
        return SourceFailure.outage("can't be reached", words(cause), Duration.ZERO, cause);
    }

    /** For the log. The client has no message for a host that is not found, nor for a connection that is refused. */
    private static String words(Throwable cause) {
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof UnresolvedAddressException) {
                return "the host of its URL is not found";
            }
        }
        return cause instanceof ConnectException && cause.getMessage() == null
                ? "nothing accepts connections at the host and port of its URL"
                : cause.toString();
    }

    private static @Nullable String validator(HttpHeaders headers) {
        Optional<String> tag = headers.firstValue("ETag").map(value -> ETAG + value);
        return tag.or(() -> headers.firstValue("Last-Modified").map(value -> MODIFIED + value))
                .orElse(null);
    }
}
