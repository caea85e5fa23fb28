package com.example.stocks;

import dev.fanfare.Fanfare;
import java.net.URI;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.hk2.utilities.binding.AbstractBinder;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** The application: {@code GET /prices} and {@code GET /prices/ACME}. */
public final class StockTicker implements AutoCloseable {
    private final Fanfare fanfare = Fanfare.create();
    private final Exchange exchange = new Exchange(fanfare);
    private final HttpServer server;

    public StockTicker(int port) {
        ResourceConfig application = new ResourceConfig(PricesResource.class).register(new AbstractBinder() {
            @Override
            protected void configure() {
                bind(fanfare).to(Fanfare.class);
            }
        });
        server = GrizzlyHttpServerFactory.createHttpServer(URI.create("http://127.0.0.1:" + port + "/"), application);
    }

    public void openExchange() {
        exchange.open();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getListeners().iterator().next().getPort() + "/");
    }

    @Override
    public void close() {
        exchange.close();
        fanfare.close();
        server.shutdownNow();
    }

    public static void main(String[] args) throws InterruptedException {
        try (StockTicker ticker = new StockTicker(8080)) {
            ticker.openExchange();
            Thread.currentThread().join();
        }
    }
}
