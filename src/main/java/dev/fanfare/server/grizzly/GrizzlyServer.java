package dev.fanfare.server.grizzly;

import dev.fanfare.app.Service;
import dev.fanfare.config.Settings;
import jakarta.ws.rs.core.UriBuilder;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.http.server.ServerConfiguration;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/** The standalone server: a Grizzly HTTP server around the service. Thread-safe. */
public final class GrizzlyServer implements AutoCloseable {
    private static final long MOST_BYTES_TO_SKIP = 2L << 20;
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);

    private final HttpServer server;
    private final Service service;
    private final String host;

    private GrizzlyServer(HttpServer server, Service service, String host) {
        this.server = server;
        this.service = service;
        this.host = host;
    }

    /**
     * Starts a server with a service of its own.
     *
     * @throws java.net.BindException if the port is taken or the host is not this machine's
     */
    public static GrizzlyServer start(Settings settings) throws IOException {
        GrizzlyOutlets outlets = new GrizzlyOutlets(settings.stream().sendBufferBytes());
        Service service = new Service(settings, outlets, outlets::streamsFrom);
        String host = settings.http().host();
        HttpServer server = httpServer(
                host,
                settings.http().port(),
                service,
                outlets,
                settings.limits().eventBytes());
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            server.shutdownNow();
            service.close();
            throw e;
        }
        GrizzlyServer started = new GrizzlyServer(server, service, host);
        UserTimeout.onPort(started.uri().getPort(), patience(settings.stream().writeTimeout()));
        service.announce();
        return started;
    }

    /** A link may be down for some seconds without its clients being gone. */
    private static Duration patience(Duration writeTimeout) {
        return writeTimeout.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : writeTimeout;
    }

    private static HttpServer httpServer(
            String host, int port, Service service, GrizzlyOutlets outlets, long mostBodyBytes) {
        ResourceConfig application = ResourceConfig.forApplication(service)
                .register(outlets)
                .property(ServerProperties.WADL_FEATURE_DISABLE, true);
        HttpServer server = GrizzlyHttpServerFactory.createHttpServer(uri(host, port), application, false);
        for (NetworkListener listener : server.getListeners()) {
            // Grizzly would close a connection after 256 requests.
            listener.getKeepAlive().setMaxRequestsCount(-1);
            listener.registerAddOn(new CodecGuard());
            listener.getTransport()
                    .setIOStrategy(new AcceptBackOff(
                            LeaderFollowerStrategy.on(listener.getTransport()),
                            service.fanfare().parts().loops().ticker()));
        }
        ServerConfiguration configuration = server.getServerConfiguration();
        configuration.setHttpServerName("Fanfare");
        // Of a body that nobody reads; what is longer ends the connection.
        configuration.setMaxPayloadRemainderToSkip(MOST_BYTES_TO_SKIP);
        // The service ends the streams itself; they are no requests that Grizzly could wait for.
        configuration.setGracefulShutdownSupported(false);
        for (var handler :
                Map.copyOf(configuration.getHttpHandlersWithMapping()).entrySet()) {
            configuration.removeHttpHandler(handler.getKey());
            HttpHandler guarded = new HubGuard(new RequestGuard(handler.getKey()), mostBodyBytes);
            configuration.addHttpHandler(guarded, handler.getValue());
        }
        return server;
    }

    private static URI uri(String host, int port) {
        return UriBuilder.newInstance()
                .scheme("http")
                .host(host)
                .port(port)
                .path("/")
                .build();
    }

    /** Where it listens, with the port that it got. */
    public URI uri() {
        return uri(host, server.getListeners().iterator().next().getPort());
    }

    /** The service behind it. */
    public Service service() {
        return service;
    }

    /** Ends all streams in good order, then all connections and threads. Returns within 2 s. */
    @Override
    public void close() {
        service.close();
        server.shutdownNow();
    }
}
