package dev.fanfare.suite;

import org.junit.jupiter.api.Tag;

/** The suite on the WAR in WildFly. */
@Tag("servers")
class WildFlyIT extends ServerSuite {
    WildFlyIT() {
        super(new WildFlyServer());
    }
}
