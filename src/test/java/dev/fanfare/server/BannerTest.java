package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fanfare.config.CommandLineValue;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.testing.PemFiles;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lines to paste that are printed at start. */
@Timeout(240)
class BannerTest {
    @TempDir
    Path folder;

    private static String banner(Path certificate, Path key) {
        List<CommandLineValue> files = List.of(
                new CommandLineValue("fanfare.http.tls.certificate", certificate.toString(), "--certificate"),
                new CommandLineValue("fanfare.http.tls.key", key.toString(), "--key"));
        return new Banner(
                        SettingsLoader.standalone(null, files),
                        URI.create("https://127.0.0.1:8443"),
                        null,
                        "fanfare",
                        null)
                .text();
    }

    @Test
    void theLinesForADevelopmentCertificateWorkInAnyFolder() throws Exception {
        assumeThat(Path.of("/usr/bin/curl")).as("curl").isExecutable();
        Path working = Files.createDirectory(folder.resolve("it's here"));
        String there = "cd '" + working.toString().replace("'", "'\\''") + "'";
        try (ChildJvm server = new ChildJvm(there, Main.class, "--dev", "--tls", "--port=0")) {
            String line = server.awaitLine("-d topic=news");

            Process shell = new ProcessBuilder("sh", "-ec", line.replace("curl ", "curl --silent --show-error --fail "))
                    .directory(
                            Files.createDirectory(folder.resolve("elsewhere")).toFile())
                    .redirectErrorStream(true)
                    .start();

            String answer = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(shell.waitFor()).as(line + " -> " + answer).isZero();
            assertThat(answer).as("the id").isNotBlank();
        }
    }

    @Test
    void aCertificateThatNobodyElseCertifiesIsNamedToCurl() {
        PemFiles pem = new PemFiles(folder).pair("own");

        assertThat(banner(pem.file("own.crt"), pem.file("own.key")))
                .contains("curl --cacert " + pem.file("own.crt") + " -N 'https://127.0.0.1:8443/");
    }

    @Test
    void oneThatSomebodyElseCertifiesIsLeftToWhatCurlTrusts() {
        PemFiles pem = new PemFiles(folder).pair("authority");
        pem.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "leaf.key");
        pem.openssl("req", "-new", "-key", "leaf.key", "-subj", "/CN=localhost", "-out", "leaf.csr");
        pem.openssl(
                "x509",
                "-req",
                "-in",
                "leaf.csr",
                "-CA",
                "authority.crt",
                "-CAkey",
                "authority.key",
                "-CAcreateserial",
                "-days",
                "30",
                "-out",
                "leaf.crt");

        assertThat(banner(pem.file("leaf.crt"), pem.file("leaf.key")))
                .contains("curl -N 'https://127.0.0.1:8443/")
                .doesNotContain("--cacert");
    }
}
