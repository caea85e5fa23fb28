package dev.fanfare.suite;

import org.junit.jupiter.api.Tag;

/** The suite on the WAR in Payara. */
@Tag("servers")
class PayaraIT extends ServerSuite {
    PayaraIT() {
        super(GlassFishServer.payara());
    }
}
