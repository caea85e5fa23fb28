package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.spi.ContainerResponseWriter;
import org.junit.jupiter.api.Test;

class OneSuspensionTest {
    @Path("/stream")
    public static final class Streaming {
        @GET
        @Produces(MediaType.SERVER_SENT_EVENTS)
        public void stream(@Context SseEventSink sink, @Context Sse sse) throws IOException {
            sink.send(sse.newEvent("one"));
            sink.send(sse.newEvent("two"));
            sink.close();
        }
    }

    /** Counts how often the container is asked to suspend a response. */
    @PreMatching
    private static final class Counting implements ContainerRequestFilter {
        private final AtomicInteger suspensions = new AtomicInteger();

        @Override
        public void filter(ContainerRequestContext context) {
            ContainerRequest request = (ContainerRequest) context;
            ContainerResponseWriter writer = request.getResponseWriter();
            request.setWriter((ContainerResponseWriter) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {ContainerResponseWriter.class},
                    (self, method, args) -> {
                        if (method.getName().equals("suspend")) {
                            suspensions.incrementAndGet();
                        }
                        try {
                            return method.invoke(writer, args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }
    }

    private static int suspensionsOfAStream(ResourceConfig application) throws Exception {
        Counting counting = new Counting();
        HttpServer server = GrizzlyHttpServerFactory.createHttpServer(
                UriBuilder.fromUri("http://127.0.0.1/").port(0).build(), application.register(counting), true);
        try {
            URI uri = URI.create("http://127.0.0.1:"
                    + server.getListeners().iterator().next().getPort() + "/stream");
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.body()).contains("data: one\n", "data: two\n");
            return counting.suspensions.get();
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void theResponseOfAStreamIsSuspendedOnce() throws Exception {
        assertThat(suspensionsOfAStream(new ResourceConfig(Streaming.class)))
                .as("without it; where this is 1, Jersey has mended it, and the class can go")
                .isEqualTo(2);
        assertThat(suspensionsOfAStream(new ResourceConfig(Streaming.class).register(new OneSuspension())))
                .isEqualTo(1);
    }
}
