package dev.fanfare.suite;

import java.util.Map;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;

/** The suite on the WAR in a server, and then the life of deployments in that server. */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
abstract class ServerSuite extends HttpSuite {
    private final AppServer server;

    ServerSuite(AppServer server) {
        this.server = server;
    }

    @Override
    Host start(Map<String, String> settings) {
        return WarHost.start(server, settings);
    }

    /** Last, since it takes the application away. */
    @Nested
    @Order(Integer.MAX_VALUE)
    class Deployments extends DeploymentSuite {
        Deployments() {
            super(ServerSuite.this);
        }
    }
}
