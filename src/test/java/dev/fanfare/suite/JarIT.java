package dev.fanfare.suite;

import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The suite on {@code java -jar fanfare.jar}. */
class JarIT extends HttpSuite {
    @Override
    Host start(Map<String, String> settings) {
        return JarHost.start("jar", settings);
    }

    @Nested
    class Standalone extends StandaloneSuite {
        Standalone() {
            super(JarIT.this);
        }
    }
}
