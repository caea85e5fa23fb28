package dev.fanfare.bench;

import java.io.IOException;
import java.net.URI;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** Jersey's own broadcasters, on Grizzly with its defaults. */
final class JerseyServer {
    private JerseyServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        HttpServer server = GrizzlyHttpServerFactory.createHttpServer(
                URI.create("http://127.0.0.1:" + arguments[0] + "/"), new ResourceConfig(BroadcastTopics.class));
        server.getListeners().forEach(listener -> listener.getKeepAlive().setMaxRequestsCount(-1));
        System.out.println(
                "http://127.0.0.1:" + server.getListeners().iterator().next().getPort());
        Thread.currentThread().join();
    }
}
