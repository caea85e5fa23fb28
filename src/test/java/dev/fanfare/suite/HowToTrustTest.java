package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fanfare.server.Main;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.TestClassPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands of {@code docs/how-to/status-endpoint.md} for a service whose certificate an authority of one's own has signed. */
@Timeout(300)
class HowToTrustTest {
    private static final String DOCUMENT = "docs/how-to/status-endpoint.md";
    private static final String PASSWORD = "changeit";

    private final Path directory = ChildProcess.directory("trust");
    private HttpsServer service;

    /** Makes an authority, and a certificate for localhost that it has signed. */
    private void makeCertificates() throws IOException, InterruptedException {
        String key = "keytool -genkeypair -keyalg EC -storetype PKCS12 -storepass " + PASSWORD;
        run(key + " -keystore ca.p12 -alias ca -dname CN=Own -ext bc:c");
        run("keytool -exportcert -rfc -keystore ca.p12 -storepass " + PASSWORD + " -alias ca -file own-ca.pem");
        run(key + " -keystore server.p12 -alias server -dname CN=localhost");
        run("keytool -certreq -keystore server.p12 -storepass " + PASSWORD + " -alias server -file server.csr");
        run("keytool -gencert -rfc -keystore ca.p12 -storepass " + PASSWORD
                + " -alias ca -ext san=dns:localhost -infile server.csr -outfile server.pem");
        run("keytool -importcert -noprompt -keystore server.p12 -storepass " + PASSWORD
                + " -alias ca -file own-ca.pem");
        run("keytool -importcert -keystore server.p12 -storepass " + PASSWORD + " -alias server -file server.pem");
    }

    private void run(String command) throws IOException, InterruptedException {
        try (ChildProcess process = ChildProcess.start(directory, List.of("bash", "-c", command), path())) {
            assertThat(process.process().waitFor())
                    .as("%s%n%s", command, process.output())
                    .isZero();
        }
    }

    /** The programs of the JVM that runs this test come first. */
    private static Map<String, String> path() {
        return Map.of("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH"));
    }

    private void startService() throws Exception {
        char[] password = PASSWORD.toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(directory.resolve("server.p12").toFile(), password), password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        service = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setHttpsConfigurator(new HttpsConfigurator(context));
        service.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 1);
            exchange.getResponseBody().write('7');
            exchange.close();
        });
        service.start();
    }

    @AfterEach
    void close() {
        if (service != null) {
            service.stop(0);
        }
    }

    @Test
    void aServiceWithACertificateOfOnesOwnAuthorityIsAskedOnceTheJvmTrustsIt() throws Exception {
        makeCertificates();
        startService();
        List<String> commands = Document.read(DOCUMENT)
                .blockWith("javax.net.ssl.trustStore")
                .lines()
                .toList();
        assertThat(commands).hasSize(2);

        run(commands.get(0));

        assertThat(ask(commands.get(1)).body()).isEqualTo("7");
        String withoutTrust = commands.get(1).replaceAll("-Djavax\\S+ ", "");
        assertThat(ask(withoutTrust).status()).isEqualTo(502);
    }

    /** What the server that a command starts answers for a status of the service. */
    private RawHttp.Answer ask(String command) {
        int port = ChildProcess.freePort();
        String here = command.replace(
                        "-jar fanfare.jar", "-cp '" + TestClassPath.absolute() + "' " + Main.class.getName())
                .replace("java ", "exec java -XX:TieredStopAtLevel=1 ");
        assertThat(here).contains(Main.class.getName());
        String status = " --dev --port " + port + " --status own=https://localhost:"
                + service.getAddress().getPort() + "/";
        try (ChildProcess server = ChildProcess.start(directory, List.of("bash", "-c", here + status), path())) {
            server.awaitReady(URI.create("http://127.0.0.1:" + port + "/"));
            return RawHttp.request(port, "GET", "/status/own", "Accept: application/json");
        }
    }
}
