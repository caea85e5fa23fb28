package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.config.ConfigFaults;
import dev.fanfare.testing.PemFiles;
import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import dev.fanfare.testing.StreamClient;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.sse.SseEventSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The standalone server's own TLS. */
@Timeout(180)
class TlsTest {
    private static final String GRIZZLY = "org.glassfish.grizzly";

    @TempDir
    Path folder;

    private final Map<String, String> settings = new HashMap<>(Map.of(
            "fanfare.http.port", "0",
            "fanfare.history.store", "memory",
            "fanfare.auth.anonymous-publish", "true",
            "fanfare.demo.delay", "1ms"));

    private PemFiles pem;
    private GrizzlyHost host;

    @BeforeEach
    void certify() {
        pem = new PemFiles(folder).pair("a");
        use("a.crt", "a.key");
    }

    @AfterEach
    void stop() {
        if (host != null) {
            host.close();
        }
    }

    private void use(String certificate, String key) {
        settings.put("fanfare.http.tls.certificate", pem.file(certificate).toString());
        settings.put("fanfare.http.tls.key", pem.file(key).toString());
    }

    private void start() throws IOException {
        host = GrizzlyHost.standalone(settings);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newBuilder()
                .sslContext(pem.trusting("a.crt"))
                .build()
                .send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("https://localhost:" + host.port() + path);
    }

    @ParameterizedTest
    @CsvSource({"RSA,TLSv1.2", "RSA,TLSv1.3", "EC,TLSv1.2", "EC,TLSv1.3", "ED25519,TLSv1.3"})
    void eachKindOfKeySpeaksTls(String algorithm, String protocol) throws Exception {
        pem.openssl(
                "RSA".equals(algorithm)
                        ? new String[] {"genrsa", "-traditional", "-out", "k.key", "2048"}
                        : "EC".equals(algorithm)
                                ? new String[] {"ecparam", "-name", "prime256v1", "-genkey", "-out", "k.key"}
                                : new String[] {"genpkey", "-algorithm", "ED25519", "-out", "k.key"});
        pem.certify("k.key", "k.crt", "k");
        use("k.crt", "k.key");
        start();

        try (SSLSocket socket =
                (SSLSocket) pem.trusting("k.crt").getSocketFactory().createSocket("localhost", host.port())) {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.getOutputStream().write("GET /health/live HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 200").contains("UP");
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
        }
    }

    /** Without the alert a client can't tell the end from a cut; Java's throws where it is missing. */
    @Test
    void anAnswerThatEndsWithTheConnectionEndsWithCloseNotify() throws Exception {
        start();
        for (int i = 0; i < 20; i++) {
            try (SSLSocket socket =
                    (SSLSocket) pem.trusting("a.crt").getSocketFactory().createSocket("localhost", host.port())) {
                socket.getOutputStream().write("GET /stream HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).contains("End of the stream");
            }
        }
    }

    @Test
    void streamsPublishingHealthAndMetricsWork() throws Exception {
        settings.put("fanfare.metrics.access", "anonymous");
        start();
        assertThat(get("/health/ready").body()).contains("UP");
        assertThat(get("/metrics").body()).contains("fanfare_");

        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Client client =
                ClientBuilder.newBuilder().sslContext(pem.trusting("a.crt")).build();
        try (SseEventSource source = SseEventSource.target(client.target(uri(HubSubject.HUB + "?topic=t")))
                .build()) {
            source.register(event -> received.add(event.readData()));
            source.open();
            HttpResponse<String> published = HttpClient.newBuilder()
                    .sslContext(pem.trusting("a.crt"))
                    .build()
                    .send(
                            HttpRequest.newBuilder(uri(HubSubject.HUB))
                                    .header("Content-Type", HubSubject.FORM)
                                    .POST(HttpRequest.BodyPublishers.ofString("topic=t&data=hello"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(published.statusCode()).isEqualTo(200);
            assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo("hello");
        } finally {
            client.close();
        }
    }

    @Test
    void aRenewedCertificateIsShownAndNoStreamEnds() throws Exception {
        pem.pair("b");
        use("used.crt", "used.key");
        Files.copy(pem.file("a.crt"), pem.file("used.crt"));
        Files.copy(pem.file("a.key"), pem.file("used.key"));
        settings.put("fanfare.stream.heartbeat", "200ms");
        start();
        try (StreamClient before =
                StreamClient.get(pem.trusting("a.crt"), host.port(), HubSubject.HUB + "?topic=t&earliest=true")) {
            before.read();
            Files.copy(pem.file("b.crt"), pem.file("used.crt"), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(pem.file("b.key"), pem.file("used.key"), StandardCopyOption.REPLACE_EXISTING);

            await().atMost(Duration.ofSeconds(90)).until(() -> shown().contains("CN=b"));

            HttpResponse<String> published = HttpClient.newBuilder()
                    .sslContext(pem.trusting("b.crt"))
                    .build()
                    .send(
                            HttpRequest.newBuilder(uri(HubSubject.HUB))
                                    .header("Content-Type", HubSubject.FORM)
                                    .POST(HttpRequest.BodyPublishers.ofString("topic=t&data=still"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(published.statusCode()).isEqualTo(200);
            before.awaitEvents(1);
            assertThat(before.data()).containsExactly("still");
        }
    }

    /** The subject of the certificate that a new client sees. */
    private String shown() throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TakingAll()}, new SecureRandom());
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", host.port())) {
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    private static final class TakingAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String authType) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }

    @Test
    void clearHttpIsSentOnToHttpsAndHstsIsSaidOnlyThere() throws Exception {
        settings.put("fanfare.http.tls.redirect-port", "0");
        settings.put("fanfare.http.tls.hsts", "2d");
        start();
        int clear = Objects.requireNonNull(host.server().redirectUri()).getPort();

        RawHttp.Answer moved = RawHttp.request(clear, "GET", "/stream?a=b%20c");
        assertThat(moved.status()).isEqualTo(308);
        assertThat(moved.header("Location")).isEqualTo("https://localhost:" + host.port() + "/stream?a=b%20c");
        assertThat(moved.header("Strict-Transport-Security")).isNull();
        assertThat(RawHttp.request(clear, "POST", HubSubject.HUB, List.of(), "topic=t&data=d")
                        .status())
                .isEqualTo(308);
        assertThat(RawHttp.request(clear, "OPTIONS", "*").header("Location"))
                .isEqualTo("https://localhost:" + host.port() + "/");
        assertThat(get("/health/live").headers().firstValue("Strict-Transport-Security"))
                .contains("max-age=172800");
    }

    @Test
    void whatIsNoTlsIsClosedAtOnceWithoutNoise() throws Exception {
        start();
        Random random = new Random(5);
        try (RecordedLog log = new RecordedLog(GRIZZLY);
                RecordedLog own = new RecordedLog("dev.fanfare")) {
            for (int i = 0; i < 60; i++) {
                byte[] bytes = new byte[1 + random.nextInt(3000)];
                random.nextBytes(bytes);
                if (i % 4 == 0) {
                    bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                } else if (i % 4 == 1) {
                    bytes = "SSH-2.0-OpenSSH_9.6\r\n".getBytes(StandardCharsets.US_ASCII);
                } else if (i % 4 == 2) { // a record of TLS that holds none
                    bytes[0] = 22;
                    System.arraycopy(new byte[] {22, 3, 1, 0, 5, 1, 2, 3, 4, 5}, 0, bytes = new byte[10], 0, 10);
                } else {
                    bytes[0] = (byte) (128 + random.nextInt(100));
                }
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port())) {
                    socket.setSoTimeout(60_000);
                    socket.getOutputStream().write(bytes);
                    readToEnd(socket);
                }
            }
            assertThat(log.warnings()).isEmpty();
            assertThat(own.warnings()).isEmpty();
        }
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    private static void readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        try {
            in.readAllBytes();
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** RFC 8446, 4.6.3. To handshake again makes Java's client update its keys, and data follows in the same write. */
    @Test
    void nothingIsLostBehindAnUpdateOfKeys() throws Exception {
        start();
        for (int updates = 1; updates <= 20; updates++) {
            try (Socket under = new Socket(InetAddress.getLoopbackAddress(), host.port());
                    SSLSocket socket = (SSLSocket) pem.trusting("a.crt")
                            .getSocketFactory()
                            .createSocket(under, "localhost", host.port(), true)) {
                socket.setEnabledProtocols(new String[] {"TLSv1.3"});
                socket.setSoTimeout(60_000);
                socket.startHandshake();
                for (int i = 0; i < updates; i++) {
                    socket.startHandshake();
                }
                socket.getOutputStream().write("GET /health/live HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 200");
            }
        }
    }

    /** Each update has an answer, which such a client does not read. */
    @Test
    void aClientThatDoesNothingButUpdateItsKeysIsClosed() throws Exception {
        start();
        try (SSLSocket socket =
                (SSLSocket) pem.trusting("a.crt").getSocketFactory().createSocket("localhost", host.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.3"});
            socket.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000_000; i++) {
                            socket.startHandshake();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aSecondHandshakeOfTheClientIsRefused() throws Exception {
        start();
        try (SSLSocket socket =
                (SSLSocket) pem.trusting("a.crt").getSocketFactory().createSocket("localhost", host.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setSoTimeout(60_000);
            socket.startHandshake();
            socket.startHandshake();
            assertThatThrownBy(() -> {
                        socket.getOutputStream()
                                .write("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                        if (socket.getInputStream().read() < 0) {
                            throw new IOException("closed");
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "fanfare.http.tls.certificate,none.crt,can't be read",
        "fanfare.http.tls.key,b.key,is not the key",
        "fanfare.http.tls.key,'',is not enough",
        "fanfare.http.tls.key-password-file,none,can't be read",
        "fanfare.http.tls.hsts,-1s,fanfare.http.tls.hsts",
        "fanfare.http.tls.redirect-port,70000,is too large",
        "fanfare.http.tls.self-signed,true,are both set"
    })
    void whatIsWrongIsAFaultOfTheConfigurationInWords(String key, String value, String words) {
        pem.pair("b");
        boolean isFile = key.endsWith("certificate") || key.endsWith("key") || key.endsWith("file");
        settings.put(key, isFile && !value.isEmpty() ? pem.file(value).toString() : value);

        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        ConfigFaults.class,
                        faults -> assertThat(faults.faults())
                                .singleElement()
                                .asString()
                                .contains("fanfare.http.tls.", words));
    }

    @Test
    void aCertificateForDevelopmentIsOnlyForDevelopment() {
        settings.keySet().removeIf(key -> key.contains(".tls."));
        settings.put("fanfare.http.tls.self-signed", "true");

        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        ConfigFaults.class,
                        faults -> assertThat(faults.faults())
                                .singleElement()
                                .asString()
                                .contains("--dev"));
    }

    @Test
    void theCommandsOfTheDocumentWork() throws Exception {
        assumeThat(Tools.find("curl")).as("curl is not installed").isNotNull();
        assumeThat(Tools.find("openssl")).as("openssl is not installed").isNotNull();
        String document = Files.readString(Path.of("docs/how-to/tls.md"));
        shell(commandAfter(document, "echo 'correct horse"));
        use("certificate.pem", "key.pem");
        settings.put("fanfare.http.tls.key-password-file", pem.file("password").toString());
        start();

        assertThat(shell(commandAfter(document, "curl --cacert").replace(":8443", ":" + host.port())))
                .contains("UP");
        assertThat(shell(commandAfter(document, "openssl s_client").replace(":8443", ":" + host.port())))
                .contains("CN")
                .contains("localhost", "notAfter=");
    }

    private static String commandAfter(String document, String beginning) {
        int from = document.indexOf("```sh\n" + beginning);
        assertThat(from).as(beginning).isNotNegative();
        return document.substring(from + 6, document.indexOf("```", from + 6));
    }

    private String shell(String commands) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-ec", commands)
                .directory(folder.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(commands + Files.readString(folder.resolve("err")))
                .isZero();
        return out;
    }
}
