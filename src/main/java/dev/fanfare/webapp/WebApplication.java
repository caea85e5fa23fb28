package dev.fanfare.webapp;

import dev.fanfare.app.Service;
import jakarta.annotation.PreDestroy;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Jakarta REST application of the WAR. The container makes it, after the {@link ContextListener} has made the service;
 * each web application has classes of its own, so a static field tells one the other.
 */
@ApplicationPath("/")
public class WebApplication extends Application {
    private static volatile @Nullable Service deployed;

    /**
     * The service from now on; null when it is taken away. A field that kept it would keep its HTTP client, whose thread ends
     * on Java 17 only when nobody has it any more, and which in turn keeps all classes of this application.
     */
    static void deploy(@Nullable Service service) {
        deployed = service;
    }

    /**
     * Ends the streams while they can be ended in good order: Jersey calls this before it lets go of everything. Others may
     * not; then the {@link ContextListener} closes the service.
     */
    @PreDestroy
    public void undeploy() {
        Service service = deployed;
        if (service != null) {
            service.close();
        }
    }

    /** @throws IllegalStateException if the service was not started, since its configuration is wrong */
    @Override
    @SuppressWarnings("deprecation") // as in Service
    public Set<Object> getSingletons() {
        Service service = deployed;
        if (service == null) {
            throw new IllegalStateException("The service did not start; the server's log says why");
        }
        return service.getSingletons();
    }

    /** Jersey would look for a description of the service in XML, and warn that it can't make one; others ignore this. */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of("jersey.config.server.wadl.disableWadl", true);
    }
}
