package dev.fanfare.status.http;

import dev.fanfare.stream.Ticker;
import dev.fanfare.tracing.Tracing;
import java.lang.reflect.InvocationTargetException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/*
 * How long a connection may take to be there is a matter of the JDK's client, not of a request. So there is one client for each
 * such time: a patient one for the last address of a host, which nearly all hosts have only one of, and hasty ones that are made
 * when a host with several is asked. The times are rounded down to a few steps, which bounds how many clients there are.
 */
/** The clients through which sources ask; many sources may share them. Thread-safe. */
public final class HttpClients implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpClients.class.getName());

    /** Longest first; the first one leaves time for a packet that is lost and sent again. */
    private static final List<Duration> STEPS = List.of(
            Duration.ofMillis(2000),
            Duration.ofMillis(1000),
            Duration.ofMillis(500),
            Duration.ofMillis(200),
            Duration.ofMillis(50),
            Duration.ofMillis(10));

    private final HttpClient patient;
    private final Map<Duration, HttpClient> hasty = new ConcurrentHashMap<>();

    /** All that were made from the first one, to be closed. */
    private final Set<HttpClient> made = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** @param patient one that {@link HttpSource#newClient} made; the others are made like it */
    public HttpClients(HttpClient patient) {
        this.patient = patient;
    }

    /** A source that asks through these clients. */
    public HttpSource source(HttpSourceSettings settings, Ticker ticker, Tracing tracing) {
        return new HttpSource(settings, this, ticker, tracing);
    }

    /** Where a host may be looked up, which blocks. */
    Executor threads() {
        return patient.executor().orElseGet(ForkJoinPool::commonPool);
    }

    /**
     * How long a connection to an address may take, so that the others get their part.
     *
     * @param left the time that is left for all
     * @param addresses how many are left, with this one
     * @return null for as long as it takes
     */
    static @Nullable Duration patience(Duration left, int addresses) {
        if (addresses == 1) {
            return null;
        }
        Duration part = left.dividedBy(addresses);
        return STEPS.stream()
                .filter(step -> step.compareTo(part) <= 0)
                .findFirst()
                .orElse(STEPS.get(STEPS.size() - 1));
    }

    /** The client whose connections are there within this time; null for the patient one. */
    HttpClient within(@Nullable Duration patience) {
        return patience == null
                ? patient
                : hasty.computeIfAbsent(patience, time -> like(time, patient.sslContext(), patient.sslParameters()));
    }

    /** A new client for whom whatever address it connects to has to be this host by its certificate. */
    HttpClient newClient(@Nullable Duration patience, String host) {
        SSLParameters parameters = patient.sslParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        return like(patience, TlsOfHost.of(patient.sslContext(), host), parameters);
    }

    private HttpClient like(@Nullable Duration patience, SSLContext tls, SSLParameters parameters) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .followRedirects(patient.followRedirects())
                .version(patient.version())
                .sslContext(tls)
                .sslParameters(parameters);
        patient.executor().ifPresent(builder::executor);
        patient.proxy().ifPresent(builder::proxy);
        Duration connect = patience == null ? patient.connectTimeout().orElse(null) : patience;
        if (connect != null) {
            builder.connectTimeout(connect);
        }
        HttpClient client = build(builder);
        made.add(client);
        return client;
    }

    /** The client's own thread must not keep the class loader of a web application that is gone. */
    static HttpClient build(HttpClient.Builder builder) {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        current.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            return builder.build();
        } finally {
            current.setContextClassLoader(before);
        }
    }

    /** Whether a proxy is asked in place of the host; then the host's addresses are the proxy's concern. */
    boolean isProxied(URI target) {
        ProxySelector selector = patient.proxy().orElseGet(ProxySelector::getDefault);
        return selector != null && selector.select(target).stream().anyMatch(proxy -> proxy.type() == Proxy.Type.HTTP);
    }

    /** Ends the clients' threads from JDK 21 on; sources are closed first. The executor stays. */
    @Override
    public void close() {
        if (Runtime.version().feature() < 21) {
            return; // they end once the garbage collector has found that nobody has the clients
        }
        shutDown(patient);
        synchronized (made) {
            made.forEach(HttpClients::shutDown);
        }
    }

    private static void shutDown(HttpClient client) {
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(client);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            LOG.log(System.Logger.Level.DEBUG, "An HTTP client of the status sources was not closed", e);
        }
    }
}
