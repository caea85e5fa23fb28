package dev.fanfare.suite;

import org.junit.jupiter.api.Tag;

/** The suite on the WAR in GlassFish. */
@Tag("servers")
class GlassFishIT extends ServerSuite {
    GlassFishIT() {
        super(GlassFishServer.glassfish());
    }
}
