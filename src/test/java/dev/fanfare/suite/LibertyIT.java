package dev.fanfare.suite;

import org.junit.jupiter.api.Tag;

/** The suite on the WAR in Open Liberty. */
@Tag("servers")
class LibertyIT extends ServerSuite {
    LibertyIT() {
        super(new LibertyServer());
    }
}
