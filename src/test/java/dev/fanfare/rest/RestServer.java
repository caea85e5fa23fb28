package dev.fanfare.rest;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.testing.RawHttp;
import jakarta.ws.rs.core.Application;
import java.net.URI;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** A real server on a free port, with {@link RestFeature} and the resources of a test. */
final class RestServer implements AutoCloseable {

    private final HttpServer server;

    RestServer(CorsSettings cors, Object... resources) {
        Set<Object> singletons = new HashSet<>(Set.of(resources));
        singletons.add(new RestFeature(cors));
        Application application = new Application() {
            @Override
            @SuppressWarnings("deprecation") // The one way to give instances that every implementation has.
            public Set<Object> getSingletons() {
                return singletons;
            }

            @Override
            public Map<String, Object> getProperties() {
                return Map.of("jersey.config.server.wadl.disableWadl", true);
            }
        };
        server = GrizzlyHttpServerFactory.createHttpServer(
                URI.create("http://127.0.0.1:0/"), ResourceConfig.forApplication(application), true);
    }

    int port() {
        return server.getListeners().iterator().next().getPort();
    }

    RawHttp.Answer request(String method, String target, String... headers) {
        return RawHttp.request(port(), method, target, headers);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
