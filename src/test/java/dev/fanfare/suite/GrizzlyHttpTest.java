package dev.fanfare.suite;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The suite on the standalone server, in this JVM, with the history that it has by default: in a file. */
class GrizzlyHttpTest extends HttpSuite {
    @TempDir
    static Path directory;

    @Override
    Host start(Map<String, String> settings) throws Exception {
        Map<String, String> withFile = new LinkedHashMap<>(settings);
        withFile.put("fanfare.history.store", "sqlite");
        withFile.put("fanfare.history.path", directory.resolve("fanfare.db").toString());
        return GrizzlyHost.start(withFile);
    }

    @Nested
    class Standalone extends StandaloneSuite {
        Standalone() {
            super(GrizzlyHttpTest.this);
        }
    }
}
