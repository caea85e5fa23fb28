package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.TestClassPath;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What speaks to a server that was started with {@code --dev --tls}, and trusts the certificate that it made. */
@Timeout(300)
class TlsClientsTest {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String MAIN = "dev.fanfare.server.Main";

    private final Path directory = ChildProcess.directory("tls-clients");
    private final Path certificate = directory.resolve("fanfare-dev-certificate.pem");
    private final int port = ChildProcess.freePort();
    private final URI base = URI.create("https://localhost:" + port + "/");
    private ChildProcess server;

    @BeforeEach
    void start() {
        server = ChildProcess.java(directory, main("--dev", "--tls", "--port", String.valueOf(port)));
        await().atMost(LONG).until(() -> server.output().contains("is ready at "));
        assertThat(server.output()).contains("https://127.0.0.1:" + port);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static List<String> main(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-cp", TestClassPath.absolute(), MAIN));
        all.addAll(Arrays.asList(arguments));
        return all;
    }

    @Test
    void chromiumReadsTheStreamsOfThePageOverTls() throws Exception {
        try (Browser browser =
                Browser.start("tls", "--ignore-certificate-errors-spki-list=" + pin())) { // this key and no other
            browser.open(base + "health/live");
            browser.run("""
                    window.ids = []; window.ended = false; window.data = [];
                    window.source = new EventSource('/stream');
                    source.addEventListener('new_message', event => ids.push(Number(event.lastEventId)));
                    source.addEventListener('end_event', event => ended = true);
                    window.hub = new EventSource('/.well-known/mercure?topic=tls');
                    hub.onmessage = event => data.push(event.data);
                    hub.onopen = () => fetch('/.well-known/mercure', {
                        method: 'POST', body: new URLSearchParams({topic: 'tls', data: 'over TLS'})
                    });
                    """);

            await().atMost(LONG).until(() -> browser.run("return data").equals(List.of("over TLS")));
            await().atMost(LONG).until(() -> browser.run("return ended").equals(true));
            assertThat(browser.run("return ids.length")).isEqualTo(10L);
            assertThat(browser.run("return isSecureContext && location.protocol"))
                    .isEqualTo("https:");
        }
    }

    /** Of the certificate's public key: base64 of SHA-256. */
    private String pin() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(certificate)) {
            byte[] key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey()
                    .getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        }
    }

    @Test
    void curlReadsAStreamOverTlsToItsEnd() throws Exception {
        Path curl = Tools.find("curl");
        assumeThat(curl).as("curl is not installed").isNotNull();

        String read = Tools.run(
                curl.toString(),
                "-sSN",
                "--cacert",
                certificate.toString(),
                base.resolve("stream").toString());

        assertThat(read).contains("event: new_message", "data: Counter value 10", "event: end_event");
    }

    @Test
    void doctorExaminesAServerWhoseCertificateIsItsOwn() throws Exception {
        // On a busy machine bytes may take as long as if something held them back.
        await().atMost(LONG).untilAsserted(() -> {
            String told = command(0, "doctor", base.toString(), "--for", "5", "--cacert", certificate.toString());
            assertThat(told).contains("events arrive when they are sent", "goes on where it was");
        });
        assertThat(command(1, "doctor", base.toString(), "--for", "5"))
                .contains("--cacert")
                .doesNotContain("Exception", "\tat ");
    }

    /** What a command of the jar prints, which ends with this status. */
    private static String command(int status, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(main(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(status);
        return output;
    }
}
