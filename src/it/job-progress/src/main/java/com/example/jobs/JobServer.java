package com.example.jobs;

import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.net.URI;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** The application, in a CDI container. */
public final class JobServer implements AutoCloseable {
    private final SeContainer container = SeContainerInitializer.newInstance().initialize();
    private final HttpServer server;

    public JobServer(int port) {
        server = GrizzlyHttpServerFactory.createHttpServer(
                URI.create("http://127.0.0.1:" + port + "/"), new ResourceConfig(JobsResource.class));
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getListeners().iterator().next().getPort() + "/");
    }

    @Override
    public void close() {
        container.close(); // closes Fanfare with the bean that has it
        server.shutdownNow();
    }

    public static void main(String[] args) throws InterruptedException {
        try (JobServer server = new JobServer(8080)) {
            Thread.currentThread().join();
        }
    }
}
