package dev.fanfare.bench;

import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** What people write today: a resource with Jersey's own broadcasters, on Grizzly with its defaults. */
final class JerseyServer {
    /** The resource. */
    @Singleton
    @Path("/")
    public static final class Topics {
        private final Map<String, SseBroadcaster> broadcasters = new ConcurrentHashMap<>();
        private final Sse sse;

        public Topics(@Context Sse sse) {
            this.sse = sse;
        }

        @GET
        @Path("subscribe")
        @Produces(MediaType.SERVER_SENT_EVENTS)
        public void subscribe(@QueryParam("topic") String topic, @Context SseEventSink sink) {
            sink.send(sse.newEventBuilder().comment("").build());
            broadcaster(topic).register(sink);
        }

        @POST
        @Path("publish")
        public void publish(@QueryParam("topic") String topic, String data) {
            broadcaster(topic).broadcast(sse.newEvent(data));
        }

        private SseBroadcaster broadcaster(String topic) {
            return broadcasters.computeIfAbsent(topic, any -> sse.newBroadcaster());
        }
    }

    private JerseyServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        HttpServer server = GrizzlyHttpServerFactory.createHttpServer(
                URI.create("http://127.0.0.1:" + arguments[0] + "/"), new ResourceConfig(Topics.class));
        server.getListeners().forEach(listener -> listener.getKeepAlive().setMaxRequestsCount(-1));
        System.out.println(
                "http://127.0.0.1:" + server.getListeners().iterator().next().getPort());
        Thread.currentThread().join();
    }
}
