package dev.fanfare.suite;

import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The suite on the standalone server, in this JVM. */
class GrizzlyHttpTest extends HttpSuite {
    @Override
    Host start(Map<String, String> settings) throws Exception {
        return GrizzlyHost.start(settings);
    }

    @Nested
    class Standalone extends StandaloneSuite {
        Standalone() {
            super(GrizzlyHttpTest.this);
        }
    }
}
