package dev.fanfare.server.grizzly;

import dev.fanfare.Parts;
import dev.fanfare.app.ConfiguredFanfare;
import dev.fanfare.app.Service;
import dev.fanfare.config.HttpSettings;
import dev.fanfare.config.Settings;
import dev.fanfare.config.TlsSettings;
import dev.fanfare.rest.health.HealthCheck;
import dev.fanfare.server.grizzly.limit.ClientAddress;
import dev.fanfare.server.grizzly.limit.ConnectionLimit;
import dev.fanfare.stream.Ticker;
import dev.fanfare.stream.TimedClose;
import dev.fanfare.tls.DevCertificate;
import dev.fanfare.tls.LiveIdentity;
import jakarta.ws.rs.core.UriBuilder;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.asyncqueue.AsyncQueueWriter;
import org.glassfish.grizzly.filterchain.Filter;
import org.glassfish.grizzly.filterchain.TransportFilter;
import org.glassfish.grizzly.http.HttpServerFilter;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.http.server.ServerConfiguration;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.utils.IdleTimeoutFilter;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.jspecify.annotations.Nullable;

/** The standalone server: a Grizzly HTTP server around the service. Thread-safe. */
public final class GrizzlyServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GrizzlyServer.class.getName());
    private static final long LEAST_UNREAD = 16L << 20;
    private static final Duration MOST_TO_CLOSE = Duration.ofMillis(1900);
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);

    /** What Jersey calls its only listener. */
    private static final String MAIN = "grizzly";

    private static final String REDIRECT = "redirect";

    private final HttpServer server;
    private final Service service;
    private final ConnectionLimit limit;
    private final BodyGather gather;
    private final HttpSettings http;
    private final @Nullable TlsListener tls;

    private GrizzlyServer(
            Built built, Service service, ConnectionLimit limit, HttpSettings http, @Nullable TlsListener tls) {
        this.server = built.server();
        this.gather = built.gather();
        this.service = service;
        this.limit = limit;
        this.http = http;
        this.tls = tls;
    }

    /** Starts a server that is ready as soon as its service is; else as the longer form. */
    public static GrizzlyServer start(Settings settings) throws IOException {
        return start(settings, List.of());
    }

    /**
     * Starts a server with a service of its own.
     *
     * @param more what else has to be up for it to be ready
     * @throws java.net.BindException if the port is taken or the host is not this machine's
     * @throws dev.fanfare.tls.TlsFault if the certificate can't be used
     */
    public static GrizzlyServer start(Settings settings, List<HealthCheck> more) throws IOException {
        GrizzlyServer started = start(settings, outlets -> ConfiguredFanfare.of(settings, outlets), more);
        started.service.announce();
        return started;
    }

    /**
     * Starts a server that this process has for itself, beside the one for its clients: without status sources, also those that the
     * application brings.
     */
    public static GrizzlyServer startAside(Settings settings) throws IOException {
        return start(settings, outlets -> ConfiguredFanfare.withoutSources(settings, outlets, null), List.of());
    }

    private static GrizzlyServer start(
            Settings settings, Function<GrizzlyOutlets, ConfiguredFanfare> configured, List<HealthCheck> more)
            throws IOException {
        LiveIdentity identity = identity(settings.http().tls());
        GrizzlyOutlets outlets = new GrizzlyOutlets(settings.stream().sendBufferBytes());
        Service service = new Service(configured.apply(outlets), settings, outlets::streamsFrom, more);
        HttpSettings http = settings.http();
        ConnectionLimit limit = new ConnectionLimit(
                http.connections(), http.connectionsPerAddress(), http.trustedProxies(), ticker(service));
        TlsListener tls = identity == null
                ? null
                : new TlsListener(identity, ticker(service), settings.http().requestTimeout());
        Built built = built(settings, service, outlets, limit, tls);
        HttpServer server = built.server();
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            server.shutdownNow();
            service.close();
            throw e;
        }
        GrizzlyServer started = new GrizzlyServer(built, service, limit, settings.http(), tls);
        if (tls != null) {
            tls.follow(server.getListener(MAIN).getTransport());
        }
        UserTimeout.onPort(started.uri().getPort(), patience(settings.stream().writeTimeout()));
        return started;
    }

    private static @Nullable LiveIdentity identity(@Nullable TlsSettings tls) throws IOException {
        if (tls == null) {
            return null;
        }
        if (tls.selfSigned()) {
            DevCertificate.ensure(tls.files(), Instant.now());
        }
        return new LiveIdentity(tls.files(), Instant::now);
    }

    /** A link may be down for some seconds without its clients being gone. */
    private static Duration patience(Duration writeTimeout) {
        return writeTimeout.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : writeTimeout;
    }

    /** A server, and what its bounds may be changed in while it runs. */
    private record Built(HttpServer server, BodyGather gather) {}

    private static Built built(
            Settings settings,
            Service service,
            GrizzlyOutlets outlets,
            ConnectionLimit limit,
            @Nullable TlsListener tls) {
        HttpServer server = created(settings.http(), service, outlets, tls);
        HttpDate date = new HttpDate(ticker(service));
        Linger linger = new Linger(ticker(service), settings.http().requestTimeout());
        outlets.behind(new Door(limit, linger));
        BodyGather gather = configureListeners(server, settings, ticker(service), limit, linger, date);
        ServerConfiguration configuration = server.getServerConfiguration();
        // Of a body that nobody reads, all is skipped that comes in time: a close would reset the connection, and the
        // answer with it.
        configuration.setMaxPayloadRemainderToSkip(-1);
        // The service ends the streams itself; they are no requests that Grizzly could wait for.
        configuration.setGracefulShutdownSupported(false);
        configuration.setDefaultErrorPageGenerator((request, status, reason, description, exception) -> "");
        guardHandlers(server, settings.http(), service, limit, date);
        return new Built(server, gather);
    }

    /** The application on its listeners, as Grizzly would serve it. */
    private static HttpServer created(
            HttpSettings http, Service service, GrizzlyOutlets outlets, @Nullable TlsListener tls) {
        ResourceConfig application = ResourceConfig.forApplication(service)
                .register(outlets)
                .register(new ContinueOnRead())
                .register(new OneSuspension())
                .property(ServerProperties.WADL_FEATURE_DISABLE, true);
        URI uri = uri("http", http.host(), http.port());
        HttpServer server = GrizzlyHttpServerFactory.createHttpServer(uri, application, false);
        NetworkListener main = server.getListener(MAIN);
        if (tls != null) {
            tls.configure(main);
        }
        if (http.tls() != null && http.tls().redirectPort() != null) {
            server.addListener(
                    new NetworkListener(REDIRECT, main.getHost(), http.tls().redirectPort()));
        }
        return server;
    }

    /** Puts the filters of this package, with their bounds, between each listener's sockets and its requests. */
    private static BodyGather configureListeners(
            HttpServer server, Settings settings, Ticker ticker, ConnectionLimit limit, Linger linger, HttpDate date) {
        HttpSettings http = settings.http();
        Backlog backlog = new Backlog(ticker, settings.stream().writeTimeout(), mostUnread());
        ServerConfiguration configuration = server.getServerConfiguration();
        Arrivals remainders = new Arrivals(ticker, http.requestTimeout(), Connection::terminateSilently);
        Arrivals heads = new Arrivals(
                ticker, http.requestTimeout(), connection -> Refusal.late(connection, "head", date.text(), linger));
        Arrivals bodies = new Arrivals(
                ticker, http.requestTimeout(), connection -> Refusal.late(connection, "body", date.text(), linger));
        BodyGather gather = new BodyGather(settings.limits().eventBytes(), mostUnread(), bodies);
        for (NetworkListener listener : server.getListeners()) {
            listener.setMaxHttpHeaderSize(http.headBytes());
            // Grizzly would close a connection after 256 requests.
            listener.getKeepAlive().setMaxRequestsCount(-1);
            TCPNIOTransport transport = listener.getTransport();
            // A thread that writes would wait at a bound; see Backlog for those that there are.
            transport.setReadTimeout(http.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
            transport.getAsyncQueueIO().getWriter().setMaxPendingBytesPerConnection(AsyncQueueWriter.UNLIMITED_SIZE);
            transport.setIOStrategy(new AcceptBackOff(LeaderFollowerStrategy.on(transport), ticker, limit::makeRoom));
            listener.registerAddOn((of, filters) -> {
                StrictCodec codec = new StrictCodec(of, configuration, backlog, limit, heads, remainders, linger, date);
                int at = filters.indexOfType(HttpServerFilter.class);
                filters.set(at, codec);
                filters.add(at + 1, gather);
                filters.add(filters.indexOfType(TransportFilter.class) + 1, limit);
                filters.add(filters.indexOfType(TransportFilter.class) + 1, linger);
                // Behind the codec it would not see what arrives in parts, and take the connection for idle.
                int from = filters.indexOfType(IdleTimeoutFilter.class);
                Filter idle = filters.get(from);
                filters.remove(from);
                filters.add(filters.indexOfType(TransportFilter.class) + 1, idle);
            });
        }
        return gather;
    }

    /** What looks at each request before the application. */
    private static void guardHandlers(
            HttpServer server, HttpSettings http, Service service, ConnectionLimit limit, HttpDate date) {
        ServerConfiguration configuration = server.getServerConfiguration();
        NetworkListener main = server.getListener(MAIN);
        FaultNet net = new FaultNet(ticker(service));
        ClientAddress addresses = new ClientAddress(http.trustedProxies());
        SecureOnly secureOnly = http.tls() == null
                ? null
                : new SecureOnly(main::getPort, http.tls().hsts());
        for (var handler :
                Map.copyOf(configuration.getHttpHandlersWithMapping()).entrySet()) {
            configuration.removeHttpHandler(handler.getKey());
            configuration.addHttpHandler(
                    new RequestGuard(handler.getKey(), limit, date, net, addresses, secureOnly, service::isClosing),
                    handler.getValue());
        }
    }

    private static Ticker ticker(Service service) {
        return Parts.of(service.fanfare()).loops().ticker();
    }

    /** What all clients together may leave unread of their answers. */
    private static long mostUnread() {
        return Math.max(LEAST_UNREAD, Runtime.getRuntime().maxMemory() / 8);
    }

    private static URI uri(String scheme, String host, int port) {
        return UriBuilder.newInstance()
                .scheme(scheme)
                .host(host)
                .port(port)
                .path("/")
                .build();
    }

    /**
     * Goes by another configuration from now on, all or nothing; see {@link Service#reload}.
     *
     * @return the names of sources that have been replaced, added and removed
     */
    public List<String> reload(Settings next, Set<String> changedSources) {
        return service.reload(next, changedSources, () -> {
            limit.take(next.http().connections(), next.http().connectionsPerAddress());
            gather.take(next.limits().eventBytes());
        });
    }

    /** Where it listens, with the port that it got. */
    public URI uri() {
        return uri(http.scheme(), http.host(), server.getListener(MAIN).getPort());
    }

    /** Where it sends clear HTTP on to HTTPS, with the port that it got; null for nowhere. */
    public @Nullable URI redirectUri() {
        NetworkListener redirect = server.getListener(REDIRECT);
        return redirect == null ? null : uri("http", http.host(), redirect.getPort());
    }

    /** The service behind it. */
    public Service service() {
        return service;
    }

    /** How many connections are open, idle ones too. */
    public int openConnections() {
        return limit.open();
    }

    /** How long {@link #leave} takes at most; zero if there is nothing to be done before {@link #close}. */
    public Duration longestLeave() {
        return http.drainDelay().plus(http.drain());
    }

    /**
     * Takes leave of the clients, before {@link #close}: says that it is not ready and serves on for {@code drainDelay}, then ends
     * the streams evenly over {@code drain} and answers the requests that are under way. Returns when nothing is left to do, at the
     * latest after {@link #longestLeave}.
     *
     * @throws InterruptedException if the caller is interrupted, and wants to close at once
     */
    public void leave() throws InterruptedException {
        service.serveOnUnready();
        limit.leave();
        Ticker ticker = ticker(service);
        long beganNanos = ticker.nanos();
        service.drain();
        limit.awaitAnswers(http.drain().minusNanos(ticker.nanos() - beganNanos));
    }

    /** Ends all streams in good order, then all connections and threads. Returns within two seconds, whatever hangs. */
    @Override
    public void close() {
        if (tls != null) {
            tls.end();
        }
        TimedClose.within(MOST_TO_CLOSE, "the server", service::close, this::closeListeners, server::shutdownNow);
    }

    /** Grizzly would take Jersey down first, and requests that come meanwhile would find none. */
    private void closeListeners() {
        for (NetworkListener listener : server.getListeners()) {
            try {
                listener.shutdownNow();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "A listener did not close well", e);
            }
        }
    }
}
