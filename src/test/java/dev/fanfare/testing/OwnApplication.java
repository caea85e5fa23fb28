package dev.fanfare.testing;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.SseEventSink;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's own Jersey application, on Grizzly, on a free port. {@code GET /stream} hands its sink to what the test brings.
 */
public final class OwnApplication implements AutoCloseable {
    /** What {@code GET /stream} does. */
    @FunctionalInterface
    public interface Streaming {
        /** Called in the resource method. */
        void open(SseEventSink sink, @Nullable String lastEventId);
    }

    private final HttpServer server;
    private final @Nullable SSLContext tls;
    private final Queue<StreamClient> clients = new ConcurrentLinkedQueue<>();

    /** An application with the stream and more components. */
    public OwnApplication(Streaming streaming, Object... components) {
        this(new ResourceConfig().registerInstances(components), streaming);
    }

    /** An application as configured, with the stream added. */
    public OwnApplication(ResourceConfig config, Streaming streaming) {
        this(config, streaming, null, null);
    }

    /** An application that speaks TLS, with a certificate for {@code localhost} that its clients trust. */
    public OwnApplication(Streaming streaming, SSLContext server, SSLContext client, Object... components) {
        this(new ResourceConfig().registerInstances(components), streaming, server, client);
    }

    private OwnApplication(
            ResourceConfig config, Streaming streaming, @Nullable SSLContext serving, @Nullable SSLContext trusting) {
        tls = trusting;
        config.register(new StreamResource(streaming)).property(ServerProperties.WADL_FEATURE_DISABLE, true);
        server = GrizzlyHttpServerFactory.createHttpServer(
                URI.create("http://127.0.0.1:0/"),
                config,
                serving != null,
                serving == null ? null : new SSLEngineConfigurator(serving, false, false, false));
    }

    /** The resource. */
    @Path("stream")
    public static final class StreamResource {
        private final Streaming streaming;

        StreamResource(Streaming streaming) {
            this.streaming = streaming;
        }

        /** Opens a stream. */
        @GET
        @Produces(MediaType.SERVER_SENT_EVENTS)
        public void stream(@Context SseEventSink sink, @HeaderParam("Last-Event-ID") @Nullable String lastEventId) {
            streaming.open(sink, lastEventId);
        }
    }

    /** The port that it got. */
    public int port() {
        return server.getListeners().iterator().next().getPort();
    }

    /** A client of {@code GET /stream} that does not read yet. */
    public StreamClient client(String... headers) {
        StreamClient client = StreamClient.get(tls, port(), "/stream", headers);
        clients.add(client);
        return client;
    }

    @Override
    public void close() {
        clients.forEach(StreamClient::close);
        server.shutdownNow();
    }
}
