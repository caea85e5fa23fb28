package dev.fanfare.server.grizzly;

import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.PemFiles;
import dev.fanfare.tls.LiveIdentity;
import dev.fanfare.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The same outlet where a connection is encrypted. */
class TlsOutletTest extends StreamOutletTest {
    @TempDir
    static Path folder;

    private static SSLContext server;
    private static SSLContext client;

    @BeforeAll
    static void certify() {
        PemFiles pem = new PemFiles(folder).pair("a");
        server = new LiveIdentity(new TlsFiles(pem.file("a.crt"), pem.file("a.key"), null), Instant::now).context();
        client = pem.trusting("a.crt");
    }

    @Override
    protected OwnApplication application(OwnApplication.Streaming streaming) {
        return new OwnApplication(streaming, server, client, components());
    }
}
