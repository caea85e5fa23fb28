package com.example.notifications;

import dev.fanfare.Fanfare;
import java.net.URI;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;

/** The application: {@code GET /notifications} and {@code POST /notifications/NAME}, both for those who are logged in. */
public final class Notifications implements AutoCloseable {
    private final Fanfare fanfare = Fanfare.create();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    public Notifications(int port, Map<String, String> usersByToken) throws Exception {
        ResourceConfig application = new ResourceConfig()
                .registerInstances(new NotificationsResource(fanfare), new Login(usersByToken));
        ServletHolder jersey = new ServletHolder(new ServletContainer(application));
        jersey.setAsyncSupported(true);
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(jersey, "/*");
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(context);
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
    }

    @Override
    public void close() throws Exception {
        fanfare.close(); // first: it ends the streams that Jetty would cut off
        server.stop();
    }

    public static void main(String[] args) throws Exception {
        try (Notifications notifications = new Notifications(8080, Map.of("secret-a", "alice", "secret-b", "bob"))) {
            notifications.server.join();
        }
    }
}
